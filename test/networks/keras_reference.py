"""Writes what Keras makes of pictures: weights files in its legacy layout, outputs, preprocessing.

usage: keras_reference.py PICTURES.f32 COUNT OUT [MOBILENET_FOLDER]

PICTURES.f32 holds COUNT pictures, float32 [COUNT, 224, 224, 3], RGB, 0 to 255. In OUT are then
NETWORK.h5 (random weights, whole base) and NETWORK.f32 (output for its own preprocessing), MODE.f32
(preprocessed pictures) and reference.json (layers, shapes, parameters). With the folder of a TensorFlow.js
layers-model of MobileNet, its weights are set in Keras' MobileNet, and mobilenet.f32 is the output at its end.
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import h5py
import numpy as np
import tensorflow as tf
from keras import Model, applications
from keras.src.applications import imagenet_utils
from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

NETWORKS = {
    "vgg16": (applications.VGG16, applications.vgg16),
    "vgg19": (applications.VGG19, applications.vgg19),
    "resnet50": (applications.ResNet50, applications.resnet50),
    "resnet50v2": (applications.ResNet50V2, applications.resnet_v2),
}


def randomise(model, random):
    """Nothing at its default: biases and batch norms whose parts cannot be mixed up unnoticed."""
    ranges = {
        "gamma": (0.6, 1.2),
        "beta": (-0.3, 0.3),
        "moving_mean": (-0.3, 0.3),
        "moving_variance": (0.5, 1.5),
        "bias": (-0.2, 0.2),
    }
    for layer in model.layers:
        for weight in layer.weights:
            if weight.name in ranges:
                values = random.uniform(*ranges[weight.name], weight.shape)
            else:
                limit = np.sqrt(6 / np.prod(weight.shape[:-1]))
                values = random.uniform(-limit, limit, weight.shape)
            weight.assign(values.astype("float32"))


def save_like_official_vgg(model, file):
    """The official VGG files name a kernel block1_conv1_W_1:0."""
    with h5py.File(file, "w") as h5:
        h5.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            group = h5.create_group(layer.name)
            names = [f"{layer.name}_{kind}_1:0" for kind in ("W", "b")][: len(layer.weights)]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, layer.weights):
                group.create_dataset(name, data=weight.numpy())


def save_by_keras(model, file):
    with h5py.File(file, "w") as h5:
        save_weights_to_hdf5_group(h5, model)


def mobilenet_output(folder, pictures):
    with open(os.path.join(folder, "model.json")) as file:
        manifest = json.load(file)["weightsManifest"]
    stored = {}
    for group in manifest:
        data = b"".join(open(os.path.join(folder, shard), "rb").read() for shard in group["paths"])
        offset = 0
        for entry in group["weights"]:
            count = int(np.prod(entry["shape"]))
            stored[entry["name"]] = np.frombuffer(data, "<f4", count, offset).reshape(entry["shape"])
            offset += 4 * count
    full = applications.MobileNet(weights=None, include_top=False, input_shape=(224, 224, 3))
    blocks = max(int(name.split("/")[0].split("_")[2]) for name in stored if name.startswith("conv_pw_"))
    cut = f"conv_pw_{blocks}_relu"
    model = Model(full.input, full.get_layer(cut).output)
    for layer in model.layers:
        for weight in layer.weights:
            kind = "depthwise_kernel" if weight.name == "kernel" and "_dw_" in layer.name else weight.name
            weight.assign(stored[f"{layer.name}/{kind}"])
    return cut, model(applications.mobilenet.preprocess_input(pictures.copy())).numpy()


def main(pictures_file, count, out, mobilenet_folder=None):
    pictures = np.fromfile(pictures_file, "<f4").reshape(int(count), 224, 224, 3)
    for mode in ("caffe", "tf"):
        imagenet_utils.preprocess_input(pictures.copy(), mode=mode).astype("<f4").tofile(f"{out}/{mode}.f32")
    (pictures / np.float32(255)).tofile(f"{out}/scale.f32")
    standardized = tf.image.per_image_standardization(tf.constant(pictures))
    standardized.numpy().tofile(f"{out}/standardize.f32")
    reference = {"networks": {}}
    for seed, (name, (build, module)) in enumerate(NETWORKS.items()):
        model = build(weights=None, include_top=False, input_shape=(224, 224, 3))
        randomise(model, np.random.default_rng(seed))
        (save_like_official_vgg if name == "vgg16" else save_by_keras)(model, f"{out}/{name}.h5")
        output = model(module.preprocess_input(pictures.copy())).numpy()
        output.astype("<f4").tofile(f"{out}/{name}.f32")
        reference["networks"][name] = {
            "layers": [layer.name for layer in model.layers],
            "shape": output.shape,
            "parameters": model.count_params(),
        }
    if mobilenet_folder:
        cut, output = mobilenet_output(mobilenet_folder, pictures)
        output.astype("<f4").tofile(f"{out}/mobilenet.f32")
        reference["mobilenet"] = {"cut": cut, "shape": output.shape}
    with open(f"{out}/reference.json", "w") as file:
        json.dump(reference, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
