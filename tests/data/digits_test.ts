import { InputError } from "../../src/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import type { Batch } from "../../src/data/batch.ts";
import { digits } from "../../src/data/digits.ts";
import { STYLES } from "../../src/data/digits/strokes.ts";

Deno.test("digits() gives the same bytes in every engine", async () => {
  const { train: trainSet, test } = digits({ seed: 7, train: 60, test: 20 });
  assertEquals(
    await sha256(trainSet, test),
    "b9e13f8510d3111c6bed250ee68fe2da4bf7de592705705d68c1ee79ca93ff82",
  );
});

Deno.test("digits() draws 28 × 28 pixels in [0, 1] that a byte each can hold", () => {
  const { train: trainSet } = digits({ train: 200, test: 0 });
  assertEquals([trainSet.x.rows, trainSet.x.cols, trainSet.x.data.length, trainSet.classes], [
    200,
    784,
    156800,
    10,
  ]);
  for (const pixel of trainSet.x.data) assertEquals(pixel, Math.fround(Math.round(pixel * 255) / 255));
  assert(trainSet.x.data.every((pixel) => pixel >= 0 && pixel <= 1));
});

Deno.test("digits() leaves as much paper and lays as much ink as MNIST", () => {
  const { data } = digits({ train: 2000, test: 0 }).train.x;
  assertAlmostEquals(data.filter((pixel) => pixel === 0).length / data.length, 0.809, 0.02);
  assertAlmostEquals(data.reduce((sum, pixel) => sum + pixel, 0) / data.length, 0.131, 0.01);
  assertAlmostEquals(data.filter((pixel) => pixel === 1).length / data.length, 0.06, 0.02);
});

Deno.test("digits() leaves no image empty and lets no stroke run far off it", () => {
  const { x } = digits({ train: 1000, test: 0 }).train;
  let ink = 0, edge = 0;
  for (let i = 0; i < x.rows; i++) {
    const image = x.data.subarray(i * x.cols, (i + 1) * x.cols);
    const sum = image.reduce((total, pixel) => total + pixel, 0);
    assert(sum > 10, `Image ${i} holds ${sum} pixels of ink`);
    ink += sum;
    for (let k = 0; k < 28; k++) edge += image[k] + image[27 * 28 + k] + image[28 * k] + image[28 * k + 27];
  }
  assert(edge < ink / 500, `${edge} of ${ink} pixels of ink on the edge`);
});

Deno.test("digits() holds every digit once in each ten, not always in the same order", () => {
  const { train: trainSet, test } = digits({ train: 100, test: 30 });
  for (const labels of [trainSet.labels, test.labels]) {
    for (let i = 0; i < labels.length; i += 10) {
      assertEquals([...labels.subarray(i, i + 10)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    assertNotEquals(labels.subarray(0, 10), labels.subarray(10, 20));
  }
});

Deno.test("digits() draws the same example i for any number of examples", () => {
  const few = digits({ train: 53, test: 7 }), more = digits({ train: 100, test: 21 });
  assertEquals(few.train.x.data, more.train.x.data.subarray(0, 53 * 784));
  assertEquals(few.train.labels, more.train.labels.subarray(0, 53));
  assertEquals(few.test.x.data, more.test.x.data.subarray(0, 7 * 784));
  assertEquals(few.test.labels, more.test.labels.subarray(0, 7));
});

Deno.test("digits() repeats no image, within a set, between the two, or under another seed", () => {
  const [a, b] = [digits({ seed: 1, train: 300, test: 300 }), digits({ seed: 2, train: 300, test: 300 })];
  const images = [a.train, a.test, b.train, b.test].flatMap(({ x }) =>
    Array.from({ length: x.rows }, (_, i) => x.data.subarray(i * x.cols, (i + 1) * x.cols).join())
  );
  assertEquals(new Set(images).size, 1200);
});

Deno.test("digits() draws the same set twice from the same seed, by default 10000 and 2000", () => {
  const { train: trainSet, test } = digits();
  assertEquals([trainSet.x.rows, test.x.rows], [10000, 2000]);
  assertEquals(digits({ train: 50 }).test, test);
});

Deno.test("digits() asked for none gives empty batches of ten classes", () => {
  const { train: trainSet, test } = digits({ train: 0, test: 0 });
  assertEquals([trainSet.x.rows, trainSet.x.cols, trainSet.labels.length, trainSet.classes, test.classes], [
    0,
    784,
    0,
    10,
    10,
  ]);
});

Deno.test("digits() is too hard for nearest means, which still learn most of it", () => {
  const { train: trainSet, test } = digits({ train: 3000, test: 1000 });
  const error = nearestMeanError(trainSet, test);
  assert(error > 0.1 && error < 0.3, `Nearest means err on ${error}`);
});

Deno.test("every pose of a style has the same strokes, points and corners, so that any two blend", () => {
  const isCorner = (_: number, i: number, s: Float64Array) =>
    i > 1 && s[i] === s[i - 2] && s[i ^ 1] === s[(i ^ 1) - 2];
  assertEquals(STYLES.length, 10);
  for (const { weight, poses } of STYLES.flat()) {
    assert(weight > 0);
    const [first, ...others] = poses.map((pose) =>
      pose.map((stroke) => Array.from(stroke, (v, i) => isCorner(v, i, stroke)))
    );
    for (const other of others) assertEquals(other, first);
  }
});

Deno.test("digits() says which option is wrong", () => {
  for (
    const [options, message] of [
      [{ train: -1 }, "Cannot draw digits with train -1: must be a whole number ≥ 0"],
      [{ test: 2.5 }, "Cannot draw digits with test 2.5: must be a whole number ≥ 0"],
      [{ train: NaN }, "Cannot draw digits with train NaN: must be a whole number ≥ 0"],
      [{ seed: -3 }, "Cannot seed a generator with -3: must be a whole number in 0 … 2⁵³ − 1"],
    ] as const
  ) assertEquals(assertThrows(() => digits(options), InputError).message, message);
});

async function sha256(...batches: Batch[]): Promise<string> {
  const bytes = batches.flatMap(({ x, labels }) =>
    [...x.data].map((pixel) => Math.round(255 * pixel)).concat(...labels)
  );
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function nearestMeanError(trainSet: Batch, test: Batch): number {
  const means = Array.from({ length: 10 }, () => new Float64Array(784));
  trainSet.x.data.forEach((pixel, i) =>
    means[trainSet.labels[Math.floor(i / 784)]][i % 784] += 10 * pixel / trainSet.x.rows
  );
  let wrong = 0;
  for (let i = 0; i < test.x.rows; i++) {
    const image = test.x.data.subarray(i * 784, (i + 1) * 784);
    const distances = means.map((mean) =>
      mean.reduce((sum, m, j) => sum + (image[j] - m) * (image[j] - m), 0)
    );
    if (distances.indexOf(Math.min(...distances)) !== test.labels[i]) wrong++;
  }
  return wrong / test.x.rows;
}
