"""What the page of the binaries promises, as seen from Python."""

import doctest
import os
import runpy
import tempfile
import unittest
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import numpy as np

import gibbon
from gibbon import Kernels, fgsm, load_model, logistic_regression, softmax_regression, train

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
        inside = fgsm(self.model, X, self.labels, epsilon=0.1, bounds=(-1, 1))
        self.assertTrue(-1 <= inside.min() <= inside.max() <= 1)

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
        mistakes: list[tuple[type[Exception], str, Callable[[], object]]] = [
            (TypeError, "expected .examples, 7", lambda: self.model.scores(X[:, 1:])),
            (TypeError, "labels of shape", lambda: self.attack(self.labels[1:])),
            (TypeError, "whole numbers", lambda: self.attack(self.labels / 2)),
            (ValueError, "must be in 0 … 3", lambda: self.attack(self.labels + 1)),
            (ValueError, "epsilon -1", lambda: fgsm(self.model, X, self.labels, epsilon=-1)),
            (TypeError, "weights", lambda: softmax_regression(self.kernels, COEF, [0])),
            (ValueError, "scores", lambda: logistic_regression(self.kernels, COEF, INTERCEPT)),
        ]
        for kind, words, mistake in mistakes:
            with self.assertRaisesRegex(kind, f"^Cannot .*{words}"):
                mistake()
        with tempfile.TemporaryDirectory() as folder, self.assertRaisesRegex(ValueError, "format"):
            from safetensors.numpy import save_file

            save_file({"W": X}, f"{folder}/other.safetensors")
            load_model(self.kernels, f"{folder}/other.safetensors")

    def attack(self, labels: object) -> object:
        return fgsm(self.model, X, labels, epsilon=0.1)  # type: ignore[arg-type]

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
