import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { boundary, hopSkipJump } from "../../src/attacks/mod.ts";
import { type Batch, batch, slice } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { heads } from "../../src/heads.ts";
import { predict } from "../../src/predict.ts";
import { type Matrix, matrix, rowsOf } from "../../src/matrix.ts";
import type { Classifier } from "../../src/models/classifier.ts";
import { uniformMatrix } from "../support.ts";
import { examplesFor, userModel } from "../models/specimens.ts";

/** Two classes by the sign of w·x + b, with the labels that it gives to some inputs. */
function plane(w: readonly number[], b = 0): { made: Classifier; examples: Batch } {
  const made: Classifier = {
    inputs: w.length,
    classes: 2,
    head: heads.softmax,
    scores({ rows, cols, data }) {
      const out = matrix(rows, 2);
      for (let row = 0; row < rows; row++) {
        let sum = b;
        for (let i = 0; i < cols; i++) sum += w[i] * data[row * cols + i];
        out.data[2 * row + 1] = sum;
      }
      return out;
    },
  };
  const x = uniformMatrix(8, w.length, 5);
  return { made, examples: batch({ x, labels: predict(made, x).predicted, classes: 2 }) };
}

const W = [0.5, -1, 0.25, 2, -0.75, 1];
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Mean distance to what was found over the distance to the plane. */
function excess(x: Matrix, { x: own }: Batch, norm: "L2" | "Linf"): number {
  const dual = norm === "L2" ? Math.sqrt(sum(W.map((w) => w * w))) : sum(W.map(Math.abs));
  const parts = Array.from({ length: own.rows }, (_, b) => {
    const from = rowsOf(own, b, b + 1).data, to = rowsOf(x, b, b + 1).data;
    const d = Array.from(to, (value, i) => Math.abs(value - from[i]));
    const far = norm === "L2" ? Math.sqrt(sum(d.map((each) => each * each))) : Math.max(...d);
    return far / (Math.abs(sum(W.map((w, i) => w * from[i]))) / dual);
  });
  return sum(parts) / parts.length;
}

Deno.test("hopSkipJump() reaches the nearest point of a plane, in L2 and L∞, by labels alone", () => {
  const { made, examples } = plane(W);
  for (const [norm, most] of [["L2", 1.01], ["Linf", 1.05]] as const) {
    const { x, fooled } = hopSkipJump(made, examples, { norm, epsilon: 10, steps: 25 });
    assert(fooled.every((hit) => hit === 1), norm);
    const found = excess(x, examples, norm);
    assert(found >= 1 - 1e-6 && found <= most, `${norm}: ${found}`);
  }
});

Deno.test("hopSkipJump() ends at the boundary for any number of features, in L2 and L∞", () => {
  for (const inputs of [1, 2, 3, 40]) {
    const { made, examples } = plane(Array.from({ length: inputs }, (_, i) => 1 + i % 3), 0.1);
    for (const norm of ["L2", "Linf"] as const) {
      const { x, fooled } = hopSkipJump(made, examples, { norm, epsilon: 100, steps: 1, probes: 10 });
      assert(fooled.every((hit) => hit === 1), norm);
      // a thousandth less of the perturbation does not fool
      const less = matrix(x.rows, inputs, x.data.map((v, i) => v - (v - examples.x.data[i]) * 1e-3));
      assertEquals(predict(made, less).predicted, examples.labels, `${norm}, ${inputs} features`);
    }
  }
});

Deno.test("boundary() comes near to the nearest point of a plane, by labels alone", () => {
  const { made, examples } = plane(W);
  const { x, fooled } = boundary(made, examples, { epsilon: 10, steps: 1500 });
  assert(fooled.every((hit) => hit === 1));
  const found = excess(x, examples, "L2");
  assert(found >= 1 - 1e-6 && found <= 1.02, `${found}`);
});

Deno.test("hopSkipJump() and boundary() come nearer with more steps, and ask more", () => {
  const { made, examples } = plane(W);
  for (const [attack, few, many] of [[hopSkipJump, 1, 12], [boundary, 40, 600]] as const) {
    const less = attack(made, examples, { norm: "L2", epsilon: 10, steps: few });
    const more = attack(made, examples, { norm: "L2", epsilon: 10, steps: many });
    assert(excess(more.x, examples, "L2") < excess(less.x, examples, "L2"), attack.name);
    assert(more.queries.every((count, b) => count > less.queries[b]), attack.name);
  }
});

