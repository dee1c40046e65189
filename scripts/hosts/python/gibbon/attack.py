"""Attacks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .kernels import Floats
from .models import Model


def fgsm(
    model: Model,
    x: ArrayLike,
    labels: ArrayLike,
    *,
    epsilon: float,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Floats:
    """Adversarial inputs, (B, D), by the fast gradient sign method: x + ε·sign(∇ₓ J(x, y)).

    Never farther than ε from `x`, not by one bit.
    """
    if not 0 <= epsilon < np.inf:
        raise ValueError(f"Cannot attack with epsilon {epsilon}: must be finite and >= 0")
    kernels, out = model.kernels, np.array(x, np.float32)
    y = model.labels(labels, len(out))
    budget = kernels.array(np.full(model.inputs, _below(epsilon)))
    # bounds of whole numbers too: -0 would not be 0.0's negative
    lo, hi = -_below(-float(bounds[0])), _below(float(bounds[1]))
    for place, inputs in model.runs(out):
        scores = model.forward(inputs)
        model.head.turn(kernels, scores, y[place])
        g = model.backward(scores)
        kernels.call("signStep", g, inputs, g, budget, lo, hi, *inputs.shape)
        out[place] = g.view
    return out


def _below(value: float) -> float:
    """The greatest float32 that is not above `value`."""
    near = np.float32(value)
    # as Python floats: numpy would round `value` to compare it
    return float(near if float(near) <= value else np.nextafter(near, np.float32(-np.inf)))
