import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { type Blocks, blocks, pyramidPair, remainingShare } from "../../src/attacks/blocks.ts";
import { square } from "../../src/attacks/mod.ts";
import { linearMargin } from "../../src/certify/exact_linear.ts";
import { neighborhood } from "../../src/certify/neighborhood.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { predict } from "../../src/predict.ts";
import { rowsOf } from "../../src/matrix.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { rng } from "../../src/rng.ts";
import { uniformMatrix } from "../support.ts";
import { examplesFor, forEveryModel, userModel } from "../models/specimens.ts";

/** A linear model of so many classes and 12 inputs, its scores in double, and 20 examples that it gets right. */
function linear(classes: number) {
  const W = uniformMatrix(classes, 12, 3);
  const tensors = {
    W: { shape: [classes, 12], data: W.data },
    b: { shape: [classes], data: new Float32Array(classes) },
  };
  const made = model(softmaxLinear({ inputs: 12, classes }), { tensors });
  const x = uniformMatrix(20, 12, 5, { lo: 0, hi: 1 });
  const scores = { rows: classes, cols: 12, W: Float64Array.from(W.data), b: new Float64Array(classes) };
  return { made, scores, examples: batch({ x, labels: predict(made, x).predicted, classes }) };
}

Deno.test("square() on two linear classes comes to the greatest margin of ball and box", () => {
  const { made, scores, examples } = linear(2);
  // in L∞ the ends are exact; in L2 and L1 random directions come near
  for (const [norm, epsilon, share] of [["Linf", 0.1, 0], ["L2", 0.4, 0.08], ["L1", 0.7, 0.02]] as const) {
    const { x, fooled } = square(made, examples, { norm, epsilon, bounds: [0, 1], queries: 2000 });
    for (let b = 0; b < 20; b++) {
      const y = examples.labels[b];
      const margin = (m: typeof x) => {
        const { data } = made.scores(rowsOf(m, b, b + 1));
        return data[y] - data[1 - y];
      };
      const near = neighborhood(rowsOf(examples.x, b, b + 1).data, { norm, epsilon, box: { lo: 0, hi: 1 } });
      const exact = linearMargin(scores, y, near).value;
      if (fooled[b]) assert(exact <= 1e-6, `${norm}, example ${b}`);
      else {
        const lost = (margin(x) - exact) / (margin(examples.x) - exact);
        assert(lost <= share + 1e-5, `${norm}, example ${b}: ${lost} of the way is left`);
      }
    }
  }
});

Deno.test("square() asks no more than it may, stops where it fools, and leaves what is wrong", () => {
  forEveryModel((each, name) => {
    const examples = examplesFor(each, 30);
    const { predicted } = predict(each, examples.x);
    const few = square(each, examples, { epsilon: 0.4, queries: 5 });
    const many = square(each, examples, { epsilon: 0.4, queries: 60 });
    few.queries.forEach((count, b) => {
      assertEquals(predicted[b] !== examples.labels[b], count === 1, name);
      if (count === 1) assertEquals(rowsOf(few.x, b, b + 1).data, rowsOf(examples.x, b, b + 1).data, name);
      assert(few.fooled[b] ? count <= 5 : count === 5, name);
      assert(many.fooled[b] ? many.queries[b] <= 60 : many.queries[b] === 60, name);
    });
    // the schedules differ, but not by so much
    const sum = (values: Uint8Array) => values.reduce((a, b) => a + b, 0);
    assert(sum(many.fooled) >= sum(few.fooled), name);
  });
});

Deno.test("square() with a target comes to it", () => {
  const { made, examples } = linear(3);
  const wanted = Int32Array.from(examples.labels, (y) => (y + 1) % 3);
  const { predicted, fooled } = square(made, examples, { epsilon: 0.6, target: wanted, queries: 400 });
  assertEquals([...predicted], [...wanted]);
  assert(fooled.every((hit) => hit === 1));
});

Deno.test("square() of images begins with stripes and moves squares", () => {
  const { made, examples } = linear(2);
  const apart = { ...examples, labels: examples.labels.map(() => 0) };
  const { x } = square(made, apart, { epsilon: 0.1, width: 4, queries: 2 });
  for (let b = 0; b < 20; b++) {
    const d = Array.from(
      rowsOf(x, b, b + 1).data,
      (value, i) => Math.sign(value - examples.x.data[12 * b + i]),
    );
    if (d.every((each) => each === 0)) continue;
    assertEquals(d.slice(4), [...d.slice(0, 4), ...d.slice(0, 4)]);
  }
  assertThrows(
    () => square(userModel(), examplesFor(userModel(), 1), { epsilon: 0.1, width: 3 }),
    InputError,
    "Cannot attack by square: 7 features do not fill rows of width 3",
  );
});

