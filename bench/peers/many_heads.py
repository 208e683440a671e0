"""The article's head in Keras on features that were computed before, once a fold: 25 epochs, then the test part.

Usage: many_heads.py FOLDER, with features.f32 (float32 [pictures, dimension], raw) and folds.json.
The last line of the output is JSON: seconds of each fold, without the first, in which TensorFlow warms up.
"""

import json
import os
import sys
import time

from protocol import all_epochs, batch, compiled, head, keras

import numpy as np

folder = sys.argv[1]
with open(os.path.join(folder, "folds.json")) as file:
    given = json.load(file)
features = np.fromfile(os.path.join(folder, "features.f32"), dtype="float32").reshape(-1, given["dimension"])
labels = keras.utils.to_categorical(given["classes"], 2)


def train(fold):
    inputs = keras.Input((given["dimension"],))
    model = compiled(inputs, head(inputs, 2))
    part = [(features[rows], labels[rows]) for rows in (fold["train"], fold["test"])]
    model.fit(*part[0], epochs=all_epochs, batch_size=batch, validation_data=part[1], verbose=0)
    return model.predict(part[1][0], verbose=0)


seconds = []
for fold in given["folds"][:1] + given["folds"]:
    begun = time.perf_counter()
    train(fold)
    seconds.append(time.perf_counter() - begun)
    # As every script that makes many models does.
    keras.backend.clear_session()
print(json.dumps({"seconds": seconds[1:]}))
