"""One picture's classes by a saved Keras model, from the start of the process.

Usage: predict.py MODEL.keras PICTURE, or predict.py MODEL.keras to make the model: the article's VGG16 with its head.
The last line of the output is JSON.
"""

import json
import sys

import keras
import numpy as np
from protocol import base, cv2, head

if len(sys.argv) == 2:
    frozen = base("VGG16")
    pooled = keras.layers.AveragePooling2D((4, 4))(frozen.output)
    keras.Model(frozen.input, head(pooled, 2)).save(sys.argv[1])
    print(json.dumps({}))
else:
    model = keras.models.load_model(sys.argv[1], compile=False)
    picture = cv2.resize(cv2.cvtColor(cv2.imread(sys.argv[2]), cv2.COLOR_BGR2RGB), (224, 224))
    probabilities = model.predict(picture[np.newaxis].astype("float32") / 255.0, verbose=0)
    print(json.dumps({"probabilities": probabilities[0].tolist()}))
