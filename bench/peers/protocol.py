"""The article's protocol in Keras, the parts that its script and an expert's have in common."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import cv2
import keras
import numpy as np
from sklearn.model_selection import train_test_split

batch, rate, all_epochs = 8, 1e-3, 25


def read(folder):
    """Pictures read with OpenCV and scaled by 1/255: train_x, test_x, train_y, test_y, names of the classes."""
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
    return (*train_test_split(x, y, test_size=0.2, stratify=y, random_state=42), classes)


def base(network):
    """A frozen base with random weights, which cost the same time."""
    frozen = getattr(keras.applications, network)(weights=None, include_top=False, input_shape=(224, 224, 3))
    frozen.trainable = False
    return frozen


def head(pooled, classes):
    """The article's new layers on a pooled feature map."""
    layers = keras.layers
    z = layers.Dense(64, activation="relu")(layers.Flatten()(pooled))
    return layers.Dense(classes, activation="softmax")(layers.Dropout(0.5)(z))


def compiled(inputs, outputs):
    model = keras.Model(inputs, outputs)
    # The decay that Keras 2 had as an argument of Adam; the article's 25 epochs, however many are measured.
    schedule = keras.optimizers.schedules.InverseTimeDecay(rate, 1, rate / all_epochs)
    model.compile(
        optimizer=keras.optimizers.Adam(schedule), loss="binary_crossentropy", metrics=["accuracy"]
    )
    return model
