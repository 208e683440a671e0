"""The article's protocol in Keras as an expert writes it: every picture goes through the frozen base once, then the
head is trained on what came out, and the epoch with the lowest validation loss is kept.

Usage: expert.py DATASET EPOCHS [VGG16|VGG19|ResNet50|ResNet50V2]
The last line of the output is JSON: seconds of the features and of the head.
"""

import json
import sys
import time

import keras
import numpy as np
from protocol import base, batch, compiled, head, read
from sklearn.metrics import classification_report, confusion_matrix

folder, epochs, network = sys.argv[1], int(sys.argv[2]), (sys.argv + ["VGG16"])[3]
train_x, test_x, train_y, test_y, classes = read(folder)

begun = time.perf_counter()
frozen = base(network)
pooled = keras.layers.AveragePooling2D((4, 4))(frozen.output)
features = keras.Model(frozen.input, pooled).predict(np.concatenate([train_x, test_x]), batch_size=batch, verbose=0)
train_z, test_z = features[: len(train_x)], features[len(train_x) :]
feature_seconds = time.perf_counter() - begun

begun = time.perf_counter()
inputs = keras.Input(features.shape[1:])
model = compiled(inputs, head(inputs, len(classes)))
keep_best = keras.callbacks.EarlyStopping(patience=epochs, restore_best_weights=True)
model.fit(
    train_z,
    train_y,
    batch_size=batch,
    validation_data=(test_z, test_y),
    epochs=epochs,
    callbacks=[keep_best],
    verbose=0,
)
head_seconds = time.perf_counter() - begun

predicted = model.predict(test_z, verbose=0).argmax(axis=1)
truth = test_y.argmax(axis=1)
classification_report(truth, predicted, target_names=classes, zero_division=0)
print(
    json.dumps(
        {
            "pictures": len(features),
            "features": feature_seconds,
            "head": head_seconds,
            "confusion": confusion_matrix(truth, predicted).tolist(),
        }
    )
)
