"""The binary with its memory, and arrays that lie in it."""

from __future__ import annotations

import math
import threading
import weakref
from collections import deque
from os import PathLike
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from wasmtime import Engine, Func, Instance, Memory, Module, Store, Trap

from .errors import InputError

ABI_VERSION = 2

Floats: TypeAlias = NDArray[np.float32]
Labels: TypeAlias = NDArray[np.int32]


class Array:
    """Numbers in a binary's memory, given back when this object is collected."""

    def __init__(
        self, kernels: Kernels, shape: tuple[int, ...], dtype: DTypeLike = np.float32
    ) -> None:
        self.shape = shape
        self._kernels = kernels
        self._dtype = np.dtype(dtype)
        self.address = kernels.alloc(math.prod(shape) * self._dtype.itemsize)
        # noted, not freed: objects are collected in any thread, at any time, under any lock
        weakref.finalize(self, kernels.unused.append, self.address).atexit = False

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return math.prod(self.shape)

    @property
    def view(self) -> NDArray[Any]:
        """The numbers where they lie: stale once another array is made, so hold the kernels' lock."""
        return (
            self._kernels.bytes(self.address, self.size * self._dtype.itemsize)
            .view(self._dtype)
            .reshape(self.shape)
        )

    def numpy(self) -> NDArray[Any]:
        """A copy of the numbers."""
        with self._kernels.lock:
            return self.view.copy()


class Kernels:
    """An instance of one of the binaries, with a memory of its own.

    Threads may share it, and the models made with it: one works, the others wait. To let threads work
    side by side, give each its own.
    """

    def __init__(self, wasm: str | PathLike[str]) -> None:
        self.lock = threading.RLock()
        """Held by each call. Hold it over calls that belong together."""
        self.unused: deque[int] = deque()
        """Addresses that the next `alloc` gives back first."""
        self._store = Store(Engine())
        module = Module.from_file(self._store.engine, str(wasm))
        exports = Instance(self._store, module, []).exports(self._store)
        self._functions = {name: each for name, each in exports.items() if isinstance(each, Func)}
        version = self.call("abiVersion") if "abiVersion" in self._functions else None
        if version != ABI_VERSION:
            reason = f"expected ABI version {ABI_VERSION}, got {version}"
            raise InputError("host", f"use {wasm}", reason)
        memory = exports["memory"]
        assert isinstance(memory, Memory)
        self._memory = memory

    def call(self, function: str, *arguments: Array | float) -> Any:
        """What `function` returns; arrays are passed as their addresses. See wasm/README.md."""
        numbers = [each.address if isinstance(each, Array) else each for each in arguments]
        with self.lock:
            return self._functions[function](self._store, *numbers)

    def array(self, values: ArrayLike, dtype: DTypeLike = np.float32) -> Array:
        """A copy of `values` in the binary's memory."""
        source = np.asarray(values, dtype)
        with self.lock:
            array = Array(self, source.shape, dtype)
            array.view[...] = source
        return array

    def empty(self, *shape: int, dtype: DTypeLike = np.float32) -> Array:
        """An array of this shape whose contents are arbitrary."""
        return Array(self, shape, dtype)

    def alloc(self, size: int) -> int:
        """The address of `size` fresh bytes."""
        with self.lock:
            while self.unused:
                self.free(self.unused.popleft())
            try:
                # sizes and addresses are unsigned
                return int(self.call("alloc", min(size, 0xFFFFFFFF))) & 0xFFFFFFFF
            except Trap as error:
                raise MemoryError(f"Cannot take {size} bytes of WebAssembly memory") from error

    def free(self, address: int) -> None:
        """Gives back what `alloc` gave."""
        self.call("free", address)

    def bytes(self, address: int, size: int) -> NDArray[np.uint8]:
        """These bytes of the memory where they lie: stale once anything is allocated."""
        if size == 0:
            return np.empty(0, np.uint8)
        return np.ctypeslib.as_array(self._memory.get_buffer_ptr(self._store, size, address))
