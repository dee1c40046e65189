"""Training of softmax regression."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .layers import Linear
from .models import Model
from .random import Stream

BATCH, RATE, MOMENTUM, MOST = 100, 0.1, 0.5, 1.9365
"""The library's recipe; rows of the weights are kept no longer than the last."""


def train(
    model: Model, x: ArrayLike, labels: ArrayLike, *, epochs: int = 1, seed: int = 0
) -> list[float]:
    """Trains `model`, a softmax regression, in place; returns the mean loss of each epoch."""
    match model.layers:
        case (Linear() as linear,) if model.head.name == "softmax":
            pass
        case _:
            raise TypeError("Cannot train this model: it is not a softmax regression")
    kernels, call = model.kernels, model.kernels.call
    inputs = np.asarray(x, np.float32)
    y = model.labels(labels, len(inputs))
    W, b = linear.weights, linear.bias
    C, D = W.shape
    dW, db = kernels.empty(C, D), kernels.empty(C)
    vW, vb = kernels.array(np.zeros((C, D))), kernels.array(np.zeros(C))
    losses = []
    for epoch in range(epochs):
        order = Stream(kernels, seed).split("order", epoch).permutation(len(inputs))
        total = 0.0
        for first in range(0, len(order), BATCH):
            places = order[first : first + BATCH]
            n = len(places)
            rows = kernels.array(inputs[places])
            scores = model.forward(rows)
            loss = kernels.empty(n)
            truth = kernels.array(y[places], np.int32)
            call("softmaxLoss", loss, scores, scores, truth, 1 / n, n, C)
            call("gemmTN", dW, scores, rows, 0, C, D, n)
            call("columnSums", db, scores, 0, n, C)
            call("sgdStep", W, vW, dW, RATE, MOMENTUM, 0.0, 0.0, C * D)
            call("limitRowNorms", W, MOST, C, D)
            call("sgdStep", b, vb, db, RATE, MOMENTUM, 0.0, 0.0, C)
            total += float(loss.view.sum(dtype=np.float64))
        losses.append(total / len(inputs))
    return losses
