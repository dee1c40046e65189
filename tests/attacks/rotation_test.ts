import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { rotation } from "../../src/attacks/rotation.ts";
import { lossGradient } from "../../src/loss.ts";
import { matrix, rowsOf } from "../../src/matrix.ts";
import { model } from "../../src/models/model.ts";
import { logistic } from "../../src/models/mod.ts";
import { assertClose } from "../support.ts";
import { examplesFor, forEveryModel } from "../models/specimens.ts";

const length = (v: ArrayLike<number>) => Math.hypot(...Array.from(v));

/** cos θ · x + sin θ · ‖x‖ · u, in double, for the direction u across x of a gradient that θ does not pass. */
function turned(x: Float32Array, gradient: Float32Array, epsilon: number): number[] {
  const along = gradient.reduce((sum, g, i) => sum + g * x[i], 0) / length(x) ** 2;
  const across = Array.from(gradient, (g, i) => g - along * x[i]);
  const angle = Math.min(epsilon, Math.atan2(length(across), along * length(x)));
  return Array.from(
    x,
    (value, i) => Math.cos(angle) * value + Math.sin(angle) * length(x) * across[i] / length(across),
  );
}

Deno.test("rotation() turns each input by epsilon in the plane of its gradient, and keeps its norm", () => {
  forEveryModel((each, name) => {
    const examples = examplesFor(each, 20);
    const gradient = lossGradient(each, examples);
    for (const epsilon of [0.01, 0.3, 1]) {
      const { x } = rotation(each, examples, { epsilon });
      for (let b = 0; b < 20; b++) {
        const row = (m: typeof x) => rowsOf(m, b, b + 1).data;
        // a share of 1/2²⁶ of the angle may be spared for rounding, which the gradient has too
        assertClose(row(x), turned(row(examples.x), row(gradient), epsilon), 1e-4, name);
        assertAlmostEquals(length(row(x)) / length(row(examples.x)), 1, 1e-6, name);
      }
    }
  });
});

Deno.test("rotation() stops where an input points along its gradient", () => {
  const w = Float32Array.of(3, 4);
  const tensors = { W: { shape: [1, 2], data: w }, b: { shape: [1], data: new Float32Array(1) } };
  using regression = model(logistic({ inputs: 2 }), { tensors });
  // the loss of class 0 rises along w, a quarter turn away; that of the second example less than a quarter
  const examples = { x: matrix(2, 2, [-4, 3, 4, 3]), labels: new Int32Array(2), classes: 2 };
  for (const epsilon of [1.6, 3, 100]) {
    assertClose(rotation(regression, examples, { epsilon }).x.data, [3, 4, 3, 4], 1e-6);
  }
  assertClose(rotation(regression, examples, { epsilon: Math.PI / 4 }).x.data.subarray(0, 2), [
    (-4 + 3) * Math.SQRT1_2,
    (3 + 4) * Math.SQRT1_2,
  ], 1e-6);
});

Deno.test("rotation() leaves inputs of zeros, and those along or against their gradient", () => {
  const tensors = {
    W: { shape: [1, 2], data: Float32Array.of(1, 2) },
    b: { shape: [1], data: new Float32Array(1) },
  };
  using regression = model(logistic({ inputs: 2 }), { tensors });
  const x = matrix(4, 2, [0, -0, 0.5, 1, -0.5, -1, 1, 1]);
  const attacked = rotation(regression, { x, labels: new Int32Array(4), classes: 2 }, { epsilon: 0.5 });
  assertEquals(attacked.x.data.subarray(0, 6), x.data.subarray(0, 6));
  assert(attacked.x.data[6] < 1 && attacked.x.data[7] > 1);
});
