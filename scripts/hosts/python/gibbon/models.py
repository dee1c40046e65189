"""Models, and what their scores mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import checks
from .errors import InputError, shown
from .kernels import Array, Floats, Kernels, Labels
from .layers import Layer, Linear

CHUNK = 1000
"""Examples that are in the binary's memory at a time."""


@dataclass(frozen=True)
class Head:
    """What scores mean: the kernels that turn them into probabilities and directions."""

    name: str
    forward: str
    direction: str

    def probabilities(self, kernels: Kernels, scores: Array) -> Floats:
        """The probability of each class, (B, C), written over the scores."""
        sizes = scores.shape if self.forward == "softmaxForward" else (scores.size,)
        kernels.call(self.forward, scores, scores, *sizes)
        p: Floats = scores.numpy()
        return np.hstack([np.float32(1) - p, p]) if self.name == "binary" else p

    def to_direction(self, kernels: Kernels, scores: Array, labels: Labels) -> None:
        """Writes over the scores the direction in which the loss of `labels` rises."""
        # a binary head's one column stands for class 1
        columns = 1 - labels if self.name == "binary" else labels
        y = kernels.array(columns, np.int32)
        kernels.call(self.direction, scores, scores, y, *scores.shape)


HEADS = {
    head.name: head
    for head in (
        Head("softmax", "softmaxForward", "softmaxDirection"),
        Head("sigmoid", "sigmoidForward", "sigmoidDirection"),
        Head("binary", "sigmoidForward", "sigmoidDirection"),
    )
}


@dataclass(frozen=True)
class Model:
    """A classifier whose parameters lie in the binary's memory."""

    kernels: Kernels
    layers: tuple[Layer, ...]
    head: Head
    inputs: int
    classes: int

    def scores(self, x: ArrayLike) -> Floats:
        """Scores, (B, C), or (B, 1) of a binary head, for the inputs `x`, (B, D).

        Raises InputError unless these are finite numbers of that shape.
        """
        values = checks.inputs("classify", x, self.inputs)
        with self.kernels.lock:
            parts = [self.forward(rows).numpy() for _, rows in self.chunks(values)]
        return np.concatenate(parts) if parts else np.empty((0, self.width), np.float32)

    def probabilities(self, x: ArrayLike) -> Floats:
        """The probability of each class, (B, C)."""
        return self.head.probabilities(self.kernels, self.kernels.array(self.scores(x)))

    def predict(self, x: ArrayLike) -> NDArray[np.intp]:
        """The most probable class of each example, (B): with scikit-learn, its place in `classes_`."""
        # probabilities tie where they round to 1: scores do not
        answers = self.probabilities(x) if self.width == 1 else self.scores(x)
        best: NDArray[np.intp] = answers.argmax(axis=1)
        return best

    @property
    def width(self) -> int:
        """Scores of an example."""
        return 1 if self.head.name == "binary" else self.classes

    def forward(self, x: Array) -> Array:
        """Scores of `x` in the binary's memory."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, d: Array) -> Array:
        """The gradient in the last inputs, from that in their scores."""
        for layer in reversed(self.layers):
            d = layer.backward(d)
        return d

    def chunks(self, x: Floats) -> Iterator[tuple[slice, Array]]:
        """The inputs `x` in the binary's memory, some rows at a time with their place."""
        for first in range(0, len(x), CHUNK):
            rows = slice(first, first + CHUNK)
            yield rows, self.kernels.array(x[rows])


def softmax_regression(kernels: Kernels, coef: ArrayLike, intercept: ArrayLike) -> Model:
    """A linear classifier with scikit-learn's `coef_`, (C, D), and `intercept_`, (C).

    For two classes scikit-learn keeps one row: this is then logistic regression. The intercept may be
    one number, as it is where none was fitted. Raises InputError unless the numbers are finite and
    their shapes fit.
    """
    weights, bias = _finite("coef", coef), _finite("intercept", intercept)
    if weights.ndim == 2 and bias.ndim == 0:
        bias = np.full(len(weights), bias)
    if weights.ndim != 2 or weights.size == 0 or bias.shape != weights.shape[:1]:
        reason = "expected (scores, inputs) and (scores,)"
        shapes = f"coef of shape {weights.shape} and intercept of shape {bias.shape}"
        raise InputError("shape", f"make a model of {shapes}", reason)
    outputs, inputs = weights.shape
    head = HEADS["binary" if outputs == 1 else "softmax"]
    return Model(kernels, (Linear(kernels, weights, bias),), head, inputs, max(2, outputs))


def logistic_regression(kernels: Kernels, coef: ArrayLike, intercept: ArrayLike) -> Model:
    """Logistic regression with scikit-learn's `coef_`, (1, D), and `intercept_`, (1)."""
    model = softmax_regression(kernels, coef, intercept)
    if model.width != 1:
        reason = f"coef has {model.width} rows, expected 1"
        raise InputError("shape", "make a logistic regression", reason)
    return model


def _finite(name: str, values: ArrayLike) -> Floats:
    """The numbers `values` as float32, of which none may be infinite."""
    with np.errstate(over="ignore"):
        numbers = checks.numbers("make a model", f"values of {name}", values).astype(np.float32)
    bad = np.argwhere(~np.isfinite(numbers))
    if len(bad):
        value = shown(numbers[tuple(bad[0])])
        reason = f"{name}{bad[0].tolist()} is {value}, not a finite number"
        raise InputError("value", "make a model", reason)
    return numbers
