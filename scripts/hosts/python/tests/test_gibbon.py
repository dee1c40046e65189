"""What the page of the binaries promises, as seen from Python."""

import doctest
import os
import pickle
import runpy
import tempfile
import unittest
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from safetensors.numpy import save_file

import gibbon
from gibbon import (
    InputError,
    Kernels,
    Model,
    fgsm,
    load_model,
    logistic_regression,
    softmax_regression,
    train,
)

ROOT = Path(__file__).parents[4]
WASM = ROOT / "wasm" / "gibbon.wasm"
EXAMPLES = Path(__file__).parents[1] / "examples"
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(2500, 7)).astype(np.float32)
COEF, INTERCEPT = RANDOM.normal(size=(4, 7)), RANDOM.normal(size=4)


class Gibbon(unittest.TestCase):
    def setUp(self) -> None:
        self.kernels = Kernels(WASM)
        self.model = softmax_regression(self.kernels, COEF, INTERCEPT)
        self.labels = self.model.predict(X)

    def test_scores_are_those_of_numpy(self) -> None:
        expected = X.astype(float) @ COEF.T + INTERCEPT
        np.testing.assert_allclose(self.model.scores(X), expected, rtol=1e-5, atol=1e-5)
        e = np.exp(expected - expected.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(self.model.probabilities(X), p, rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(self.labels, expected.argmax(axis=1))

    def test_fgsm_takes_the_sign_of_the_gradient_within_epsilon_and_bounds(self) -> None:
        expected = X.astype(float) @ COEF.T + INTERCEPT
        e = np.exp(expected - expected.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        gradient = (p - np.eye(4)[self.labels]) @ COEF
        adversarial = fgsm(self.model, X, self.labels, epsilon=0.1)
        clear = np.abs(gradient) > 1e-6
        np.testing.assert_array_equal(np.sign(adversarial - X)[clear], np.sign(gradient)[clear])
        self.assertLessEqual(np.abs(adversarial.astype(float) - X).max(), 0.1)
        lo, hi = X.min(axis=0), X.max(axis=0)
        inside = fgsm(self.model, X, self.labels, epsilon=0.1, bounds=(lo.min(), hi.max()))
        np.testing.assert_array_equal(inside, adversarial.clip(lo.min(), hi.max()))
        inside = fgsm(self.model, X, self.labels, epsilon=0.1, bounds=np.stack([lo, hi], axis=1))
        np.testing.assert_array_equal(inside, adversarial.clip(lo, hi))

    def test_fgsm_takes_an_epsilon_for_each_input(self) -> None:
        epsilon = np.arange(7) / 64
        adversarial = fgsm(self.model, X, self.labels, epsilon=epsilon)
        np.testing.assert_array_equal(np.abs(adversarial - X).max(axis=0) > 0, epsilon > 0)
        self.assertTrue((np.abs(adversarial.astype(float) - X) <= epsilon).all())

    def test_fgsm_in_l2_and_l1_is_as_long_as_epsilon(self) -> None:
        linf = fgsm(self.model, X, self.labels, epsilon=0.5)
        for norm, order in (("L2", 2), ("L1", 1)):
            step = fgsm(self.model, X, self.labels, epsilon=0.5, norm=norm).astype(float) - X
            lengths = np.linalg.norm(step, ord=order, axis=1)
            self.assertLessEqual(lengths.max(), 0.5)
            np.testing.assert_allclose(lengths, 0.5, rtol=1e-4)
            self.assertTrue((step * (linf - X) >= 0).all())

    def test_doubles_at_the_bounds_are_inside(self) -> None:
        x = np.full((1, 7), 0.3)
        self.assertGreater(float(np.float32(0.3)), 0.3)
        inside = fgsm(self.model, x, [0], epsilon=0.1, bounds=(0.1, 0.3))
        self.assertLessEqual(float(inside.max()), 0.3)

    def test_fgsm_is_exact_on_logistic_regression(self) -> None:
        model = logistic_regression(self.kernels, COEF[:1], INTERCEPT[:1])
        np.testing.assert_allclose(model.probabilities(X).sum(axis=1), 1, rtol=1e-6)
        labels = model.predict(X)
        before, after = (model.scores(x)[:, 0] for x in (X, fgsm(model, X, labels, epsilon=0.125)))
        fall = np.where(labels == 1, before - after, after - before)
        np.testing.assert_allclose(fall, 0.125 * np.abs(COEF[0]).sum(), rtol=1e-4)

    def test_training_learns(self) -> None:
        fresh = softmax_regression(self.kernels, np.zeros((4, 7)), np.zeros(4))
        losses = train(fresh, X, self.labels, epochs=3)
        self.assertLess(losses[2], losses[0])
        self.assertLess((fresh.predict(X) != self.labels).mean(), 0.1)

    def test_memory_is_given_back(self) -> None:
        before = self.kernels.array([1.0]).address
        for _ in range(100):
            fgsm(self.model, X, self.labels, epsilon=0.1)
        self.assertEqual(self.kernels.array([1.0]).address, before)

    def test_addresses_beyond_half_of_the_memory(self) -> None:
        held = [self.kernels.empty(2**28 - 64) for _ in range(2)]
        array = self.kernels.array([0, 1])
        self.assertGreater(array.address, 2**31)
        self.kernels.call("exp", array, array, 2)
        np.testing.assert_allclose(array.numpy(), np.exp([0, 1]), rtol=1e-6)
        del held
        for size in (2**28, 2**30, 2**31):
            with self.assertRaisesRegex(MemoryError, "Cannot take"):
                self.kernels.empty(size)

    def test_mistakes_are_refused_in_a_sentence(self) -> None:
        mistakes: list[tuple[str, str, Callable[[], object]]] = [
            (
                "shape",
                r"inputs are of shape \(7,\), expected \(examples, 7\)",
                lambda: self.attack(x=X[0]),
            ),
            (
                "shape",
                "inputs are of type <U1, expected numbers",
                lambda: self.attack(x=[["a"] * 7]),
            ),
            ("shape", "inputs are of type complex64", lambda: self.attack(x=X * 1j)),
            ("shape", "rows of different lengths", lambda: self.attack(x=[[1.0] * 7, [1.0]])),
            ("shape", "labels are of type <U4", lambda: self.attack(labels=["lion"] * len(X))),
            (
                "shape",
                r"labels are of shape \(2500, 1\)",
                lambda: self.attack(labels=self.labels[:, None]),
            ),
            ("value", "label NaN of example 0", lambda: self.attack(labels=self.labels * np.nan)),
            ("value", "label 1.5 of example 0", lambda: self.attack(labels=self.labels * 0 + 1.5)),
            ("shape", "epsilons are of type <U1", lambda: self.attack(epsilon="a")),
            (
                "shape",
                "expected one epsilon or 7 of them, one a feature, got 2",
                lambda: self.attack(epsilon=[1, 2]),
            ),
            ("value", "give one number", lambda: self.attack(epsilon=[1] * 7, norm="L2")),
            ("shape", r"bounds are of shape \(3,\)", lambda: self.attack(bounds=(0, 1, 2))),
            ("value", "input 0 of example 0 is Infinity", lambda: self.attack(x=X + 1e300)),
            (
                "shape",
                "expected .scores, inputs",
                lambda: softmax_regression(self.kernels, COEF, [0]),
            ),
            (
                "value",
                r"coef\[0, 1\] is NaN",
                lambda: softmax_regression(self.kernels, [[0, np.nan]], [0]),
            ),
            (
                "shape",
                "4 rows, expected 1",
                lambda: logistic_regression(self.kernels, COEF, INTERCEPT),
            ),
            ("value", "batch_size 0: must be a whole number ≥ 1", lambda: self.train(batch_size=0)),
            ("value", "epochs 1.5: must be a whole", lambda: self.train(epochs=1.5)),
            (
                "value",
                "learning_rate NaN: must be a finite",
                lambda: self.train(learning_rate=np.nan),
            ),
            (
                "diverged",
                "beyond epoch 1: training diverged",
                lambda: self.train(learning_rate=3e38),
            ),
            ("host", "ABI version 2, got None", lambda: Kernels(self.other_binary())),
        ]
        for code, words, mistake in mistakes:
            with self.assertRaisesRegex(InputError, f"^Cannot .*{words}") as caught:
                mistake()
            error = caught.exception
            self.assertIsInstance(error, ValueError)
            self.assertEqual(error.code, code)
            self.assertEqual(str(error), f"Cannot {error.action}: {error.reason}")
            self.assertEqual(str(pickle.loads(pickle.dumps(error))), str(error))

    def attack(self, **options: Any) -> object:
        given: dict[str, Any] = {"x": X, "labels": self.labels, "epsilon": 0.1}
        return fgsm(self.model, **given | options)

    def train(self, **options: Any) -> object:
        return train(softmax_regression(self.kernels, COEF, INTERCEPT), X, self.labels, **options)

    def other_binary(self) -> Path:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name, "other.wasm")
        path.write_bytes(b"\0asm\1\0\0\0")
        return path

    def test_files_that_are_no_model_are_refused_in_a_sentence(self) -> None:
        tensors = {"W": COEF.astype(np.float32), "b": INTERCEPT.astype(np.float32)}
        about = {"format": "gibbon-model-1", "family": "softmaxLinear", "head": "softmax"}
        about["config"] = '{"inputs":7,"classes":4}'
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/model.safetensors"

            def load(without: str = "", **other: str) -> Model:
                kept = {name: each for name, each in tensors.items() if name != without}
                save_file(kept, path, about | other)
                return load_model(self.kernels, path)

            recipe = '{"optimizer":{"name":"sgd","learningRate":0.1},"batchSize":100}'
            np.testing.assert_array_equal(load(recipe=recipe).predict(X), self.labels)
            for code, words, changes in (
                ("format", "expected format gibbon-model-1", {"format": "other"}),
                ("host", "this host has no rbf with head softmax", {"family": "rbf"}),
                ("format", "its config does not fit", {"config": "{}"}),
                (
                    "shape",
                    r"expected W as float32 of shape \(4, 8\)",
                    {"config": '{"inputs":8,"classes":4}'},
                ),
                ("shape", "tensor b is missing", {"without": "b"}),
            ):
                with self.assertRaisesRegex(InputError, f"^Cannot read {path}: {words}") as caught:
                    load(**changes)
                self.assertEqual(caught.exception.code, code)
            Path(path).write_text("no model")
            with self.assertRaisesRegex(InputError, "^Cannot read"):
                load_model(self.kernels, path)

    def test_the_example_finds_the_closed_form(self) -> None:
        with redirect_stdout(StringIO()) as printed, patch("sys.argv", ["", str(WASM)]):
            runpy.run_path(str(EXAMPLES / "check_weights.py"), run_name="__main__")
        self.assertRegex(printed.getvalue(), r"Margins fall by ([\d.]+), epsilon·‖w‖₁ is \1\n")

    def test_the_example_in_the_documentation(self) -> None:
        here = Path.cwd()
        os.chdir(ROOT)
        try:
            self.assertEqual(doctest.testmod(gibbon)._asdict()["failed"], 0)
        finally:
            os.chdir(here)


if __name__ == "__main__":
    unittest.main()
