"""Layers from inputs to scores, and back."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from .kernels import Array, Floats, Kernels


class Layer(Protocol):
    """A differentiable function of a batch."""

    def forward(self, x: Array) -> Array:
        """Outputs for the inputs `x`."""

    def backward(self, d: Array) -> Array:
        """The gradient in the last inputs, from that in their outputs."""


class Linear:
    """x·Wᵀ + b, with W (C, D) and b (C)."""

    def __init__(self, kernels: Kernels, weights: ArrayLike, bias: ArrayLike) -> None:
        self.kernels = kernels
        self.weights = kernels.array(weights)
        self.bias = kernels.array(bias)

    def forward(self, x: Array) -> Array:
        (rows, inputs), outputs = x.shape, self.weights.shape[0]
        z = self.kernels.empty(rows, outputs)
        self.kernels.call("gemmNT", z, x, self.weights, 0, rows, outputs, inputs)
        self.kernels.call("addBias", z, self.bias, rows, outputs)
        return z

    def backward(self, d: Array) -> Array:
        (rows, outputs), inputs = d.shape, self.weights.shape[1]
        gradient = self.kernels.empty(rows, inputs)
        self.kernels.call("gemmNN", gradient, d, self.weights, 0, rows, inputs, outputs)
        return gradient


class Maxout:
    """The greatest of P linear pieces a unit, with W (P, U, D) and b (P, U)."""

    def __init__(self, kernels: Kernels, weights: Floats, bias: Floats) -> None:
        self.kernels = kernels
        self.pieces, self.units, inputs = weights.shape
        self.linear = Linear(kernels, weights.reshape(-1, inputs), bias.reshape(-1))

    def forward(self, x: Array) -> Array:
        rows = x.shape[0]
        z = self.linear.forward(x)
        h = self.kernels.empty(rows, self.units)
        self.winner = self.kernels.empty(rows, self.units, dtype=np.int32)
        self.kernels.call("maxoutForward", h, self.winner, z, rows, self.units, self.pieces)
        return h

    def backward(self, d: Array) -> Array:
        kernels, (rows, units), weights = self.kernels, d.shape, self.linear.weights
        height, inputs = weights.shape
        indices = kernels.empty(rows, units, dtype=np.int32)
        values = kernels.empty(rows, units)
        counts = kernels.empty(rows, dtype=np.int32)
        kernels.call("listWinnersByRow", indices, values, counts, d, self.winner, rows, units)
        gradient = kernels.empty(rows, inputs)
        lists = (indices, values, counts)
        kernels.call("gatherRows", gradient, *lists, weights, 0, rows, inputs, height, units)
        return gradient
