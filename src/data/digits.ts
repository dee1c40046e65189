/** The built-in digits: a data set that needs no network and no licence. @module */

import { InputError } from "../errors.ts";
import { checkObject } from "../checks.ts";
import { shown } from "../wording.ts";
import { type Rng, rng } from "../rng.ts";
import type { Batch } from "./batch.ts";
import { write } from "./digits/hand.ts";
import { SIDE } from "./digits/raster.ts";

const CLASSES = 10;

/** How many digits to draw, and which. */
export interface DigitsOptions {
  /** The hand that writes, a whole number in 0 … 2⁵³ − 1; default 1. */
  seed?: number;
  /** Examples to learn from; default 10000. */
  train?: number;
  /** Examples held out; default 2000. */
  test?: number;
}

/**
 * Handwritten-looking digits 0 … 9, (`train`, 784) and (`test`, 784): images of 28 × 28 pixels, row after
 * row, each a multiple of 1/255 in [0, 1], paper 0 and ink 1. They are drawn, not scanned: the pen strokes of
 * several ways to write each digit, varied in shape, slant, weight, position and size.
 *
 * Examples 10k … 10k + 9 of either batch hold each digit once, in random order. Example i depends on `seed`
 * and i alone, never on how many are asked for, and the same seed gives the same bytes in every engine.
 *
 * @example
 * ```ts
 * import { digits } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const data = digits({ train: 100, test: 20 });
 * assertEquals([data.train.x.rows, data.train.x.cols, data.train.classes, data.test.labels.length], [100, 784, 10, 20]);
 * ```
 *
 * @throws {InputError} if `seed`, `train` or `test` is not a whole number in 0 … 2⁵³ − 1
 */
export function digits(options: DigitsOptions = {}): { train: Batch; test: Batch } {
  const steps = digitsSteps(options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same, step by step: yields the fraction done after every ten, so that the caller may show it or stop. */
export function* digitsSteps(
  options: DigitsOptions = {},
): Generator<number, { train: Batch; test: Batch }, void> {
  checkObject("draw digits", options);
  const { seed = 1, train: trainSet = 10000, test = 2000 } = options;
  check("train", trainSet);
  check("test", test);
  const from = rng(seed);
  const all = trainSet + test;
  return {
    train: yield* draw(trainSet, from.split("learn"), (drawn) => drawn / all),
    test: yield* draw(test, from.split("test"), (drawn) => (trainSet + drawn) / all),
  };
}

function check(name: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  throw new InputError("value", `draw digits with ${name} ${shown(count)}`, "must be a whole number ≥ 0");
}

function* draw(
  count: number,
  from: Rng,
  fraction: (drawn: number) => number,
): Generator<number, Batch, void> {
  const data = new Float32Array(count * SIDE * SIDE);
  const labels = new Int32Array(count);
  const [orders, hands] = [from.split("order"), from.split("hand")];
  for (let first = 0; first < count; first += CLASSES) {
    const order = orders.split(first).permutation(CLASSES);
    for (let i = first; i < Math.min(count, first + CLASSES); i++) {
      labels[i] = order[i - first];
      write(data.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE), labels[i], hands.split(i));
    }
    yield fraction(Math.min(count, first + CLASSES));
  }
  return { x: { rows: count, cols: SIDE * SIDE, data }, labels, classes: CLASSES };
}
