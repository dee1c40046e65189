import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { certifiedRadius, certify } from "../../src/certify/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { chainOf, modelOf, numbers } from "./specimens.ts";

Deno.test("certifiedRadius of a linear model is the distance to its border, in each norm, within bounds", () => {
  const tensors = {
    W: { shape: [2, 2], data: new Float32Array([3, 4, 0, 0]) },
    b: { shape: [2], data: new Float32Array(2) },
  };
  using linear = model(softmaxLinear({ inputs: 2, classes: 2 }), { tensors });
  const one = batch({ x: matrix(1, 2, [0.25, 0.5]), labels: [0], classes: 2 });
  for (const [norm, distance] of [["Linf", 2.75 / 7], ["L2", 0.55], ["L1", 2.75 / 4]] as const) {
    assertAlmostEquals(certifiedRadius(linear, one, { norm })[0], distance, 1e-8);
  }
  assertEquals(certifiedRadius(linear, one, { max: 0.125 })[0], 0.125);
  // the second feature alone may move, by 0.5 at most, which is not enough
  assertEquals(certifiedRadius(linear, one, { fixed: [0], bounds: [0, 1], max: 2 })[0], 2);
  const wrong = batch({ x: matrix(1, 2, [-1, 0]), labels: [0], classes: 2 });
  assertEquals(certifiedRadius(linear, wrong)[0], 0);
});

Deno.test("certifiedRadius of a network is certified, and a step more is not", () => {
  using net = modelOf(chainOf([4, 8, 3], { type: "relu" }, 4));
  const x = matrix(6, 4, Float32Array.from(numbers(24, 3)));
  const scores = net.scores(x).data;
  const labels = Array.from({ length: 6 }, (_, i) => {
    const row = scores.subarray(3 * i, 3 * i + 3);
    return row.indexOf(Math.max(...row));
  });
  const examples = batch({ x, labels, classes: 3 });
  const radii = certifiedRadius(net, examples, { halvings: 8 });
  const holds = (epsilon: number, i: number) => certify(net, examples, { epsilon }).examples[i].certified;
  radii.forEach((radius, i) => {
    assert(radius === 0 || holds(radius, i));
    assert(radius === 1 || !holds(radius + 2 ** -8, i));
  });
  assert(radii.some((radius) => radius > 0.01));
});
