import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { certificatesSharing, certify } from "../../src/certify/certify.ts";
import { globalBounds } from "../../src/certify/global_bounds.ts";
import { marginAt } from "../../src/certify/witness.ts";
import type { CertifyOptions } from "../../src/certify/options.ts";
import { allPairs } from "../../src/certify/cascade.ts";
import { type Chain, type ChainLayer, marginOf, scoresOf } from "../../src/certify/chain.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { matrix } from "../../src/matrix.ts";
import { predict } from "../../src/predict.ts";
import { classRbm, logistic, rbf, softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { rng } from "../../src/rng.ts";
import { chainOf, modelOf, neighborhood, numbers, pointsIn } from "./specimens.ts";

const BOUNDS = [-1, 1] as const;

/** A clock that counts how often it is read: what is searched does not depend on the machine. */
function ticks() {
  let time = 0;
  return () => time++;
}

/** Random inputs with the classes that `chain` gives them. */
function examplesOf(chain: Chain, n: number, seed: number) {
  const x = numbers(n * chain.inputs, seed);
  const labels = Array.from({ length: n }, (_, i) => {
    const scores = scoresOf(chain, x.subarray(i * chain.inputs, (i + 1) * chain.inputs));
    return scores.indexOf(Math.max(...scores));
  });
  return batch({ x: matrix(n, chain.inputs, Float32Array.from(x)), labels, classes: chain.classes });
}

const NETWORKS: readonly [string, readonly number[], ChainLayer][] = [
  ["one layer of relu", [3, 10, 3], { type: "relu" }],
  ["one layer of maxout of 2", [3, 8, 3], { type: "maxout", pieces: 2 }],
  ["one layer of maxout of 3", [3, 6, 2], { type: "maxout", pieces: 3 }],
  ["two layers of relu", [3, 6, 6, 3], { type: "relu" }],
  ["tanh", [3, 8, 3], { type: "tanh" }],
];

for (const [name, widths, activation] of NETWORKS) {
  for (const norm of ["Linf", "L2", "L1"] as const) {
    Deno.test(`certify: no point of a certified region is misclassified, all witnesses are: ${name}, ${norm}`, () => {
      let certified = 0, falsified = 0;
      const chain = chainOf(widths, activation, 4);
      using net = modelOf(chain);
      const examples = examplesOf(chain, 14, 77);
      for (const epsilon of [0.1, 0.4]) {
        const options: CertifyOptions = {
          epsilon,
          norm,
          bounds: BOUNDS,
          method: "complete",
          now: ticks(),
          timeLimit: 1,
        };
        for (const [i, found] of certify(net, examples, options).examples.entries()) {
          const x = examples.x.data.subarray(i * 3, i * 3 + 3), label = examples.labels[i];
          const within = neighborhood(x, { norm, epsilon, box: { lo: -1, hi: 1 } });
          assert(!(found.certified && found.falsified));
          certified += Number(found.certified);
          falsified += Number(found.falsified);
          if (found.certified) {
            for (const point of pointsIn(within, 200, i)) assert(marginOf(scoresOf(chain, point), label) > 0);
            for (const point of pointsIn(within, 50, i)) {
              assert(marginOf(scoresOf(chain, point), label) >= found.margin!);
            }
          }
          if (found.witness) {
            assert(marginAt(net, found.witness, label) < 0);
            const distance = found.witness.map((v, j) => Math.abs(v - x[j]));
            const size = norm === "Linf"
              ? Math.max(...distance)
              : norm === "L1"
              ? distance.reduce((a, b) => a + b)
              : Math.sqrt(distance.reduce((a, b) => a + b * b, 0));
            assert(size <= epsilon * (1 + 1e-12));
            assert(found.witness.every((v) => v >= -1 && v <= 1));
          }
        }
      }
      assert(certified >= 3 && falsified >= 3, `${certified} certified, ${falsified} falsified`);
    });
  }
}

Deno.test("certify by branch and bound settles what bounds leave open, and agrees with them", () => {
  const chain = chainOf([4, 14, 3], { type: "relu" }, 6);
  using net = modelOf(chain);
  const examples = examplesOf(chain, 40, 5);
  const by = (method: CertifyOptions["method"], epsilon: number) =>
    certify(net, examples, { epsilon, bounds: BOUNDS, method, now: ticks(), timeLimit: 10 });
  for (const epsilon of [0.1, 0.3]) {
    const all = (["interval", "crown", "alphaCrown", "semidefinite", "complete"] as const).map((method) =>
      by(method, epsilon)
    );
    for (let k = 1; k < all.length; k++) {
      assert(all[k].errorRate <= all[k - 1].errorRate);
      all[k - 1].examples.forEach(({ certified }, i) => assert(!certified || all[k].examples[i].certified));
    }
    assertEquals(all[4].unresolved, 0);
    assertEquals(all[4].errorRate, all[4].falsifiedRate);
    assertEquals(all[2].examples.filter(({ method }) => method === "semidefinite").length, 0);
  }
});

Deno.test("certify of linear and RBF models is exact: certified or falsified, with the margin of a worst input", () => {
  const linear = model(softmaxLinear({ inputs: 4, classes: 3 }), {
    tensors: {
      W: { shape: [3, 4], data: Float32Array.from(numbers(12, 1)) },
      b: { shape: [3], data: Float32Array.from(numbers(3, 2)) },
    },
  });
  const units = model(rbf({ inputs: 4, classes: 3 }), {
    tensors: {
      mu: { shape: [3, 4], data: Float32Array.from(numbers(12, 3)) },
      beta: { shape: [3, 4], data: Float32Array.from(numbers(12, 4, { lo: 0.1 })) },
    },
  });
  const one = model(logistic({ inputs: 4 }), {
    tensors: {
      W: { shape: [1, 4], data: Float32Array.from(numbers(4, 5)) },
      b: { shape: [1], data: Float32Array.of(0.1) },
    },
  });
  for (const net of [linear, units, one]) {
    using _ = net;
    const x = matrix(40, 4, Float32Array.from(numbers(160, 6)));
    const examples = batch({ x, labels: predict(net, x).predicted, classes: net.classes });
    const { examples: found, unresolved, by } = certify(net, examples, { epsilon: 0.3, bounds: BOUNDS });
    assertEquals(unresolved, 0);
    assert(by.exact.certified > 3 && by.exact.falsified > 3);
    for (const [i, { certified, falsified, margin, witness }] of found.entries()) {
      assertEquals(certified, margin! > 0);
      assertEquals(certified, !falsified);
      if (witness) assertAlmostEquals(marginAt(net, witness, examples.labels[i]), margin!, 1e-5);
    }
  }
});

Deno.test("certify counts examples that an attack fooled as falsified, and never an open one as robust", () => {
  const chain = chainOf([3, 10, 3], { type: "relu" }, 4);
  using net = modelOf(chain);
  const examples = examplesOf(chain, 20, 77);
  const attacked = Uint8Array.from({ length: 20 }, (_, i) => Number(i < 5));
  const found = certify(net, examples, { epsilon: 0.3, method: "interval", attacked });
  assertEquals(found.by.attack, { certified: 0, falsified: 5 });
  const open = found.examples.filter((e) => !e.certified && !e.falsified).length;
  assertEquals(found.unresolved, open);
  assertEquals(found.errorRate, (open + 5) / 20);
  assertEquals(JSON.parse(JSON.stringify(found)).errorRate, found.errorRate);
});

Deno.test("certificatesSharing() uses the table of globalBounds, made at once or in parts", () => {
  const chain = chainOf([3, 10, 3], { type: "relu" }, 4);
  using net = modelOf(chain);
  const whole = globalBounds(net, { epsilon: 0.05 });
  const parts = allPairs(3).map((pair) => globalBounds(net, { epsilon: 0.05, pairs: [pair] }));
  for (let k = 0; k < 9; k++) {
    if (k % 4 !== 0) assertEquals(Math.min(...parts.map((table) => table[k])), whole[k]);
  }
  const methods = (method: CertifyOptions["method"]) =>
    [...certificatesSharing(whole, net, examplesOf(chain, 40, 5), { epsilon: 0.05, method })]
      .map((certificate) => certificate.method);
  const byTable = (list: readonly unknown[]) => list.map((method) => method === "global");
  const [auto, crown] = [methods("auto"), methods("crown")];
  assert(auto.includes("global"));
  assertEquals(byTable(crown), byTable(auto));
  assertEquals(crown.filter((method) => !["clean", "global", "crown", null].includes(method)), []);
});

Deno.test("certify honours fixed features, values on a grid and an ε for each feature", () => {
  // the margin falls by the moves of all three features
  const W = new Float32Array([1, 1, 1, 0, 0, 0]);
  using net = model(softmaxLinear({ inputs: 3, classes: 2 }), {
    tensors: { W: { shape: [2, 3], data: W }, b: { shape: [2], data: new Float32Array(2) } },
  });
  const examples = batch({ x: matrix(1, 3, [1, 2, 0.5]), labels: [0], classes: 2 });
  const margin = (options: CertifyOptions) => certify(net, examples, options).examples[0].margin!;
  assertAlmostEquals(margin({ epsilon: 0.25 }), 2.75, 1e-12);
  assertAlmostEquals(margin({ epsilon: 0.25, fixed: [0] }), 3, 1e-12);
  assertAlmostEquals(margin({ epsilon: [0.5, 0, 0.25] }), 2.75, 1e-12);
  // whole numbers do not move by a quarter
  assertAlmostEquals(margin({ epsilon: 0.25, grid: [1, 1, 0] }), 3.25, 1e-5);
  assertAlmostEquals(margin({ epsilon: 1.5, grid: [1, 1, 0], bounds: [0, 9] }), 1 + 0, 1e-5);
});

Deno.test("certify of 8-bit values is no more than the margin at any of them that is allowed, as float32 has them", () => {
  using net = model(softmaxLinear({ inputs: 1, classes: 2 }), {
    tensors: {
      W: { shape: [2, 1], data: Float32Array.of(1, 0) },
      b: { shape: [2], data: new Float32Array(2) },
    },
  });
  for (let k = 30; k < 220; k++) {
    const x = matrix(1, 1, Float32Array.of(k / 255));
    const options = { epsilon: 8 / 255, grid: 255, bounds: [0, 1] as const };
    for (const label of [0, 1]) {
      const [{ margin }] = certify(net, batch({ x, labels: [label], classes: 2 }), options).examples;
      const end = Math.fround((k + (label ? 8 : -8)) / 255);
      assertEquals(constraint(1, options).check(matrix(1, 1, [end]), x), undefined);
      const reached = marginAt(net, [end], label);
      assert(margin! <= reached && margin! >= reached - 1e-6);
    }
  }
});

Deno.test("certify names models and options that it cannot take", () => {
  const chain = chainOf([3, 4, 3], { type: "relu" }, 4);
  using net = modelOf(chain);
  const examples = examplesOf(chain, 2, 1);
  const code = (options: CertifyOptions) =>
    assertThrows(() => certify(net, examples, options), InputError).code;
  assertEquals(code({ epsilon: -1 }), "value");
  assertEquals(code({ epsilon: 1, norm: "angle" }), "value");
  assertEquals(code({ epsilon: 1, method: "complete" }), "option");
  assertEquals(code({ epsilon: 1, attacked: [1] }), "shape");
  assertEquals(code({ epsilon: 1, bounds: [5, 6] }), "value");
  // deno-lint-ignore no-explicit-any
  assertEquals(code({ epsilon: 1, methd: "crown" } as any), "option");
  using machine = model(classRbm({ inputs: 3, classes: 3, hidden: 4 }));
  assertThrows(() => certify(machine, examples, { epsilon: 1 }), InputError, "operation classRbm");
  using deep = modelOf(chainOf([3, 4, 4, 3], { type: "relu" }, 4));
  assertThrows(() => globalBounds(deep, { epsilon: 1 }), InputError, "hidden layer");
});

Deno.test("certify: 10⁵ random points in certified boxes of a wider network, none misclassified", () => {
  const chain = chainOf([20, 30, 5], { type: "relu" }, 8);
  using net = modelOf(chain);
  const examples = examplesOf(chain, 60, 3);
  const epsilon = 0.06;
  const found = certify(net, examples, { epsilon, bounds: BOUNDS }).examples;
  const rows = found.flatMap(({ certified }, i) => certified ? [i] : []);
  assert(rows.length >= 10, `${rows.length}`);
  const each = Math.ceil(1e5 / rows.length), from = rng(1);
  for (const i of rows) {
    const x = examples.x.data.subarray(i * 20, i * 20 + 20);
    const points = matrix(each, 20);
    for (let k = 0; k < points.data.length; k++) {
      const u = 2 * from.next() - 1, toward = k % 3 ? Math.sign(u) : u;
      points.data[k] = Math.min(1, Math.max(-1, x[k % 20] + 0.999999 * epsilon * toward));
    }
    assert(predict(net, points).predicted.every((c) => c === examples.labels[i]));
  }
});
