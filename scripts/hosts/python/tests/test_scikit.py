"""Weights as scikit-learn has them: float64, one row for two classes, behind a scaler."""

import unittest
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gibbon import InputError, Kernels, fgsm, folded, logistic_regression, softmax_regression

WASM = Path(__file__).parents[4] / "wasm" / "gibbon.wasm"
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(500, 5)) * [1, 10, 100, 0.1, 1] + [0, 5, 50, 1, 0]
CENTER, SCALE = X.mean(axis=0), X.std(axis=0)


def fitted(classes: int) -> SimpleNamespace:
    """A linear classifier of so many classes, of the form of scikit-learn's."""
    rows = 1 if classes == 2 else classes
    return SimpleNamespace(coef_=RANDOM.normal(size=(rows, 5)), intercept_=RANDOM.normal(size=rows))


def scaler(**about: Any) -> SimpleNamespace:
    return SimpleNamespace(**about)


LEAST, REACH = X.min(axis=0), np.ptp(X, axis=0)
SCALERS: dict[str, tuple[SimpleNamespace, NDArray[Any]]] = {
    "standard": (
        scaler(with_mean=True, with_std=True, mean_=CENTER, scale_=SCALE),
        (X - CENTER) / SCALE,
    ),
    # its mean is kept, and not subtracted
    "standard without mean": (
        scaler(with_mean=False, with_std=True, mean_=CENTER, scale_=SCALE),
        X / SCALE,
    ),
    "standard without scale": (
        scaler(with_mean=True, with_std=False, mean_=CENTER, scale_=None),
        X - CENTER,
    ),
    "min-max": (
        scaler(clip=False, min_=-LEAST / REACH, scale_=1 / REACH),
        (X - LEAST) / REACH,
    ),
    "max-abs": (scaler(max_abs_=SCALE, scale_=SCALE), X / SCALE),
    "robust": (scaler(center_=CENTER, scale_=SCALE), (X - CENTER) / SCALE),
}


class Scikit(unittest.TestCase):
    def setUp(self) -> None:
        self.kernels = Kernels(WASM)

    def test_two_classes_in_one_row_are_logistic_regression(self) -> None:
        clf = fitted(2)
        model = softmax_regression(self.kernels, clf.coef_, clf.intercept_)
        z = (X @ clf.coef_.T + clf.intercept_)[:, 0]
        self.assertEqual((model.classes, model.head.name), (2, "binary"))
        np.testing.assert_array_equal(model.predict(X), z > 0)
        p = model.probabilities(X)
        np.testing.assert_allclose(p[:, 1], 1 / (1 + np.exp(-z)), atol=1e-4)
        same = logistic_regression(self.kernels, clf.coef_, clf.intercept_)
        labels = model.predict(X)
        for norm in ("Linf", "L2", "L1"):
            adversarial = fgsm(model, X, labels, epsilon=0.1, norm=norm)
            np.testing.assert_array_equal(
                adversarial, fgsm(same, X, labels, epsilon=0.1, norm=norm)
            )
            self.assertTrue(((adversarial - X) @ clf.coef_[0] * np.where(labels, 1, -1) < 0).all())

    def test_an_intercept_may_be_one_number(self) -> None:
        clf = fitted(3)
        model = softmax_regression(self.kernels, clf.coef_, 0.0)
        np.testing.assert_array_equal(model.predict(X), (X @ clf.coef_.T).argmax(axis=1))

    def test_folded_gives_the_scores_of_the_scaled_inputs(self) -> None:
        for name, (each, scaled) in SCALERS.items():
            for classes in (2, 3):
                with self.subTest(name, classes=classes):
                    clf = fitted(classes)
                    expected = scaled @ clf.coef_.T + clf.intercept_
                    coef, intercept = folded(clf, each)
                    np.testing.assert_allclose(X @ coef.T + intercept, expected, atol=1e-9)
                    model = softmax_regression(self.kernels, coef, intercept)
                    np.testing.assert_allclose(model.scores(X), expected, atol=1e-3)

    def test_folded_refuses_what_is_not_linear(self) -> None:
        clipping = scaler(clip=True, min_=LEAST, scale_=REACH)
        for each, words in (
            (clipping, "with clip=True: it is not linear"),
            (object(), "fold a object"),
        ):
            with self.assertRaisesRegex(InputError, f"^Cannot fold .*{words}|^Cannot {words}"):
                folded(fitted(2), each)

    def test_scikit_learn_itself_where_it_is_installed(self) -> None:
        try:
            from sklearn.linear_model import LogisticRegression
            from sklearn.preprocessing import (
                MaxAbsScaler,
                MinMaxScaler,
                RobustScaler,
                StandardScaler,
            )
        except ImportError:
            return
        scalers = (
            StandardScaler(),
            StandardScaler(with_mean=False),
            StandardScaler(with_std=False),
            StandardScaler(with_mean=False, with_std=False),
            MinMaxScaler((-1, 2)),
            MaxAbsScaler(),
            RobustScaler(),
            RobustScaler(with_centering=False),
        )
        for classes in (2, 3):
            labels = np.argsort(np.argsort(X[:, 0] + X[:, 1] / 10)) * classes // len(X)
            for each in scalers:
                with self.subTest(repr(each), classes=classes), warnings.catch_warnings():
                    # how well it learns does not matter
                    warnings.simplefilter("ignore")
                    scaled = each.fit_transform(X)
                    clf = LogisticRegression().fit(scaled, labels)
                    model = softmax_regression(self.kernels, *folded(clf, each))
                    np.testing.assert_allclose(
                        model.probabilities(X), clf.predict_proba(scaled), atol=1e-3
                    )


if __name__ == "__main__":
    unittest.main()
