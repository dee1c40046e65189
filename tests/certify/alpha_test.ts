import { assert, assertAlmostEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { optimized } from "../../src/certify/alpha.ts";
import { type ChainLayer, type LinearLayer, marginOf, scoresOf } from "../../src/certify/chain.ts";
import { boundChain } from "../../src/certify/crown.ts";
import { differences } from "../../src/certify/exact_linear.ts";
import type { Norm } from "../../src/certify/neighborhood.ts";
import { substituted } from "../../src/certify/substitution.ts";
import { chainOf, neighborhood, numbers, pointsIn } from "./specimens.ts";

const ACTIVATIONS: readonly ChainLayer[] = [
  { type: "relu" },
  { type: "leakyRelu", slope: 0.125 },
  { type: "tanh" },
  { type: "sigmoid" },
  { type: "square" },
  { type: "exp" },
  { type: "maxout", pieces: 2 },
  { type: "maxout", pieces: 4 },
];

const rivalsOf = (chain: ReturnType<typeof chainOf>) =>
  differences(chain.layers.at(-1) as LinearLayer, 0, [1, 2]);

for (const activation of ACTIVATIONS) {
  const name = activation.type === "maxout" ? `maxout of ${activation.pieces}` : activation.type;
  Deno.test(`optimized lines hold on random points, are nowhere worse and mostly better: ${name}`, () => {
    let better = 0, worse = 0;
    for (let seed = 0; seed < 24; seed++) {
      const norm = (["Linf", "L2", "L1"] as Norm[])[seed % 3];
      const chain = chainOf([4, 6, 5, 3], activation, seed);
      const epsilon = [0.1, 0.3, 1][seed % 5 % 3];
      const within = neighborhood(numbers(4, seed + 500), { norm, epsilon, box: { lo: -1, hi: 1 } });
      const plain = boundChain(chain, within), tight = boundChain(chain, within, { tightness: "alphaCrown" });
      const [before, same] = [substituted(plain, rivalsOf(chain)), optimized(plain, rivalsOf(chain))];
      const bounds = optimized(tight, rivalsOf(chain));
      const lowest = bounds.reduce((a, b) => Math.min(a, b));
      for (const point of pointsIn(within, 300, seed)) {
        const margin = marginOf(scoresOf(chain, point), 0);
        assert(margin >= lowest && margin >= same.reduce((a, b) => Math.min(a, b)), `seed ${seed}`);
      }
      bounds.forEach((bound, k) => {
        assert(same[k] >= before[k]);
        // an ascent ends where it passes 0
        const [now, then] = [Math.min(bound, 0), Math.min(before[k], 0)];
        better += Number(now > then + 1e-5 * Math.abs(then));
        worse += Number(now < then - 1e-9);
      });
    }
    assert(better > 12 && worse <= 2, `${better} of 48 better, ${worse} worse`);
  });
}

Deno.test("optimized finds the best slopes of a network by hand", () => {
  // relu(x) + relu(−x) = |x| on [−1, 3]: any two equal slopes below give 0, the first ones −1
  const layers: ChainLayer[] = [
    { type: "linear", rows: 2, cols: 1, W: Float64Array.of(1, -1), b: new Float64Array(2) },
    { type: "relu" },
    { type: "linear", rows: 2, cols: 2, W: Float64Array.of(1, 1, 0, 0), b: new Float64Array(2) },
  ];
  const chain = { inputs: 1, classes: 2, layers };
  const path = boundChain(chain, neighborhood([1], { norm: "Linf", epsilon: 2 }));
  const rows = differences(layers[2] as LinearLayer, 0, [1]);
  assertAlmostEquals(substituted(path, rows)[0], -1, 1e-12);
  const [bound] = optimized(path, rows);
  assert(bound <= 0 && bound > -0.05, `${bound}`);
});

Deno.test("optimized finds the best tangent: exact where one touches at the worst input", () => {
  // e^x − x/2 on [−2, 2] is least at log ½, where the tangent's slope is ½
  const layers: ChainLayer[] = [
    { type: "linear", rows: 1, cols: 1, W: Float64Array.of(1), b: new Float64Array(1) },
    { type: "mixed", units: [{ type: "exp" }] },
    { type: "linear", rows: 2, cols: 1, W: Float64Array.of(1, 0), b: Float64Array.of(-2, 0) },
  ];
  const path = boundChain({ inputs: 1, classes: 2, layers }, neighborhood([0], { norm: "Linf", epsilon: 2 }));
  // alone, e^x − 2 is least at the end: e^−2 − 2
  const rows = differences(layers[2] as LinearLayer, 0, [1]);
  const [plain] = substituted(path, rows), [bound] = optimized(path, rows);
  assert(plain < -2 && bound > Math.exp(-2) - 2 - 0.02 && bound <= Math.exp(-2) - 2, `${plain}, ${bound}`);
});
