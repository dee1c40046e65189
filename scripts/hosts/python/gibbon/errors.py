"""The one error that says that what the caller gave does not work."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

Code: TypeAlias = Literal["value", "shape", "format", "diverged", "host"]
"""
`value`: a number or word out of what is allowed. `shape`: sizes, types or parts that do not fit each
other. `format`: a file that cannot be read. `diverged`: a training whose loss is no longer finite.
`host`: something that this host does not offer.
"""


class InputError(ValueError):
    """A mistake that the caller can correct: `action` failed, for `reason`. Any other error is a bug."""

    def __init__(self, code: Code, action: str, reason: str) -> None:
        # all three, so that it can be pickled
        super().__init__(code, action, reason)
        self.code = code
        self.action = action
        self.reason = reason

    def __str__(self) -> str:
        return f"Cannot {self.action}: {self.reason}"


def shown(value: float) -> str:
    """A number as the library writes it in its messages."""
    # a float32 in all its digits
    value = float(value)
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    if 1e-6 <= abs(value) < 1e21:
        return np.format_float_positional(value, trim="-")
    return np.format_float_scientific(value, trim="-", exp_digits=1)
