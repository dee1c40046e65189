"""Models as files."""

from __future__ import annotations

import json
from os import PathLike
from typing import Any

from safetensors import SafetensorError, safe_open

from .errors import InputError
from .kernels import Floats, Kernels
from .layers import Layer, Linear, Maxout
from .models import HEADS, Model

FORMAT = "gibbon-model-1"


def load_model(kernels: Kernels, path: str | PathLike[str]) -> Model:
    """The softmax, logistic or maxout model in the safetensors file at `path`.

    Raises InputError if the file holds no such model.
    """
    action = f"read {path}"
    try:
        with safe_open(path, "numpy") as file:
            about = file.metadata() or {}
            tensors: dict[str, Floats] = {
                name: file.get_tensor(name)
                for name in file.keys()  # noqa: SIM118
            }
    except SafetensorError as error:
        raise InputError("format", action, str(error)) from error
    if about.get("format") != FORMAT:
        reason = f"expected format {FORMAT} in its metadata, got {about.get('format', 'none')}"
        raise InputError("format", action, reason)
    family, head = about.get("family"), HEADS.get(about.get("head", ""))
    if family not in ("softmaxLinear", "logistic", "maxout") or head is None:
        reason = f"this host has no {family} with head {about.get('head')}"
        raise InputError("host", action, reason)
    try:
        config: dict[str, Any] = json.loads(about["config"])
        inputs, classes = int(config["inputs"]), int(config.get("classes", 2))
        units = [int(each) for each in config.get("units", [])]
        pieces = int(config["pieces"]) if units else 1
        if min(inputs, classes - 1, pieces, *units, 1) < 1:
            raise ValueError(about["config"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("format", action, f"its config does not fit: {error!r}") from error

    def tensor(name: str, *shape: int) -> Floats:
        if name not in tensors:
            raise InputError("shape", action, f"tensor {name} is missing")
        found = tensors[name]
        if found.dtype != "float32" or found.shape != shape:
            wanted = f"expected {name} as float32 of shape {shape}"
            raise InputError("shape", action, f"{wanted}, got {found.dtype} of shape {found.shape}")
        return found

    layers: list[Layer] = []
    width = inputs
    for i, size in enumerate(units):
        weights = tensor(f"layer{i}.W", pieces, size, width)
        layers.append(Maxout(kernels, weights, tensor(f"layer{i}.b", pieces, size)))
        width = size
    top, outputs = "top." if family == "maxout" else "", 1 if head.name == "binary" else classes
    layers.append(Linear(kernels, tensor(f"{top}W", outputs, width), tensor(f"{top}b", outputs)))
    return Model(kernels, tuple(layers), head, inputs, classes)