Deno.test("square() refuses labels that are no classes, beside a target too", () => {
  const strange = { ...examplesFor(userModel(), 2), labels: Int32Array.of(0, 3) };
  for (const target of [undefined, 1]) {
    const wrong = () => square(userModel(), strange, { epsilon: 0.1, target });
    assertThrows(wrong, InputError, "label 3 of example 1");
  }
});

/** Rows and columns of a block in an image. */
function extent(block: Int32Array, width: number) {
  const rows = Array.from(block, (i) => Math.floor(i / width)), columns = Array.from(block, (i) => i % width);
  const span = (values: number[]) => Math.max(...values) - Math.min(...values) + 1;
  return [span(rows), span(columns)];
}

Deno.test("blocks() hold a share of the features that may move, in pairs that have none in common", () => {
  const scattered = (options: object) => blocks(constraint(40, { epsilon: 1, ...options }), undefined);
  const cases: [Blocks, number[]][] = [
    [scattered({}), []],
    [scattered({ norm: "L2", fixed: [0, 7] }), [0, 7]],
    [scattered({ epsilon: Float64Array.from({ length: 40 }, (_, i) => Number(i !== 3)) }), [3]],
  ];
  for (const [{ free, draw }, stay] of cases) {
    assertEquals(free.length, 40 - stay.length);
    const seen = new Set<number>();
    for (let k = 0; k < 200; k++) {
      const { block, other } = draw(0.2, rng(k));
      assertEquals([block.length, other.length], [8, 8]);
      const all = [...block, ...other];
      assertEquals(new Set(all).size, 16);
      all.forEach((i) => seen.add(i));
    }
    assertEquals([...seen].sort((a, b) => a - b), [...free]);
    assertEquals(draw(1, rng(1)).block.length, free.length);
    assertEquals(draw(1e-9, rng(1)).block.length, 1);
  }
});

Deno.test("blocks() of images are squares, of odd sides and without what stays where they come in pairs", () => {
  const image = blocks(constraint(48, { epsilon: 1 }), 8);
  for (const [share, side] of [[1, 6], [0.35, 4], [1 / 12, 2], [0.001, 1]]) {
    for (let k = 0; k < 50; k++) {
      const { block, other } = image.draw(share, rng(k));
      assertEquals([block.length, other.length], [side * side, 0]);
      assertEquals(extent(block, 8), [side, side]);
    }
  }
  const paired = blocks(constraint(48, { epsilon: 1, norm: "L2", fixed: [9, 10] }), 8);
  for (let k = 0; k < 50; k++) {
    const { block, other, pyramidHeights } = paired.draw(0.01, rng(k));
    assertEquals(pyramidHeights!.length, block.length);
    assert(block.length >= 7 && block.length <= 9);
    assert(other.every((i) => !block.includes(i) && i !== 9 && i !== 10) && !block.includes(9));
  }
});

Deno.test("pyramidPair() is two hills, one up and one down, the sum of 1/k² of the rectangles around their middles", () => {
  // a middle row or column of one hill: 1 at its middle and 1/4 beside it
  const quarter = 1 / 4, top = 1 + quarter;
  assertEquals([...pyramidPair(3, false)], [
    quarter,
    top,
    quarter,
    -quarter,
    -quarter,
    -quarter,
    -quarter,
    -top,
    -quarter,
  ]);
  const side = 5, upright = pyramidPair(side, false), turned = pyramidPair(side, true);
  for (let r = 0; r < side; r++) {
    for (let c = 0; c < side; c++) assertEquals(turned[r * side + c], upright[c * side + r]);
  }
  assert(upright.slice(0, 10).every((h) => h > 0) && upright.slice(10).every((h) => h < 0));
});

Deno.test("shareLeft() halves at the published parts of all questions", () => {
  const published = [[0, 1], [10, 1], [11, 2], [50, 2], [51, 4], [200, 4], [201, 8], [501, 16], [1001, 32], [
    2001,
    64,
  ]];
  for (const [at, over] of [...published, [4001, 128], [6001, 256], [8001, 512], [9999, 512]]) {
    assertAlmostEquals(remainingShare(at / 10_000), 1 / over, 0, `at ${at}`);
  }
});