/** A class that only inputs near one place have. */
function island(): { made: Classifier; examples: Batch; place: Matrix } {
  const place = matrix(1, 6, [3, 1, -4, 1, -5, 9]);
  const made: Classifier = {
    inputs: 6,
    classes: 3,
    head: heads.softmax,
    scores: (x) =>
      matrix(
        x.rows,
        3,
        Float32Array.from({ length: 3 * x.rows }, (_, k) => {
          const row = rowsOf(x, Math.floor(k / 3), Math.floor(k / 3) + 1).data;
          const far = row.reduce((all, value, i) => all + (value - place.data[i]) ** 2, 0);
          return k % 3 === 0 ? 0 : k % 3 === 1 ? -1 : 1 - far;
        }),
      ),
  };
  return {
    made,
    place,
    examples: batch({ x: uniformMatrix(5, 6, 5), labels: new Int32Array(5), classes: 3 }),
  };
}

Deno.test("hopSkipJump() and boundary() start at inputs that are given, and leave examples for which no start is found", () => {
  const { made, examples, place } = island();
  const noise = uniformMatrix(7, 6, 11);
  const starts = matrix(8, 6, [...noise.data, ...place.data]);
  for (const [attack, steps] of [[hopSkipJump, 5], [boundary, 50]] as const) {
    const options = { norm: "L2", epsilon: 100, steps } as const;
    const lost = attack(made, examples, options);
    assertEquals([lost.x.data, [...lost.fooled]], [examples.x.data, [0, 0, 0, 0, 0]]);
    const found = attack(made, examples, { ...options, starts });
    assert(found.fooled.every((hit) => hit === 1), attack.name);
    const aimed = attack(made, examples, { ...options, starts, target: 2 });
    assertEquals([...aimed.predicted], [2, 2, 2, 2, 2]);
    // the class 1 is nowhere
    assert(attack(made, examples, { ...options, starts, target: 1 }).fooled.every((hit) => hit === 0));
    assertThrows(
      () => attack(made, examples, { ...options, starts: matrix(1, 7) }),
      InputError,
      "Cannot start an attack: the model takes 6 inputs, those to start from have 7",
    );
  }
});

Deno.test("hopSkipJump() and boundary() give numbers where an example lies on the boundary or nothing may move", () => {
  // the first example lies on the plane itself, and one ulp beyond is the other class
  const { made } = plane(W);
  const examples = batch({
    x: matrix(2, 6, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]),
    labels: [0, 1],
    classes: 2,
  });
  for (const [attack, steps] of [[hopSkipJump, 6], [boundary, 60]] as const) {
    const { x, fooled } = attack(made, examples, { norm: "L2", epsilon: 10, steps });
    assert(x.data.every(Number.isFinite) && fooled[0] === 1 && fooled[1] === 1, attack.name);
    assert(x.data.subarray(0, 6).every((value) => Math.abs(value) < 1e-3), attack.name);
    const still = attack(made, examples, { norm: "L2", epsilon: 10, steps, fixed: [0, 1, 2, 3, 4, 5] });
    assertEquals(still.x.data, examples.x.data);
  }
});

Deno.test("hopSkipJump() on grids and groups finds allowed inputs that fool", () => {
  const made = userModel();
  const examples = examplesFor(made, 12, { lo: 0, hi: 1 });
  examples.x.data.forEach((value, i) => {
    const j = i % 7;
    if (j < 4) examples.x.data[i] = Math.round(4 * value) / 4;
    else examples.x.data[i] = Number(j - 4 === Math.floor(i / 7) % 3);
  });
  const options = { grid: [4, 4, 4, 4, 0, 0, 0], oneHot: [[4, 5, 6]], bounds: [-2, 2] as const };
  const { fooled } = hopSkipJump(made, examples, { ...options, epsilon: 20, steps: 4 });
  const { predicted } = predict(made, examples.x);
  const before = predicted.filter((answer, i) => answer !== examples.labels[i]).length;
  assertAlmostEquals(sum([...fooled]), 12, 1);
  assert(sum([...fooled]) > before);
});

Deno.test("hopSkipJump() takes ten thousand probes a step at most", () => {
  const { made, examples: all } = plane([1], 0.1), examples = slice(all, 0, 1);
  const count = (steps: number) =>
    hopSkipJump(made, examples, { epsilon: 100, norm: "L2", steps, probes: 10_000 }).queries[0];
  const [one, two] = [count(1), count(2)];
  assert(one > 10_000 && one < 10_100, `${one}`);
  assert(two - one >= 10_000 && two - one < 10_060, `${two - one}`);
  const wrong = () => hopSkipJump(made, examples, { epsilon: 100, norm: "L2", probes: 10_001 });
  assertThrows(wrong, InputError, "probes 10001");
});
