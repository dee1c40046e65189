"""Prints, as JSON, SHA-256 of what the models in FOLDER give in this host, and how fast.

Usage: python conformance.py WASM FOLDER
"""

import hashlib
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike, NDArray
from safetensors.numpy import load_file

from gibbon import Kernels, Model, fgsm, load_model, train
from gibbon.layers import Linear


def main(wasm: str, folder: Path) -> None:
    """Classifies, attacks and trains on the examples in `folder`."""
    kernels = Kernels(wasm)
    examples = load_file(folder / "examples.safetensors")
    x, labels = examples["test.x"], examples["test.labels"]
    outputs: dict[str, NDArray[Any]] = {}
    for family in ("softmaxLinear", "maxout"):
        model = load_model(kernels, folder / f"{family}.safetensors")
        outputs[f"{family}.scores"] = model.scores(x)
        outputs[f"{family}.adversarial"] = attack(model, x, labels)

    model = load_model(kernels, folder / "softmaxLinear.safetensors")
    microseconds = {"fgsm": time_of(lambda: attack(model, x[:1], labels[:1]))}
    train(model, examples["train.x"], examples["train.labels"], epochs=1, seed=7)
    (layer,) = model.layers
    assert isinstance(layer, Linear)
    outputs |= {"trained.W": layer.weights.numpy(), "trained.b": layer.bias.numpy()}

    hashes = {name: hashlib.sha256(each.tobytes()).hexdigest() for name, each in outputs.items()}
    print(json.dumps({"hashes": hashes, "microseconds": microseconds}))


def attack(model: Model, x: ArrayLike, labels: ArrayLike) -> NDArray[Any]:
    """Adversarial examples within 0.1 and in [0, 1]."""
    return fgsm(model, x, labels, epsilon=0.1, bounds=(0, 1))


def time_of(run: object, times: int = 101) -> float:
    """The median of so many runs, in microseconds."""
    assert callable(run)
    laps = []
    for _ in range(times):
        start = time.perf_counter_ns()
        run()
        laps.append((time.perf_counter_ns() - start) / 1000)
    return statistics.median(laps)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
