"""The article's procedure in Keras, as its readers run it: pictures read with OpenCV, scaled by 1/255, rotated anew
by up to 15 degrees each epoch, through the frozen base and a new head in every step.

Usage: article.py DATASET EPOCHS [VGG16|VGG19|ResNet50|ResNet50V2]
Weights are random: they cost the same time. The last line of the output is JSON: seconds of each epoch, versions.
"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
folder, epochs, network = sys.argv[1], int(sys.argv[2]), (sys.argv + ["VGG16"])[3]

import cv2
import keras
import numpy as np
import tensorflow as tf
from keras.src.legacy.preprocessing.image import ImageDataGenerator
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import train_test_split

batch, rate = 8, 1e-3
classes = sorted(
    name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name)) and name != "test"
)
pictures, labels = [], []
for number, name in enumerate(classes):
    for file in sorted(os.listdir(os.path.join(folder, name))):
        picture = cv2.imread(os.path.join(folder, name, file))
        if picture is None:  # records.csv
            continue
        pictures.append(cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), (224, 224)))
        labels.append(number)
x = np.array(pictures, dtype="float32") / 255.0
y = keras.utils.to_categorical(labels, len(classes))
train_x, test_x, train_y, test_y = train_test_split(x, y, test_size=0.2, stratify=y, random_state=42)

base = getattr(keras.applications, network)(weights=None, include_top=False, input_shape=(224, 224, 3))
base.trainable = False
layers = keras.layers
z = layers.AveragePooling2D((4, 4))(base.output)
z = layers.Dense(64, activation="relu")(layers.Flatten()(z))
z = layers.Dense(len(classes), activation="softmax")(layers.Dropout(0.5)(z))
model = keras.Model(base.input, z)
# The decay that Keras 2 had as an argument of Adam; the article's 25 epochs, however many are measured.
schedule = keras.optimizers.schedules.InverseTimeDecay(rate, 1, rate / 25)
model.compile(optimizer=keras.optimizers.Adam(schedule), loss="binary_crossentropy", metrics=["accuracy"])


class Clock(keras.callbacks.Callback):
    seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.begun = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.begun)


rotations = ImageDataGenerator(rotation_range=15, fill_mode="nearest").flow(train_x, train_y, batch_size=batch)
model.fit(
    rotations,
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
            "pictures": len(x),
            "train": len(train_x),
            "epochs": Clock.seconds,
            "confusion": confusion_matrix(truth, predicted).tolist(),
            "versions": {"Keras": keras.__version__, "TensorFlow": tf.__version__, "OpenCV": cv2.__version__},
        }
    )
)
