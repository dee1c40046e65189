"""Attacks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from . import checks
from .errors import InputError
from .kernels import Floats
from .models import Model


def fgsm(
    model: Model,
    x: ArrayLike,
    labels: ArrayLike,
    *,
    epsilon: ArrayLike,
    bounds: ArrayLike | None = None,
    norm: str = "Linf",
) -> Floats:
    """Adversarial inputs, (B, D), by the fast gradient sign method: x + ε·sign(∇ₓ J(x, y)).

    `labels`, (B), are whole numbers below C: with scikit-learn, np.searchsorted(clf.classes_, y).
    In norm L2 the step is ε·∇J/‖∇J‖₂, in L1 it is ε on the input of the greatest slope. `epsilon` is
    one number or, in Linf, one for each input, (D). `bounds` are the least and the greatest value of
    an input, (2,), or of each input, (D, 2); `x` must lie inside. The result is never farther than
    ε from `x` as float32, not by one bit. Raises InputError for what does not fit.
    """
    action, width = "attack by fgsm", model.inputs
    values, y = checks.examples("attack", x, width, labels, model.classes)
    size = checks.epsilons(action, epsilon, width)
    limits = checks.bounds_of(action, bounds, x, width)
    checks.norm(action, norm)
    if norm != "Linf" and size.ndim > 0:
        action += f" in norm {norm} with an epsilon for each input"
        raise InputError("value", action, "give one number")
    if limits is not None:
        values = np.clip(values, *limits)
    # the kernels know one pair for all inputs
    one = limits is not None and limits[0].ndim == 0
    lo, hi = (float(limits[0]), float(limits[1])) if limits and one else (-np.inf, np.inf)

    kernels, out = model.kernels, np.empty_like(values)
    with kernels.lock:
        steps = kernels.array(np.broadcast_to(checks.below(size), width))
        for rows, inputs in model.chunks(values):
            scores = model.forward(inputs)
            model.head.to_direction(kernels, scores, y[rows])
            g = model.backward(scores)
            if norm == "Linf":
                kernels.call("signStep", g, inputs, g, steps, lo, hi, *inputs.shape)
            else:
                direction = "l2Direction" if norm == "L2" else "l1Direction"
                kernels.call(direction, g, g, float(size), *inputs.shape)
                kernels.call("addStep", g, inputs, g, lo, hi, inputs.size)
            out[rows] = g.view
    return np.clip(out, *limits) if limits is not None and not one else out
