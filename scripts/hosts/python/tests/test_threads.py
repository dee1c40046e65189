"""One instance, shared by threads."""

import threading
import unittest
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gibbon import InputError, Kernels, Model, fgsm, softmax_regression
from gibbon.layers import Linear, Maxout
from gibbon.models import HEADS

WASM = Path(__file__).parents[4] / "wasm" / "gibbon.wasm"
RANDOM = np.random.default_rng(0)
THREADS = 8


def side_by_side(works: list[Callable[[], object]]) -> list[Exception]:
    """Runs each of the works in a thread of its own; what they raised."""
    raised: list[Exception] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001
            raised.append(error)

    threads = [threading.Thread(target=run, args=[work], daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a thread waits for ever"
    return raised


class Threads(unittest.TestCase):
    def setUp(self) -> None:
        self.kernels = Kernels(WASM)
        normal = RANDOM.normal(size=(3, 5, 7)).astype(np.float32)
        hidden = Maxout(self.kernels, normal, np.zeros((3, 5), np.float32))
        top = Linear(self.kernels, RANDOM.normal(size=(4, 5)), np.zeros(4))
        self.model = Model(self.kernels, (hidden, top), HEADS["softmax"], 7, 4)

    def test_one_model_in_many_threads_gives_what_it_gives_in_one(self) -> None:
        def work(rows: int) -> Callable[[], object]:
            x = np.random.default_rng(rows).normal(size=(rows, 7))
            labels, scores = self.model.predict(x), self.model.scores(x)
            expected = fgsm(self.model, x, labels, epsilon=0.1)

            def run() -> None:
                for _ in range(20):
                    np.testing.assert_array_equal(self.model.scores(x), scores)
                    adversarial = fgsm(self.model, x, labels, epsilon=0.1)
                    np.testing.assert_array_equal(adversarial, expected)

            return run

        self.assertEqual(side_by_side([work(100 * (i + 1)) for i in range(THREADS)]), [])

    def test_a_failure_in_one_thread_does_not_stop_the_others(self) -> None:
        x = RANDOM.normal(size=(100, 7))
        labels = self.model.predict(x)

        def good() -> None:
            for _ in range(20):
                fgsm(self.model, x, labels, epsilon=0.1)

        def bad() -> None:
            for _ in range(20):
                with self.assertRaises(InputError):
                    fgsm(self.model, x, labels + 4, epsilon=0.1)
                with self.assertRaises(MemoryError):
                    self.kernels.empty(2**30)
                with self.assertRaises(ZeroDivisionError), self.kernels.lock:
                    1 / 0  # noqa: B018

        self.assertEqual(side_by_side([good, bad] * (THREADS // 2)), [])

    def test_arrays_may_be_collected_in_another_thread(self) -> None:
        held, go = [self.kernels.empty(1000) for _ in range(1000)], threading.Event()
        address = held[0].address

        def drop() -> None:
            go.wait()
            # while the lock is another's
            held.clear()

        def hold() -> None:
            with self.kernels.lock:
                go.set()
                dropper.join(60)
                self.assertFalse(dropper.is_alive())

        dropper = threading.Thread(target=drop, daemon=True)
        dropper.start()
        self.assertEqual(side_by_side([hold]), [])
        self.assertEqual(self.kernels.empty(1000).address, address)

    def test_models_of_their_own_kernels_share_nothing(self) -> None:
        coef, x = RANDOM.normal(size=(4, 7)), RANDOM.normal(size=(200, 7))
        expected = softmax_regression(self.kernels, coef, np.zeros(4)).scores(x)

        def work() -> None:
            model = softmax_regression(Kernels(WASM), coef, np.zeros(4))
            np.testing.assert_array_equal(model.scores(x), expected)

        with self.kernels.lock:
            self.assertEqual(side_by_side([work] * 4), [])


if __name__ == "__main__":
    unittest.main()
