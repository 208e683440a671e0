"""Class activation maps of Keras' networks by tf.GradientTape, and their occlusion sensitivity.

usage: keras_grad_cam.py FOLDER JOBS.json

FOLDER holds pictures.f32: float32 [COUNT, 224, 224, 3], RGB, 0 to 255. A job is {network, cut, pooling,
layers: [[inputs, units], …]}, its head's kernels and biases one after the other in FOLDER/NETWORK-POOLING.f32. In
FOLDER are then NETWORK.h5 (random weights), NETWORK-POOLING-METHOD.f32 (maps [COUNT, CLASSES, h, w]) and
NETWORK-POOLING-logits.f32; of a job with `occlusion` {label, patch, starts, fill} NETWORK-POOLING-occlusion.f32 too.
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "networks"))

import numpy as np
import tensorflow as tf
from keras import Model, applications, layers
from keras_reference import NETWORKS, randomise, save_by_keras
from scipy.special import softmax



class Standardised:
    """The preprocessing of the project's own network."""

    @staticmethod
    def preprocess_input(pictures):
        return tf.image.per_image_standardization(pictures).numpy()


def fractal(weights, include_top, input_shape):
    """The project's own network, as lib/networks/fractal.ts describes it."""
    x = start = layers.Input(input_shape)
    for i, (filters, size) in enumerate([(32, 5), (64, 3), (128, 3), (192, 3), (256, 3)]):
        name = f"block{i + 1}"
        if i > 1:
            x = layers.MaxPooling2D(2, name=f"{name}_pool")(x)
        strides = 1 if i else 2
        x = layers.Conv2D(
            filters, size, strides=strides, padding="same", use_bias=False, name=f"{name}_conv"
        )(x)
        x = layers.BatchNormalization(name=f"{name}_bn")(x)
        x = layers.ReLU(name=f"{name}_relu")(x)
    return Model(start, x)


ALL = {
    **NETWORKS,
    "mobilenet": (applications.MobileNet, applications.mobilenet),
    "fractal": (fractal, Standardised),
}


def pooling_layer(name, side):
    if name == "article":
        return layers.AveragePooling2D(pool_size=(4, 4))
    if name == "mean":
        return layers.AveragePooling2D(pool_size=(side, side))
    stride = side // 3
    return layers.AveragePooling2D(pool_size=side - 2 * stride, strides=stride)


def head_on(folder, job, feature_map):
    x = layers.Flatten()(pooling_layer(job["pooling"], feature_map.shape[1])(feature_map))
    numbers = np.fromfile(f"{folder}/{job['network']}-{job['pooling']}.f32", "<f4")
    for i, (inputs, units) in enumerate(job["layers"]):
        last = i == len(job["layers"]) - 1
        dense = layers.Dense(units, activation=None if last else "relu")
        x = dense(x)
        kernel, bias, numbers = np.split(numbers, [inputs * units, inputs * units + units])
        dense.set_weights([kernel.reshape(inputs, units), bias])
    return x


def occlusion(logits_of, pictures, job):
    """Fall of the log odds of a class where a grey square hides a place, averaged over the squares on each pixel."""

    def log_odds(pictures):
        probability = softmax(logits_of(pictures.copy()).astype("f8"), axis=1)[:, job["label"]]
        return np.log(probability) - np.log1p(-probability)

    whole = log_odds(pictures)
    maps, counts = np.zeros(pictures.shape[:3]), np.zeros(pictures.shape[:3])
    for top in job["starts"]:
        for left in job["starts"]:
            place = np.s_[:, top : top + job["patch"], left : left + job["patch"]]
            hidden = pictures.copy()
            hidden[place] = job["fill"]
            maps[place] += (whole - log_odds(hidden))[:, None, None]
            counts[place] += 1
    return maps / counts


def main(folder, jobs_file):
    pictures = np.fromfile(f"{folder}/pictures.f32", "<f4").reshape(-1, 224, 224, 3)
    with open(jobs_file) as file:
        jobs = json.load(file)
    maps, base_model = {}, {}
    for seed, name in enumerate(dict.fromkeys(job["network"] for job in jobs)):
        build, module = ALL[name]
        base = build(weights=None, include_top=False, input_shape=(224, 224, 3))
        randomise(base, np.random.default_rng(seed))
        save_by_keras(base, f"{folder}/{name}.h5")
        for job in (job for job in jobs if job["network"] == name):
            output = base.get_layer(job["cut"]).output
            if name not in maps:
                base_model[name] = Model(base.input, output)
                maps[name] = base_model[name](module.preprocess_input(pictures.copy()))
            features = maps[name]
            head = Model(output, head_on(folder, job, output))
            with tf.GradientTape(persistent=True) as tape:
                tape.watch(features)
                logits = head(features)
                scores = [tf.reduce_sum(logits[:, k]) for k in range(logits.shape[1])]
            gradient = np.stack([tape.gradient(score, features).numpy() for score in scores], 1).astype("f8")
            activation = features.numpy().astype("f8")[:, None]
            mean = gradient.mean((2, 3), keepdims=True)
            square, cube = gradient**2, gradient**3
            below = 2 * square + activation.sum((2, 3), keepdims=True) * cube
            alpha = np.divide(square, below, out=np.zeros_like(below), where=below != 0)
            plus = (alpha * np.maximum(gradient, 0)).sum((2, 3), keepdims=True)
            results = {
                "grad-cam": np.maximum((mean * activation).sum(-1), 0),
                "grad-cam++": np.maximum((plus * activation).sum(-1), 0),
                "hirescam": (gradient * activation).sum(-1),
                "logits": logits.numpy(),
            }
            if "occlusion" in job:
                results["occlusion"] = occlusion(
                    lambda hidden: head(base_model[name](module.preprocess_input(hidden))).numpy(),
                    pictures,
                    job["occlusion"],
                )
            for kind, values in results.items():
                values.astype("<f4").tofile(f"{folder}/{name}-{job['pooling']}-{kind}.f32")


main(*sys.argv[1:])
