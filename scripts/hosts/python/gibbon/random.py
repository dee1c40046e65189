"""Streams of random numbers, the same as the library's."""

from __future__ import annotations

import math

import numpy as np

from .kernels import Kernels, Labels


class Stream:
    """The random numbers of a seed, or of a part of another stream."""

    def __init__(self, kernels: Kernels, seed: int) -> None:
        self._kernels = kernels
        self.key: float = kernels.call("randomKey", float(seed), 0.0)
        self._counter = 0

    def split(self, *parts: str | int) -> Stream:
        """The independent stream called by `parts` within this one."""
        part = object.__new__(Stream)
        part._kernels, part.key, part._counter = self._kernels, self.key, 0
        for each in parts:
            name = _hash(each) if isinstance(each, str) else each
            part.key = self._kernels.call("randomKey", part.key, float(name))
        return part

    def next(self) -> float:
        """The next number, uniform in [0, 1)."""
        number: float = self._kernels.call("randomNumber", self.key, float(self._counter))
        self._counter += 1
        return number

    def permutation(self, n: int) -> Labels:
        """0 … n − 1 in random order."""
        order = np.arange(n, dtype=np.int32)
        for i in range(n - 1, 0, -1):
            j = math.floor(self.next() * (i + 1))
            order[[i, j]] = order[[j, i]]
        return order


def _hash(text: str) -> int:
    """FNV-1a over UTF-16 units, raised above what a count would be."""
    h = 2166136261
    for unit in np.frombuffer(text.encode("utf-16-le"), np.uint16).tolist():
        h = (h ^ unit) * 16777619 % 2**32
    return 2**32 + h
