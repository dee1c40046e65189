"""Writes models of Keras 3 and of tfjs's converter, with what Keras makes of some inputs.

    python models.py FOLDER [EXAMPLES]

needs tensorflow, keras and, for graph models, tensorflowjs.
"""

import json
import os
import sys
import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
from keras import layers as L

folder = sys.argv[1]
examples = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
os.makedirs(folder, exist_ok=True)
keras.utils.set_random_seed(1)


def dense():
    return keras.Sequential([
        keras.Input((5,)),
        L.Dense(8, activation="relu"),
        L.Dropout(0.5),
        L.Dense(6, activation="tanh"),
        L.Dense(3, activation="softmax"),
    ])


def binary():
    x = keras.Input((4,))
    h = L.Dense(5, activation="elu")(L.Rescaling(0.5, offset=-1.0)(x))
    return keras.Model(x, L.Dense(1, activation="sigmoid")(h))


def normalized():
    norm = L.Normalization()
    norm.adapt(np.random.default_rng(2).normal(3, 2, (100, 4)))
    return keras.Sequential([keras.Input((4,)), norm, L.Dense(6), L.LeakyReLU(negative_slope=0.2), L.Dense(3)])


def cnn():
    return keras.Sequential([
        keras.Input((9, 8, 2)),
        L.Conv2D(4, 3, padding="same", strides=2),
        L.BatchNormalization(),
        L.ReLU(),
        L.MaxPooling2D(2, padding="same"),
        L.Conv2D(3, 2, activation="sigmoid", dilation_rate=1),
        L.Flatten(),
        L.Dense(3, activation="softmax"),
    ])


def residual():
    x = keras.Input((6, 6, 3))
    h = L.Conv2D(4, 1, use_bias=False)(x)
    d = L.DepthwiseConv2D(3, padding="same", activation="relu6")(h)
    h = L.Add()([h, d])
    s = L.SeparableConv2D(4, 3, padding="same", activation="swish")(h)
    h = L.Concatenate()([L.AveragePooling2D(2)(h), L.AveragePooling2D(2)(L.Multiply()([h, s]))])
    h = L.ZeroPadding2D(1)(h)
    h = L.Activation("softplus")(L.GlobalAveragePooling2D()(h))
    return keras.Model(x, L.Activation("softmax")(L.Dense(4)(h)))


def sequence():
    return keras.Sequential([
        keras.Input((10, 2)),
        L.Conv1D(4, 3, padding="causal", activation="relu"),
        L.MaxPooling1D(2),
        L.LayerNormalization(),
        L.Permute((2, 1)),
        L.Reshape((10, 2)),
        L.Dense(3, activation="selu"),
        L.GlobalMaxPooling1D(),
        L.Dense(2),
    ])


def nested():
    inner = keras.Sequential([keras.Input((6,)), L.Dense(4, activation="relu"), L.Dense(4)], name="inner")
    x = keras.Input((6,))
    h = L.PReLU()(inner(x))
    return keras.Model(x, L.Dense(3, activation="softmax")(L.Maximum()([h, L.Dense(4)(x)])))


MODELS = {f.__name__: f for f in (dense, binary, normalized, cnn, residual, sequence, nested)}


def randomized(model, rng):
    """Weights that are not those of a fresh model: biases and moments other than 0 and 1."""
    for weight in model.weights:
        value = np.asarray(weight)
        if "seed" in weight.path or "normalization" in weight.path and value.ndim == 0:
            continue
        if "variance" in weight.path:
            weight.assign(rng.uniform(0.5, 2, value.shape))
        elif value.ndim < 2 and "mean" not in weight.path or "moving" in weight.path:
            weight.assign(value + rng.normal(0, 0.3, value.shape))


def stub():
    """tensorflowjs imports converters of other frameworks, which are not needed."""
    import importlib.abc
    import importlib.machinery
    from unittest.mock import MagicMock

    class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        def find_spec(self, name, path, target=None):
            if name.split(".")[0] in ("jax", "flax", "jaxlib", "tensorflow_decision_forests"):
                return importlib.machinery.ModuleSpec(name, self, is_package=True)

        def create_module(self, spec):
            module = MagicMock(name=spec.name)
            module.__path__ = []
            module.__spec__ = spec
            return module

        def exec_module(self, module):
            pass

    sys.meta_path.insert(0, Finder())


def graph_models(name, model, **options):
    from tensorflowjs.converters import tf_saved_model_conversion_v2 as converter

    saved = f"{folder}/saved_{name}"
    model.export(saved, verbose=False)
    converter.convert_tf_saved_model(saved, f"{folder}/graph_{name}", **options)


cases = {}
for place, (name, make) in enumerate(MODELS.items()):
    rng = np.random.default_rng(place)
    model = make()
    randomized(model, rng)
    x = rng.normal(0, 1, (examples, *model.input_shape[1:])).astype(np.float32)
    model.save(f"{folder}/{name}.keras")
    # some layers keep what they made of their weights when these were set
    model = keras.saving.load_model(f"{folder}/{name}.keras")
    cases[name] = {
        "kind": "probabilities" if name in ("dense", "cnn", "residual", "nested") else "positive" if name == "binary" else "scores",
        "x": x.reshape(examples, -1).tolist(),
        "y": np.asarray(model(x, training=False)).tolist(),
    }
    if "--graphs" in sys.argv:
        if place == 0:
            stub()
        graph_models(name, model)
        if name == "dense":
            for dtype in ("uint8", "uint16", "float16"):
                graph_models(f"{name}_{dtype}", model, quantization_dtype_map={dtype: "*"})
json.dump(cases, open(f"{folder}/cases.json", "w"))
