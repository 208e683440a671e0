"""The article's procedure in Keras, as its readers run it: pictures rotated anew by up to 15 degrees each epoch,
through the frozen base and a new head in every step.

Usage: article.py DATASET EPOCHS [VGG16|VGG19|ResNet50|ResNet50V2]
The last line of the output is JSON: seconds of each epoch.
"""

import json
import sys
import time

import keras
from keras.src.legacy.preprocessing.image import ImageDataGenerator
from protocol import base, batch, compiled, head, read
from sklearn.metrics import classification_report, confusion_matrix

folder, epochs, network = sys.argv[1], int(sys.argv[2]), (sys.argv + ["VGG16"])[3]
train_x, test_x, train_y, test_y, classes = read(folder)
frozen = base(network)
pooled = keras.layers.AveragePooling2D((4, 4))(frozen.output)
model = compiled(frozen.input, head(pooled, len(classes)))


class Clock(keras.callbacks.Callback):
    seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.begun = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.begun)


rotations = ImageDataGenerator(rotation_range=15, fill_mode="nearest").flow(train_x, train_y, batch_size=batch)


def endless():
    """Keras 2 began anew where a sequence ended; Keras 3 ends the epoch there, so that every second one would be cut."""
    while True:
        yield next(rotations)


model.fit(
    endless(),
    steps_per_epoch=max(1, len(train_x) // batch),
    validation_data=(test_x, test_y),
    epochs=epochs,
    callbacks=[Clock()],
    verbose=0,
)
predicted = model.predict(test_x, batch_size=batch, verbose=0).argmax(axis=1)
truth = test_y.argmax(axis=1)
classification_report(truth, predicted, target_names=classes, zero_division=0)
print(
    json.dumps(
        {
            "pictures": len(train_x) + len(test_x),
            "train": len(train_x),
            "epochs": Clock.seconds,
            "confusion": confusion_matrix(truth, predicted).tolist(),
        }
    )
)
