import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { greedyTabular } from "../../src/attacks/mod.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { type Batch, batch } from "../../src/data/batch.ts";
import { predict } from "../../src/predict.ts";
import { type Matrix, matrix, rowsOf } from "../../src/matrix.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { uniformMatrix } from "../support.ts";
import { examplesFor, forEveryModel } from "../models/specimens.ts";

/** Two counts, a grade in quarters, a number that stays, and a category of three. */
const TABLE = { grid: [1, 1, 4, 0, 0, 0, 0], fixed: [3], oneHot: [[4, 5, 6]], bounds: [-2, 2] as const };

/** A linear model on the table, and examples that it gets right. */
function table(classes: number) {
  const W = uniformMatrix(classes, 7, 3);
  const b = { shape: [classes], data: uniformMatrix(1, classes, 4).data };
  const made = model(softmaxLinear({ inputs: 7, classes }), {
    tensors: { W: { shape: [classes, 7], data: W.data }, b },
  });
  const noise = uniformMatrix(20, 4, 5).data;
  const x = matrix(20, 7);
  for (let row = 0; row < 20; row++) {
    const [first, second, grade, number] = noise.subarray(4 * row);
    const category = [0, 1, 2].map((j) => Number(j === row % 3));
    x.data.set(
      [Math.round(first), Math.round(second), Math.round(4 * grade) / 4, number, ...category],
      7 * row,
    );
  }
  return { made, examples: batch({ x, labels: predict(made, x).predicted, classes }) };
}

/** Every input that the table allows around one within a size in L∞. */
function* everyInput(own: Float32Array, epsilon: number): Generator<number[]> {
  const values = (i: number, steps: number) =>
    Array.from({ length: 4 * steps + 1 }, (_, k) => k / steps - 2)
      .filter((value) => Math.abs(value - own[i]) <= epsilon);
  const categories = epsilon >= 1 ? [[1, 0, 0], [0, 1, 0], [0, 0, 1]] : [[...own.subarray(4)]];
  for (const first of values(0, 1)) {
    for (const second of values(1, 1)) {
      for (const grade of values(2, 4)) {
        for (const category of categories) yield [first, second, grade, own[3], ...category];
      }
    }
  }
}

const margin = (scores: Float32Array, y: number) =>
  Math.max(...[...scores].filter((_, c) => c !== y)) - scores[y];

Deno.test("greedyTabular() on two linear classes finds the best of all inputs that a table allows", () => {
  const { made, examples } = table(2);
  for (const epsilon of [0.3, 1, 1.6]) {
    const { x, fooled } = greedyTabular(made, examples, { ...TABLE, epsilon });
    for (let b = 0; b < 20; b++) {
      const y = examples.labels[b];
      const of = (m: Matrix) => margin(made.scores(m).data, y);
      const all = [...everyInput(rowsOf(examples.x, b, b + 1).data, epsilon)];
      const best = Math.max(...all.map((input) => of(matrix(1, 7, input))));
      assertEquals(fooled[b] === 1, best > 0, `size ${epsilon}, example ${b}`);
      if (!fooled[b]) assertAlmostEquals(of(rowsOf(x, b, b + 1)), best, 1e-6);
    }
  }
});

Deno.test("greedyTabular() in L1 without bounds puts the whole size on the feature of the greatest weight, by one move", () => {
  const W = [0.5, -1, 0.25, 2, -0.75];
  const tensors = {
    W: { shape: [2, 5], data: Float32Array.of(0, 0, 0, 0, 0, ...W) },
    b: { shape: [2], data: Float32Array.of(0, 100) },
  };
  const made = model(softmaxLinear({ inputs: 5, classes: 2 }), { tensors });
  const examples = batch({ x: uniformMatrix(6, 5, 5), labels: new Int32Array(6).fill(1), classes: 2 });
  const { x, queries } = greedyTabular(made, examples, { norm: "L1", epsilon: 2, moves: 1 });
  for (let i = 0; i < x.data.length; i++) {
    const d = x.data[i] - examples.x.data[i];
    assertAlmostEquals(d, i % 5 === 3 ? -2 : 0, 1e-5);
  }
  // the example, and of each feature both ends and their halves
  assertEquals([...queries], new Array(6).fill(1 + 5 * 4));
});

Deno.test("greedyTabular() moves one feature or one group in each move", () => {
  const { made, examples } = table(3);
  const limits = constraint(7, { ...TABLE, epsilon: 1.6 });
  for (const moves of [1, 2]) {
    const { x } = greedyTabular(made, examples, { ...TABLE, epsilon: 1.6, moves });
    assertEquals(limits.check(x, examples.x), undefined);
    for (let b = 0; b < 20; b++) {
      const changed = Array.from({ length: 7 }, (_, i) => x.data[7 * b + i] !== examples.x.data[7 * b + i]);
      const places = changed.slice(0, 4).filter(Boolean).length + Number(changed.slice(4).includes(true));
      assert(places <= moves);
    }
  }
});

Deno.test("greedyTabular() with a target reaches it, and leaves misclassified examples unchanged", () => {
  forEveryModel((each, name) => {
    const examples: Batch = examplesFor(each, 12);
    const { predicted } = predict(each, examples.x);
    const { x, queries } = greedyTabular(each, examples, { epsilon: 0.5, moves: 3 });
    predicted.forEach((answer, b) => {
      if (answer === examples.labels[b]) return;
      assertEquals(rowsOf(x, b, b + 1).data, rowsOf(examples.x, b, b + 1).data, name);
      assertEquals(queries[b], 1, name);
    });
  });
  const { made, examples } = table(2);
  const target = examples.labels.map((y) => 1 - y);
  const { predicted } = greedyTabular(made, examples, { ...TABLE, bounds: [-50, 50], epsilon: 40, target });
  assertEquals([...predicted], [...target]);
});
