"""Weights of scikit-learn, without importing it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .checks import Doubles
from .errors import InputError


def folded(clf: Any, scaler: Any) -> tuple[Doubles, Doubles]:
    """Weights, (C, D), and biases, (C), of `clf` on inputs as they were before `scaler`.

    `scaler` is a fitted StandardScaler, MinMaxScaler, MaxAbsScaler or RobustScaler, `clf` a linear
    classifier fitted on what it gave: softmax_regression(kernels, *folded(clf, scaler)). An attack's
    epsilon and bounds are then in the units of the inputs before scaling. Raises InputError for a
    scaler that is not linear.
    """
    coef = np.asarray(clf.coef_, np.float64)
    intercept = np.asarray(clf.intercept_, np.float64)
    shift, factor = _affine(scaler, coef.shape[-1])
    return coef * factor, intercept + coef @ shift


def _affine(scaler: Any, inputs: int) -> tuple[Doubles, Doubles]:
    """Shift and factor, (D), of a scaler that gives x · factor + shift."""
    none = np.zeros(inputs)
    if hasattr(scaler, "min_"):
        if getattr(scaler, "clip", False):
            raise InputError("value", "fold a MinMaxScaler with clip=True", "it is not linear")
        return np.asarray(scaler.min_) + none, np.asarray(scaler.scale_) + none
    scale = getattr(scaler, "scale_", None)
    if hasattr(scaler, "mean_"):
        center = scaler.mean_ if scaler.with_mean else None
    elif hasattr(scaler, "center_"):
        center = scaler.center_
    elif hasattr(scaler, "max_abs_"):
        center = None
    else:
        reason = "expected a fitted StandardScaler, MinMaxScaler, MaxAbsScaler or RobustScaler"
        raise InputError("value", f"fold a {type(scaler).__name__}", reason)
    factor = 1 / (np.asarray(1.0 if scale is None else scale) + none)
    return none - np.asarray(0.0 if center is None else center) * factor, factor
