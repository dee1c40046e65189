/** Trials of the kernels of random. @module */

import { blank, every, LONG, SIZES } from "../draws.ts";
import type { Kernel, Row } from "../trial.ts";

const { abs, fround } = Math;

const KEYS = [0, 1, 20141220, 2 ** 53 - 1], COUNTERS = [0, 5, 2 ** 32 - 1, 2 ** 53 - 1];

const streams = (parameters: number[][], terms = 0): Row => ({
  sizes: every([...SIZES, 63, 64, 65, 127, 128, 129]),
  trials: (n) =>
    KEYS.flatMap((key) =>
      COUNTERS.map((counter, i) => ({
        operands: [blank(n)],
        scalars: [...parameters[i % parameters.length], key, counter, n],
        terms,
      }))
    ),
});

/** By kernel. */
export const rows = {
  randomKey: {
    sizes: every(KEYS, COUNTERS),
    trials: (key, part) => [{ operands: [], scalars: [key, part], terms: 0 }],
  },
  randomNumber: {
    sizes: every(KEYS, COUNTERS),
    trials: (key, counter) => [{ operands: [], scalars: [key, counter], terms: 0 }],
  },
  randomUniform: streams([[0, 1], [-1, 1], [fround(0.1), fround(0.7)], [-3e38, 3e38 / 2].map(fround)]),
  randomNormal: {
    sizes: every([...SIZES, 15, 16, 17, LONG]),
    trials: (n) => [
      ...streams([[0, 1], [0.5, 0.25], [-100, 3]], 3).trials(n),
      // keys and counters of words whose bits are nearly all alike: the farthest tails and the centre
      ...[[166, 5622480053386955], [4906, 6768573244406715], [3203, 6313983655325608]]
        .map((word) => ({ operands: [blank(n)], scalars: [0, 1, ...word, n], terms: 3 })),
    ],
    sums: ({ scalars: [mean, deviation] }, [out]) => [out.map((value) => abs(value) + abs(mean) + deviation)],
  },
  randomMask: streams([[0, 1], [1, 1], [0.5, 2], [fround(0.8), 1.25]]),
  randomSigns: streams([[1], [fround(0.1)], [0]]),
} satisfies Partial<Record<Kernel, Row>>;
