"""What comes in, checked. The messages are the library's: scripts/hosts/cases.json holds them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError, shown
from .kernels import Floats, Labels

Doubles: TypeAlias = NDArray[np.float64]

NORMS = ("Linf", "L2", "L1")


def numbers(action: str, name: str, values: ArrayLike) -> NDArray[Any]:
    """`values` as an array of real numbers of any type; `name` is a plural."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InputError("shape", action, f"the {name} have rows of different lengths") from error
    if array.dtype.kind not in "biuf":
        reason = f"the {name} are of type {array.dtype}, expected numbers"
        raise InputError("shape", action, reason)
    return array


def inputs(action: str, x: ArrayLike, width: int) -> Floats:
    """The inputs `x` of a model that takes `width` of them, (B, D), as float32."""
    return examples(action, x, width)[0]


def examples(
    action: str, x: ArrayLike, width: int, labels: ArrayLike | None = None, classes: int = 0
) -> tuple[Floats, Labels]:
    """The inputs `x`, (B, D), as float32, with their labels, (B), if there are any."""
    given = numbers(action, "inputs", x)
    if given.ndim != 2:
        reason = f"the inputs are of shape {given.shape}, expected (examples, {width})"
        raise InputError("shape", action, reason)
    whole = action if labels is None else "make a batch"
    truth = np.empty(0, np.int32) if labels is None else _labels(labels, len(given), classes)
    with np.errstate(over="ignore"):
        values = given.astype(np.float32)
    finite = np.isfinite(values)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        reason = f"is {shown(values[row, column])}, not a finite number"
        raise InputError("value", whole, f"input {column} of example {row} {reason}")
    if given.shape[1] != width:
        reason = f"the model takes {width} inputs, the examples have {given.shape[1]}"
        raise InputError("shape", action, reason)
    return values, truth


def _labels(y: ArrayLike, count: int, classes: int) -> Labels:
    """Kernels find their place in memory by labels, so none may be out of range."""
    given = numbers("make a batch", "labels", y)
    if given.ndim != 1:
        reason = f"the labels are of shape {given.shape}, expected (examples,)"
        raise InputError("shape", "make a batch", reason)
    if len(given) != count:
        raise InputError("shape", "make a batch", f"{count} examples but {len(given)} labels")
    # NaN differs from itself
    bad = np.flatnonzero((given != np.floor(given)) | (given < 0) | (given >= classes))
    if bad.size:
        reason = f"is not a whole number in 0 … {classes - 1}"
        label = f"label {shown(float(given[bad[0]]))} of example {bad[0]}"
        raise InputError("value", "make a batch", f"{label} {reason}")
    return given.astype(np.int32)


def epsilons(action: str, epsilon: ArrayLike, width: int) -> Doubles:
    """The size of a perturbation: one, (), or one for each input, (D)."""
    values = numbers(action, "epsilons", epsilon).astype(np.float64)
    if values.ndim > 0 and values.shape != (width,):
        reason = f"expected one epsilon or {width} of them, one a feature, got {values.size}"
        raise InputError("shape", action, reason)
    for value in values.ravel():
        if not 0 <= value < np.inf:
            reason = "must be a finite number ≥ 0"
            raise InputError("value", f"{action} with epsilon {shown(value)}", reason)
    return values


def bounds_of(
    action: str, bounds: ArrayLike | None, x: ArrayLike, width: int
) -> tuple[Floats, Floats] | None:
    """Least and greatest values, () or (D), rounded inward to float32, if the inputs `x` keep them."""
    if bounds is None:
        return None
    pairs = numbers(action, "bounds", bounds).astype(np.float64)
    if pairs.shape not in ((2,), (width, 2)):
        reason = f"the bounds are of shape {pairs.shape}, expected (2,) or ({width}, 2)"
        if pairs.ndim == 2 and pairs.shape[1] == 2:
            got = f"one a feature, got {len(pairs)}"
            reason = f"expected one pair of bounds or {width} of them, {got}"
        raise InputError("shape", action, reason)
    lo, hi = pairs[..., 0], pairs[..., 1]
    wrong = np.flatnonzero(~(lo < hi))
    if wrong.size:
        where = "" if pairs.ndim == 1 else f" of feature {wrong[0]}"
        within = f"{action} within bounds {_pair(pairs, wrong[0])}{where}"
        raise InputError("value", within, "the first must be less")
    # as they were given: a double at a bound may lie beyond it as a float32
    given = np.asarray(x)
    outside = (given < lo) | (given > hi)
    if outside.any():
        row, column = np.argwhere(outside)[0]
        value = shown(given[row, column])
        reason = f"is {value}, out of the bounds {_pair(pairs, column)}"
        raise InputError("value", action, f"input {column} of example {row} {reason}")
    # -0 would not be 0's negative
    return -below(-lo), below(hi)


def _pair(pairs: Doubles, column: int) -> str:
    lo, hi = pairs if pairs.ndim == 1 else pairs[column]
    return f"{shown(lo)}, {shown(hi)}"


def norm(action: str, name: str) -> None:
    """Refuses what is not the name of a norm."""
    if name not in NORMS:
        raise InputError("value", f'{action} with norm "{name}"', "must be Linf, L2 or L1")


def below(values: Doubles) -> Floats:
    """The greatest float32 that is not above each value."""
    with np.errstate(over="ignore"):
        near = values.astype(np.float32)
    over = near.astype(np.float64) > values
    return np.where(over, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)
