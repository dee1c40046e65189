import { assert, assertAlmostEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import {
  type ActivationLayer,
  type ChainLayer,
  type LinearLayer,
  marginOf,
  scoresOf,
} from "../../src/certify/chain.ts";
import { boundChain } from "../../src/certify/crown.ts";
import { substituted } from "../../src/certify/substitution.ts";
import { differences } from "../../src/certify/exact_linear.ts";
import { activate, apply } from "../../src/certify/chain.ts";
import type { Norm } from "../../src/certify/neighborhood.ts";
import { activationLines, maxoutLines } from "../../src/certify/relaxation.ts";
import { weightsIn } from "../../src/certify/weights.ts";
import { heap } from "../../src/runtime/variants.ts";
import { Workspace } from "../../src/runtime/workspace.ts";
import { chainOf, neighborhood, numbers, pointsIn } from "./specimens.ts";

const ACTIVATIONS: readonly ChainLayer[] = [
  { type: "relu" },
  { type: "leakyRelu", slope: 0.125 },
  { type: "tanh" },
  { type: "sigmoid" },
  { type: "square" },
  { type: "exp" },
  { type: "identity" },
  { type: "maxout", pieces: 2 },
  { type: "maxout", pieces: 4 },
];

const named = (layer: ChainLayer) => layer.type === "maxout" ? `maxout of ${layer.pieces}` : layer.type;

function marginsBound(chain: ReturnType<typeof chainOf>, path: ReturnType<typeof boundChain>, label: number) {
  const rivals = Array.from({ length: chain.classes }, (_, c) => c).filter((c) => c !== label);
  const rows = differences(chain.layers.at(-1) as LinearLayer, label, rivals);
  return Math.min(...substituted(path, rows));
}

Deno.test("bounds are the same with weights where kernels are, up to rounding", () => {
  using workspace = new Workspace();
  for (const activation of [{ type: "relu" }, { type: "maxout", pieces: 2 }] as const) {
    for (const widths of [[31, 40, 3], [40, 33, 35, 4]]) {
      const chain = chainOf(widths, activation, 3), scope = workspace.scope();
      const weights = weightsIn(scope, chain);
      assert(
        weights.spread(
          chain.layers[0] as LinearLayer,
          new Float64Array(widths[0]),
          new Float64Array(widths[0]),
        ),
      );
      for (const norm of ["Linf", "L2"] as const) {
        const within = neighborhood(numbers(widths[0], 9), { norm, epsilon: 0.05, box: { lo: -1, hi: 1 } });
        const [own, plain] = [boundChain(chain, within, { weights }), boundChain(chain, within)];
        own.stages.forEach(({ before }, k) => {
          for (const end of ["lo", "hi"] as const) {
            before[end].forEach((value, u) =>
              assertAlmostEquals(value, plain.stages[k].before[end][u], 1e-11)
            );
          }
        });
        for (let label = 0; label < chain.classes; label++) {
          assertAlmostEquals(marginsBound(chain, own, label), marginsBound(chain, plain, label), 1e-11);
        }
      }
    }
  }
});

Deno.test("products by weights are right the first time, though memory grows for them", () => {
  const [rows, cols, m] = [1000, 2, 3000];
  const chain = chainOf([cols, rows, 3], { type: "relu" }, 3), layer = chain.layers[0] as LinearLayer;
  // each row takes one of the weights' rows, scaled
  const A = new Float64Array(m * rows);
  for (let r = 0; r < m; r++) A[r * rows + (7 * r) % rows] = r + 1;
  using workspace = new Workspace();
  const { memory } = heap().exports, before = memory.buffer.byteLength;
  const made = weightsIn(workspace, chain).times(A, m, layer)!;
  assert(memory.buffer.byteLength > before, "memory grew");
  for (let r = 0; r < m; r++) {
    for (let j = 0; j < cols; j++) {
      assertAlmostEquals(made[r * cols + j], (r + 1) * layer.W[(7 * r) % rows * cols + j], 1e-9);
    }
  }
});

for (const activation of ACTIVATIONS) {
  for (const norm of ["Linf", "L2", "L1"] as Norm[]) {
    Deno.test(`bounds by CROWN and by intervals hold on random points: ${named(activation)}, ${norm}`, () => {
      for (let seed = 0; seed < 12; seed++) {
        const chain = chainOf([4, 6, 5, 3], activation, seed);
        const epsilon = [0.05, 0.3, 1][seed % 3];
        const within = neighborhood(numbers(4, seed + 500), { norm, epsilon, box: { lo: -1, hi: 1 } });
        const path = boundChain(chain, within), loose = boundChain(chain, within, { tightness: "interval" });
        const bound = marginsBound(chain, path, 0);
        assert(bound >= marginsBound(chain, loose, 0) - 1e-9);
        for (const point of pointsIn(within, 400, seed)) {
          assert(marginOf(scoresOf(chain, point), 0) >= bound);
          let h = point;
          path.stages.forEach(({ linear, before, after }, k) => {
            const z = apply(linear, h);
            assert(z.every((v, u) => v >= before.lo[u] && v <= before.hi[u]));
            h = apply(chain.layers[2 * k + 1], z);
            assert(h.every((v, u) => v >= after.lo[u] && v <= after.hi[u]));
          });
        }
      }
    });
  }

  Deno.test(`bounds by CROWN meet the value where nothing moves: ${named(activation)}`, () => {
    const chain = chainOf([4, 6, 5, 3], activation, 3), x = numbers(4, 9);
    const path = boundChain(chain, neighborhood(x, { norm: "Linf", epsilon: 0 }));
    const [bound, value] = [marginsBound(chain, path, 1), marginOf(scoresOf(chain, x), 1)];
    assert(bound <= value);
    assertAlmostEquals(bound, value, 1e-9);
  });
}

Deno.test("substituted is the published bound of a network by hand", () => {
  // h = relu(x), relu(−x) on [−1, 3]; f = h₁ + h₂ ≥ 0·x + … : the first unit's slope is 1, the second's 0
  const chain = {
    inputs: 1,
    classes: 2,
    layers: [
      { type: "linear", rows: 2, cols: 1, W: Float64Array.of(1, -1), b: new Float64Array(2) },
      { type: "relu" },
      { type: "linear", rows: 2, cols: 2, W: Float64Array.of(1, 1, 0, 0), b: new Float64Array(2) },
    ] as ChainLayer[],
  };
  const path = boundChain(chain, neighborhood([1], { norm: "Linf", epsilon: 2 }));
  assertAlmostEquals(marginsBound(chain, path, 0), -1, 1e-12);
  // −f: chords 3/4 (x + 1) and 1/4 (3 − x), so f ≤ 3/2 + x/2 ≤ 3
  assertAlmostEquals(marginsBound(chain, path, 1), -3, 1e-12);
});

Deno.test("substituted equals the definition: ReLU, every bound of every class", () => {
  for (let seed = 0; seed < 20; seed++) {
    const chain = chainOf([9, 14, 4], { type: "relu" }, seed);
    const [hidden, , top] = chain.layers as [LinearLayer, ChainLayer, LinearLayer];
    const x = numbers(9, seed + 70), epsilon = [0.02, 0.1, 0.3][seed % 3];
    const lo = x.map((v) => Math.max(-1, v - epsilon)), hi = x.map((v) => Math.min(1, v + epsilon));
    const path = boundChain(chain, neighborhood(x, { norm: "Linf", epsilon, box: { lo: -1, hi: 1 } }));
    const rows = differences(top, 1, [0, 2, 3]);
    [0, 2, 3].forEach((rival, k) => {
      const slopes = new Float64Array(9);
      let constant = top.b[1] - top.b[rival];
      for (let u = 0; u < 14; u++) {
        const w = hidden.W.slice(u * 9, u * 9 + 9);
        let [l, h] = [hidden.b[u], hidden.b[u]];
        w.forEach((each, i) => {
          l += Math.min(each * lo[i], each * hi[i]);
          h += Math.max(each * lo[i], each * hi[i]);
        });
        const v = top.W[14 + u] - top.W[rival * 14 + u];
        // v > 0: the line below, else the chord above
        const chord = h / (h - l);
        const [slope, offset] = l >= 0
          ? [1, 0]
          : h <= 0
          ? [0, 0]
          : v > 0
          ? [h > -l ? 1 : 0, 0]
          : [chord, -chord * l];
        constant += v * (slope * hidden.b[u] + offset);
        w.forEach((each, i) => slopes[i] += v * slope * each);
      }
      const least = slopes.reduce((sum, s, i) => sum + Math.min(s * lo[i], s * hi[i]), constant);
      const bound = substituted(path, rows)[k];
      assert(bound <= least);
      assertAlmostEquals(bound, least, 1e-11);
    });
  }
});

for (const activation of ACTIVATIONS.filter(({ type }) => type !== "maxout") as ActivationLayer[]) {
  Deno.test(`activationLines hold between all bounds: ${activation.type}`, () => {
    for (const [lo, hi] of [[-3, -1], [-2, 0.5], [-0.01, 4], [0, 0], [1, 2], [-20, 20], [0.3, 0.3 + 1e-9]]) {
      const { lower, upper } = activationLines(activation, {
        lo: Float64Array.of(lo),
        hi: Float64Array.of(hi),
      });
      for (let k = 0; k <= 1000; k++) {
        const z = lo + (hi - lo) * k / 1000, y = activate(activation, z);
        assert(lower.coefficients[0] * z + lower.constants[0] <= y + 1e-12);
        assert(upper.coefficients[0] * z + upper.constants[0] >= y - 1e-12);
      }
    }
  });
}

Deno.test("maxoutLines are the envelope: above at all corners, touching at one of each rival", () => {
  // leader 0 and three rivals, in differences
  const ahead = { lo: Float64Array.of(0, -2, -1, -3), hi: Float64Array.of(0, 1, 0.5, -1) };
  const { lower, upper } = maxoutLines(4, { leader: Int32Array.of(0), ahead });
  assert(lower.coefficients[0] === 1 && lower.constants[0] === 0);
  let touches = 0;
  for (let corner = 0; corner < 8; corner++) {
    const d = [0, 1, 2, 3].map((p) => p > 0 && corner >> (p - 1) & 1 ? ahead.hi[p] : ahead.lo[p]);
    const line = d.reduce((sum, v, p) => sum + upper.coefficients[p] * v, upper.constants[0]);
    assert(line >= Math.max(...d) - 1e-9, `corner ${corner}`);
    if (Math.abs(line - Math.max(...d)) < 1e-9) touches++;
  }
  assert(touches >= 2, `${touches}`);
});
