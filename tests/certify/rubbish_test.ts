import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { formOf } from "../../src/certify/form.ts";
import { rubbishRadii } from "../../src/certify/mod.ts";
import { InputError } from "../../src/errors.ts";
import { predict } from "../../src/predict.ts";
import { type Matrix, matrix, rowsOf } from "../../src/matrix.ts";
import { classRbm, logistic, maxout, rbf, softmaxLinear } from "../../src/models/mod.ts";
import { type Model, model } from "../../src/models/model.ts";
import { ordinaryTensors } from "../models/specimens.ts";
import { neighborhood, numbers, pointsIn } from "./specimens.ts";

const noise = (rows: number, inputs: number, scale: number) =>
  matrix(rows, inputs, Float32Array.from(numbers(rows * inputs, 11, { lo: -scale, hi: scale })));

/** Asserts that what is claimed, or that nothing is, holds at random points of each ball, and tells how many are of each kind. */
function hold(net: Model, x: Matrix, { norm, threshold }: { norm: "Linf" | "L2" | "L1"; threshold: number }) {
  const { claimed, radius } = rubbishRadii(net, x, { norm, threshold, max: 2 });
  const count = { claimed: 0, free: 0 };
  const at = predict(net, x);
  claimed.forEach((c, i) => {
    const own = at.probabilities.data.subarray(i * net.classes, (i + 1) * net.classes);
    if (c >= 0) assert(own[c] > threshold - 1e-6);
    else assert(own.every((p) => p <= threshold + 1e-6));
    if (!(radius[i] > 0)) return;
    count[c < 0 ? "free" : "claimed"]++;
    const around = neighborhood(rowsOf(x, i, i + 1).data, { norm, epsilon: radius[i] });
    const points = [...pointsIn(around, 100, i)];
    const { probabilities } = predict(
      net,
      matrix(100, x.cols, Float32Array.from(points.flatMap((p) => [...p]))),
    );
    for (let k = 0; k < 100; k++) {
      const p = probabilities.data.subarray(k * net.classes, (k + 1) * net.classes);
      if (c >= 0) assert(p[c] > threshold - 1e-5, `${p[c]} at ${threshold}`);
      else assert(p.every((each) => each <= threshold + 1e-5), `${p} at ${threshold}`);
    }
  });
  return count;
}

const NETWORKS: Readonly<Record<string, () => Model>> = {
  softmax: () => made(softmaxLinear({ inputs: 4, classes: 3 })),
  logistic: () => made(logistic({ inputs: 4 })),
  maxout: () => made(maxout({ inputs: 4, classes: 3, units: [6], pieces: 2 })),
  "maxout of sigmoids": () => made(maxout({ inputs: 4, classes: 3, units: [6], pieces: 2, head: "sigmoid" })),
  rbf: () => made(rbf({ inputs: 4, classes: 3 })),
};

function made(family: Parameters<typeof ordinaryTensors>[0]): Model {
  return model(family, { tensors: ordinaryTensors(family) });
}

for (const [name, make] of Object.entries(NETWORKS)) {
  Deno.test(`rubbishRadii: a class claimed around noise is claimed at all points of the ball, and no class elsewhere: ${name}`, () => {
    using net = make();
    let [claimed, free] = [0, 0];
    for (const norm of ["Linf", "L2", "L1"] as const) {
      // a class of two is always above one half
      for (const threshold of [0.5, 0.7]) {
        const found = hold(net, noise(15, 4, 2), { norm, threshold });
        claimed += found.claimed;
        free += found.free;
      }
    }
    assert(claimed > 5 && free > 5, `${claimed} claimed, ${free} free`);
  });
}

Deno.test("rubbishRadii of a diagonal RBF network is exact in L∞: a ball one step wider has a corner where the claim fails", () => {
  using net = NETWORKS.rbf();
  const form = formOf(net) as { scores: { mu: Float64Array; beta: Float64Array } };
  const x = noise(40, 4, 2), halvings = 20, max = 2, level = Math.log(0.5);
  const { claimed, radius } = rubbishRadii(net, x, { max, halvings });
  let inside = 0;
  claimed.forEach((c, i) => {
    if (radius[i] === max) return;
    inside++;
    const { mu, beta } = form.scores, wider = radius[i] + 2 * max / 2 ** halvings;
    const own = rowsOf(x, i, i + 1).data;
    // by hand: the far ends for the least score of the class claimed, the nearest points for the greatest of each
    const score = (of: number, far: boolean) =>
      own.reduce((sum, v, k) => {
        const d = Math.abs(v - mu[of * 4 + k]);
        const to = far ? d + wider : Math.max(0, d - wider);
        return sum - beta[of * 4 + k] * to * to;
      }, 0);
    if (c >= 0) assert(score(c, true) <= level, `claimed, example ${i}`);
    else assert([0, 1, 2].some((of) => score(of, false) > level), `free, example ${i}`);
  });
  assert(inside > 20, `${inside}`);
});

Deno.test("rubbishRadii keeps to bounds and fixed features, and refuses models and options that it cannot take", () => {
  // the second class is far away
  const tensors = {
    mu: { shape: [2, 2], data: Float32Array.of(0, 0, 50, 50) },
    beta: { shape: [2, 2], data: Float32Array.of(1, 1, 1, 1) },
  };
  using round = model(rbf({ inputs: 2, classes: 2 }), { tensors });
  const radius = (options: Parameters<typeof rubbishRadii>[2]) =>
    rubbishRadii(round, matrix(1, 2, [0.5, 0]), { halvings: 40, ...options }).radius[0];
  const far = Math.sqrt(Math.log(2));
  // (0.5 + r)² + r² = log 2
  assertAlmostEquals(radius({}), (-1 + Math.sqrt(1 - 8 * (0.25 - Math.log(2)))) / 4, 1e-6);
  assertAlmostEquals(radius({ fixed: [1] }), far - 0.5, 1e-6);
  assertAlmostEquals(radius({ bounds: [-0.6, 0.5], norm: "Linf", fixed: [1] }), 1, 1e-6);
  assertThrows(() => radius({ threshold: 1 }), InputError, "threshold");
  assertThrows(() => radius({ bounds: [2, 3] }), InputError, "out of the bounds");
  using machine = made(classRbm({ inputs: 2, classes: 3, hidden: 4 }));
  assertThrows(() => rubbishRadii(machine, matrix(1, 2)), InputError, "operation");
  assertEquals(rubbishRadii(round, matrix(0, 2)).radius.length, 0);
});
