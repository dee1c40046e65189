"""Gibbon's WebAssembly kernels from Python: numpy in, numpy out.

>>> from gibbon import Kernels, fgsm, softmax_regression
>>> kernels = Kernels("wasm/gibbon.wasm")
>>> model = softmax_regression(kernels, coef=[[1, 0], [0, 1]], intercept=[0, 0])
>>> fgsm(model, [[0.5, 0.25]], [0], epsilon=0.25)
array([[0.25, 0.5 ]], dtype=float32)
"""

from .attack import fgsm
from .errors import InputError
from .files import load_model
from .kernels import Array, Kernels
from .models import Model, logistic_regression, softmax_regression
from .random import Stream
from .scikit import folded
from .train import train

__all__ = [
    "Array",
    "InputError",
    "Kernels",
    "Model",
    "Stream",
    "fgsm",
    "folded",
    "load_model",
    "logistic_regression",
    "softmax_regression",
    "train",
]
