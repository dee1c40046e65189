"""The cases that all hosts share with the library: scripts/hosts/cases.json."""

import json
import unittest
from pathlib import Path
from typing import Any

import numpy as np

from gibbon import InputError, Kernels, fgsm, softmax_regression, train

ROOT = Path(__file__).parents[4]
CASES = json.loads((ROOT / "scripts" / "hosts" / "cases.json").read_text("utf-8"))


def decoded(value: Any) -> Any:
    """The value with the numbers that JSON has no words for."""
    if isinstance(value, list):
        return [decoded(each) for each in value]
    return float(value) if value in ("NaN", "Infinity", "-Infinity") else value


class Cases(unittest.TestCase):
    kernels = Kernels(ROOT / "wasm" / "gibbon.wasm")

    def call(self, case: dict[str, Any]) -> Any:
        given = {name: decoded(value) for name, value in (CASES["valid"] | case["with"]).items()}
        x, labels, epochs, seed = (given.pop(name) for name in ("x", "labels", "epochs", "seed"))
        model = softmax_regression(self.kernels, **CASES["model"])
        match case["call"]:
            case "predict":
                return model.predict(x)
            case "train":
                return train(model, x, labels, epochs=epochs, seed=seed)
        return fgsm(model, x, labels, **given)

    def test_what_fits_gives_the_same_bits(self) -> None:
        for case in CASES["accepted"]:
            with self.subTest(case["name"]):
                np.testing.assert_array_equal(self.call(case), np.array(case["gives"], np.float32))

    def test_what_does_not_fit_is_refused_with_the_same_sentence(self) -> None:
        for case in CASES["refused"]:
            if "python" not in case.get("only", ["python"]):
                continue
            with self.subTest(case["name"]):
                with self.assertRaises(InputError) as caught:
                    self.call(case)
                self.assertEqual(str(caught.exception), case["message"])
                self.assertEqual(caught.exception.code, case["code"])


if __name__ == "__main__":
    unittest.main()
