"""Forward passes of Keras' networks as compiled graphs (tf.function), weights random.

Answers each line of JSON on standard input, {"network": "VGG16", "cut": layer, "batch": 8, "passes": n}, with a line:
seconds a pass, and the shape of the feature map. Two passes go before the first answer: they compile.
"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf

key, run = None, None


def prepare(network, cut, batch):
    base = getattr(keras.applications, network)(weights=None, include_top=False, input_shape=(224, 224, 3))
    model = keras.Model(base.input, base.get_layer(cut).output)
    graph = tf.function(lambda pictures: model(pictures, training=False))
    pictures = tf.random.uniform((batch, 224, 224, 3), -1, 1, seed=1)
    return lambda: graph(pictures).numpy()


for line in sys.stdin:
    asked = json.loads(line)
    wanted = (asked["network"], asked["cut"], asked["batch"])
    if wanted != key:
        key, run = wanted, prepare(*wanted)
        for _ in range(2):
            run()
    begun = time.perf_counter()
    for _ in range(asked["passes"]):
        shape = run().shape
    seconds = (time.perf_counter() - begun) / asked["passes"]
    print(json.dumps({"seconds": seconds, "shape": shape}), flush=True)
