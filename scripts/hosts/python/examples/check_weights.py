"""How robust are the weights of a linear classifier?

Usage: python check_weights.py WASM

With scikit-learn, hand over `clf.coef_` and `clf.intercept_` of a LogisticRegression. Here they are
those of linear discriminants between clouds of points, two and then three, found with numpy alone.
"""

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gibbon import Kernels, Model, fgsm, logistic_regression, softmax_regression

EPSILONS = (0, 0.1, 0.2, 0.4)


def clouds(classes: int, seed: int = 0) -> tuple[NDArray[Any], NDArray[Any]]:
    """Points of so many classes in 20 dimensions, (B, D), and their labels, (B)."""
    random = np.random.default_rng(seed)
    centers = random.normal(size=(classes, 20)) / 2
    labels = random.integers(classes, size=600)
    return centers[labels] + random.normal(size=(600, 20)), labels


def discriminant(x: NDArray[Any], labels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Weights, (C, D), and biases, (C), of Gaussian classes with the unit matrix as covariance."""
    means = np.stack([x[labels == c].mean(axis=0) for c in np.unique(labels)])
    return means, -(means**2).sum(axis=1) / 2


def report(title: str, model: Model, x: NDArray[Any], labels: NDArray[Any]) -> None:
    """Prints the model's error under attack, beside that under noise of the same size."""
    random = np.random.default_rng(1)
    print(f"{title}\n{'epsilon':>10}{'attacked':>10}{'noise':>10}")
    for epsilon in EPSILONS:
        attacked = fgsm(model, x, labels, epsilon=epsilon)
        noisy = x + epsilon * random.choice([-1, 1], size=x.shape)
        errors = [(model.predict(inputs) != labels).mean() for inputs in (attacked, noisy)]
        print(f"{epsilon:>10}{errors[0]:>10.1%}{errors[1]:>10.1%}")


def main(wasm: str) -> None:
    """Checks a logistic and a softmax regression."""
    kernels = Kernels(wasm)

    x, labels = clouds(2)
    means, biases = discriminant(x, labels)
    coef_, intercept_ = means[1:] - means[:1], biases[1:] - biases[:1]
    model = logistic_regression(kernels, coef_, intercept_)
    report("Logistic regression", model, x, labels)
    # on it the method is exact: every margin falls by epsilon times the weights' sum of magnitudes
    sign = np.where(labels == 1, 1, -1)
    fall = sign * (model.scores(x) - model.scores(fgsm(model, x, labels, epsilon=0.1)))[:, 0]
    print(f"Margins fall by {fall.mean():.4f}, epsilon·‖w‖₁ is {0.1 * np.abs(coef_).sum():.4f}\n")

    x, labels = clouds(3)
    coef_, intercept_ = discriminant(x, labels)
    report("Softmax regression", softmax_regression(kernels, coef_, intercept_), x, labels)


if __name__ == "__main__":
    main(sys.argv[1])
