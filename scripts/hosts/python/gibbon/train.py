"""Training of softmax regression."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import checks
from .errors import InputError, shown
from .layers import Linear
from .models import Model
from .random import Stream


def train(
    model: Model,
    x: ArrayLike,
    labels: ArrayLike,
    *,
    epochs: int = 1,
    seed: int = 0,
    learning_rate: float = 0.1,
    momentum: float = 0.5,
    batch_size: int = 100,
    max_norm: float = 1.9365,
) -> list[float]:
    """Trains `model`, a softmax regression, in place; returns the mean loss of each epoch.

    The defaults are the library's recipe; no row of the weights gets longer than `max_norm`. Other
    threads that use the model's kernels wait for the end. Raises InputError for what does not fit,
    with code `diverged` where the loss is no longer finite.
    """
    match model.layers:
        case (Linear() as linear,) if model.head.name == "softmax":
            pass
        case _:
            raise InputError("host", "train this model", "it is not a softmax regression")
    inputs, y = checks.examples("train", x, model.inputs, labels, model.classes)
    if len(y) == 0:
        raise InputError("value", "train", "there are no examples")
    whole = {"epochs": (epochs, 1), "seed": (seed, 0), "batch_size": (batch_size, 1)}
    for name, (value, least) in whole.items():
        if not isinstance(value, (int, np.integer)) or value < least:
            reason = f"must be a whole number ≥ {least}"
            raise InputError("value", f"train with {name} {value}", reason)
    for name, number, fits, wanted in (
        ("learning_rate", learning_rate, 0 < learning_rate < np.inf, "a finite number > 0"),
        ("momentum", momentum, 0 <= momentum < 1, "in [0, 1)"),
        ("max_norm", max_norm, max_norm > 0, "> 0"),
    ):
        if not fits:
            raise InputError("value", f"train with {name} {shown(number)}", f"must be {wanted}")
    kernels, call = model.kernels, model.kernels.call
    W, b = linear.weights, linear.bias
    C, D = W.shape
    losses: list[float] = []
    with kernels.lock:
        dW, db = kernels.empty(C, D), kernels.empty(C)
        vW, vb = kernels.array(np.zeros((C, D))), kernels.array(np.zeros(C))
        for epoch in range(epochs):
            order = Stream(kernels, seed).split("order", epoch).permutation(len(inputs))
            total = 0.0
            for first in range(0, len(order), batch_size):
                places = order[first : first + batch_size]
                n = len(places)
                rows = kernels.array(inputs[places])
                scores = model.forward(rows)
                loss = kernels.empty(n)
                truth = kernels.array(y[places], np.int32)
                call("softmaxLoss", loss, scores, scores, truth, 1 / n, n, C)
                call("gemmTN", dW, scores, rows, 0, C, D, n)
                call("columnSums", db, scores, 0, n, C)
                call("sgdStep", W, vW, dW, learning_rate, momentum, 0.0, 0.0, C * D)
                call("limitRowNorms", W, max_norm, C, D)
                call("sgdStep", b, vb, db, learning_rate, momentum, 0.0, 0.0, C)
                total += float(loss.view.sum(dtype=np.float64))
            if not np.isfinite(total):
                reason = "training diverged, the loss is not finite; lower the learning rate"
                raise InputError("diverged", f"train beyond epoch {epoch + 1}", reason)
            losses.append(total / len(inputs))
    return losses
