"""Models as files."""

from __future__ import annotations

import json
from os import PathLike

from safetensors import safe_open

from .kernels import Floats, Kernels
from .layers import Layer, Linear, Maxout
from .models import HEADS, Model

FORMAT = "gibbon-model-1"


def load_model(kernels: Kernels, path: str | PathLike[str]) -> Model:
    """The softmax, logistic or maxout model in the safetensors file at `path`."""
    with safe_open(path, "numpy") as file:
        about = file.metadata() or {}
        tensors: dict[str, Floats] = {name: file.get_tensor(name) for name in file.keys()}
    if about.get("format") != FORMAT:
        raise ValueError(f"Cannot read {path}: expected format {FORMAT}, got {about.get('format')}")
    if about["family"] not in ("softmaxLinear", "logistic", "maxout"):
        raise ValueError(f"Cannot read {path}: this host has no family {about['family']}")
    config = json.loads(about["config"])
    layers: list[Layer] = [
        Maxout(kernels, tensors[f"layer{i}.W"], tensors[f"layer{i}.b"])
        for i in range(len(config.get("units", [])))
    ]
    top = "top." if about["family"] == "maxout" else ""
    layers.append(Linear(kernels, tensors[f"{top}W"], tensors[f"{top}b"]))
    classes = config.get("classes", 2)
    return Model(kernels, tuple(layers), HEADS[about["head"]], config["inputs"], classes)
