"""Models, and what their scores mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .kernels import Array, Floats, Kernels, Labels
from .layers import Layer, Linear

ROWS = 1000
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

    def turn(self, kernels: Kernels, scores: Array, labels: Labels) -> None:
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
        """Scores, (B, C), or (B, 1) of a binary head, for the inputs `x`, (B, D)."""
        parts = [self.forward(rows).numpy() for _, rows in self.runs(x)]
        return np.concatenate(parts) if parts else np.empty((0, self.width), np.float32)

    def probabilities(self, x: ArrayLike) -> Floats:
        """The probability of each class, (B, C)."""
        return self.head.probabilities(self.kernels, self.kernels.array(self.scores(x)))

    def predict(self, x: ArrayLike) -> NDArray[np.intp]:
        """The most probable class of each example, (B)."""
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

    def runs(self, x: ArrayLike) -> Iterator[tuple[slice, Array]]:
        """The inputs `x`, checked, in the binary's memory, some rows at a time with their place."""
        inputs = np.asarray(x, np.float32)
        if inputs.ndim != 2 or inputs.shape[1] != self.inputs:
            raise TypeError(
                f"Cannot use inputs of shape {inputs.shape}: expected (examples, {self.inputs})"
            )
        for first in range(0, len(inputs), ROWS):
            place = slice(first, first + ROWS)
            yield place, self.kernels.array(inputs[place])

    def labels(self, y: ArrayLike, examples: int) -> Labels:
        """The labels `y`, (B), checked: kernels find their place in memory by them."""
        labels = np.asarray(y)
        if labels.shape != (examples,):
            raise TypeError(f"Cannot use labels of shape {labels.shape}: expected ({examples},)")
        if not np.issubdtype(labels.dtype, np.integer):
            raise TypeError(f"Cannot use labels of type {labels.dtype}: expected whole numbers")
        if examples and not 0 <= labels.min() <= labels.max() < self.classes:
            raise ValueError(f"Cannot use labels: each must be in 0 … {self.classes - 1}")
        return labels.astype(np.int32)


def softmax_regression(kernels: Kernels, coef: ArrayLike, intercept: ArrayLike) -> Model:
    """Softmax regression with scikit-learn's `coef_`, (C, D), and `intercept_`, (C)."""
    return _linear(kernels, HEADS["softmax"], coef, intercept)


def logistic_regression(kernels: Kernels, coef: ArrayLike, intercept: ArrayLike) -> Model:
    """Logistic regression with scikit-learn's `coef_`, (1, D), and `intercept_`, (1)."""
    return _linear(kernels, HEADS["binary"], coef, intercept)


def _linear(kernels: Kernels, head: Head, coef: ArrayLike, intercept: ArrayLike) -> Model:
    weights, bias = np.asarray(coef, np.float32), np.asarray(intercept, np.float32)
    if weights.ndim != 2 or bias.shape != weights.shape[:1]:
        raise TypeError(
            f"Cannot make a model of weights {weights.shape} and biases {bias.shape}: "
            "expected (scores, inputs) and (scores,)"
        )
    if (head.name == "binary") != (len(weights) == 1):
        raise ValueError(f"Cannot make a {head.name} model with {len(weights)} scores")
    classes = max(2, len(weights))
    return Model(kernels, (Linear(kernels, weights, bias),), head, weights.shape[1], classes)
