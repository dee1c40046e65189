import { assert, assertAlmostEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { isPositive } from "../../src/certify/cholesky.ts";
import { gram } from "../../src/certify/gram.ts";
import { boundChain } from "../../src/certify/crown.ts";
import { type ChainLayer, type LinearLayer, marginOf, scoresOf } from "../../src/certify/chain.ts";
import { globalHalfBilinear, halfBilinear } from "../../src/certify/hidden.ts";
import { bilinearMaximum } from "../../src/certify/semidefinite.ts";
import type { HalfBilinear } from "../../src/certify/half_bilinear.ts";
import { Workspace } from "../../src/runtime/workspace.ts";
import { chainOf, neighborhood, numbers, pointsIn } from "./specimens.ts";

const EFFORT = { checks: [400], goal: -Infinity, excess: 1e-7 };

function maximum(of: HalfBilinear, effort: Parameters<typeof bilinearMaximum>[2] = EFFORT) {
  using workspace = new Workspace();
  return bilinearMaximum(of, workspace, effort);
}

/** The greatest value at a corner of the box, where it lies but for the concave lines. */
function brute(of: HalfBilinear): number {
  const { constant, a, beta, B, lines } = of, n = a.length;
  let greatest = -Infinity;
  for (let corner = 0; corner < 2 ** n; corner++) {
    const t = a.map((_, i) => corner >> i & 1 ? 1 : -1);
    let value = a.reduce((sum, w, i) => sum + w * t[i], constant);
    beta.forEach((w, u) => value += Math.abs(t.reduce((sum, v, i) => sum + B[u * n + i] * v, w)));
    lines.h.forEach((h, k) => {
      const d = t.reduce((sum, v, i) => sum + lines.N[k * n + i] * v, h);
      value += Math.min(lines.min[k] * d, lines.max[k] * d);
    });
    greatest = Math.max(greatest, value);
  }
  return greatest;
}

function random(n: number, m: number, lines: number, seed: number): HalfBilinear {
  const v = numbers(lines, seed + 4, { lo: -1, hi: -0.1 });
  return {
    constant: numbers(1, seed)[0],
    a: numbers(n, seed + 1),
    beta: numbers(m, seed + 2),
    B: numbers(m * n, seed + 3),
    lines: {
      h: numbers(lines, seed + 5),
      N: numbers(lines * n, seed + 6),
      min: v,
      max: new Float64Array(lines),
      slope: new Float64Array(lines),
      size: new Float64Array(lines).fill(n),
      scale: v.map(Math.abs),
    },
    ball: false,
    size: 10 * n * m,
    operations: n,
  };
}

Deno.test("bilinearMaximum bounds the greatest value, and no more than π/2 above what its bilinear form can be", () => {
  for (let seed = 0; seed < 30; seed++) {
    const of = random(7, 5, seed % 3, 10 * seed);
    const { value, bound } = maximum(of), exact = brute(of);
    assert(bound >= exact - 1e-12, `seed ${seed}: ${bound} below ${exact}`);
    // weak duality, and strong duality once converged
    assert(
      bound >= value - 1e-4 && bound <= value + 1e-2 * Math.abs(value),
      `seed ${seed}: ${value} ${bound}`,
    );
    assert(bound - of.constant <= Math.PI / 2 * (exact - of.constant) + 1 || of.lines.h.length > 0);
  }
});

Deno.test("bilinearMaximum bounds from above wherever it is stopped", () => {
  for (let seed = 0; seed < 20; seed++) {
    const of = random(6, 4, 2, 1000 + 10 * seed), exact = brute(of);
    for (const sweeps of [1, 2, 3, 8, 20]) {
      assert(maximum(of, { checks: [sweeps], goal: -Infinity }).bound >= exact - 1e-12);
    }
  }
});

Deno.test("bilinearMaximum over a ball is the length of the gradient where there is no q", () => {
  const of = { ...random(5, 0, 0, 3), ball: true };
  const length = Math.sqrt(of.a.reduce((sum, w) => sum + w * w, 0));
  assertAlmostEquals(maximum(of).bound, of.constant + length, 1e-5);
});

Deno.test("bilinearMaximum of one t and one q is exact", () => {
  // max of |b| + … over ±1: 2tq + t − q/2 is greatest at t = 1, q = 1
  const none = random(1, 1, 0, 0);
  const of = {
    ...none,
    constant: 0,
    a: Float64Array.of(1),
    beta: Float64Array.of(-0.5),
    B: Float64Array.of(2),
  };
  assertAlmostEquals(maximum(of).bound, 2.5, 1e-4);
});

/** The least eigenvalue of a symmetric matrix, by Jacobi's rotations. */
function leastEigenvalue(A: number[][]): number {
  const n = A.length;
  for (let pass = 0; pass < 30; pass++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(A[p][q]) < 1e-300) continue;
        const angle = 0.5 * Math.atan2(2 * A[p][q], A[q][q] - A[p][p]),
          c = Math.cos(angle),
          s = Math.sin(angle);
        for (let k = 0; k < n; k++) {
          [A[k][p], A[k][q]] = [c * A[k][p] - s * A[k][q], s * A[k][p] + c * A[k][q]];
        }
        for (let k = 0; k < n; k++) {
          [A[p][k], A[q][k]] = [c * A[p][k] - s * A[q][k], s * A[p][k] + c * A[q][k]];
        }
      }
    }
  }
  return Math.min(...A.map((row, i) => row[i]));
}

Deno.test("the dual of bilinearMaximum holds by the eigenvalues of the whole matrix, and adds up to the bound", () => {
  for (let seed = 0; seed < 20; seed++) {
    const of = { ...random(6, 4, seed % 4, 500 + 10 * seed), ball: seed % 2 === 1 };
    const { bound, dual } = maximum(of, { checks: [[3, 20, 100][seed % 3]], goal: -Infinity });
    const { slopes, q, t } = dual!, n = 6, m = 4;
    let constant = of.constant;
    const a = of.a.slice();
    slopes.forEach((slope, k) => {
      assert(slope >= of.lines.min[k] && slope <= of.lines.max[k]);
      constant += slope * of.lines.h[k];
      for (let i = 0; i < n; i++) a[i] += slope * of.lines.N[k * n + i];
    });
    // rows: the 1 of linear terms, each q, each t
    const S = Array.from({ length: 1 + m + n }, () => new Array(1 + m + n).fill(0));
    const put = (r: number, c: number, value: number) => S[r][c] = S[c][r] = value;
    q.forEach((value, u) => put(u, u, value));
    for (let i = 0; i < n; i++) put(1 + m + i, 1 + m + i, of.ball ? t[0] : t[i]);
    for (let u = 0; u < m; u++) put(0, 1 + u, -of.beta[u]);
    for (let i = 0; i < n; i++) put(0, 1 + m + i, -a[i]);
    for (let u = 0; u < m; u++) for (let i = 0; i < n; i++) put(1 + u, 1 + m + i, -of.B[u * n + i]);
    const half = [...q, ...t].reduce((sum, value) => sum + value / 2, 0);
    assert(leastEigenvalue(S) >= -1e-12, `seed ${seed}: ${leastEigenvalue(S)}`);
    assertAlmostEquals(bound, constant + half, 1e-9);
    assert(bound >= constant + half);
  }
});

const HIDDEN: readonly ChainLayer[] = [
  { type: "relu" },
  { type: "leakyRelu", slope: 0.25 },
  { type: "maxout", pieces: 2 },
  { type: "maxout", pieces: 3 },
];

for (const activation of HIDDEN) {
  const name = activation.type === "maxout" ? `maxout of ${activation.pieces}` : activation.type;
  for (const norm of ["Linf", "L2"] as const) {
    Deno.test(`halfBilinear and globalHalfBilinear bound score differences on random points: ${name}, ${norm}`, () => {
      for (let seed = 0; seed < 10; seed++) {
        const chain = chainOf([5, 8, 3], activation, seed), epsilon = [0.1, 0.5][seed % 2];
        const within = neighborhood(numbers(5, seed + 300), { norm, epsilon, box: { lo: -1, hi: 1 } });
        const path = boundChain(chain, within);
        const local = maximum(halfBilinear(chain, path, { label: 1, rival: 2 })).bound;
        const global = name === "maxout of 3"
          ? Infinity
          : maximum(globalHalfBilinear(chain, { label: 1, rival: 2, epsilon, norm })).bound;
        const at = (x: Float64Array) => scoresOf(chain, x)[2] - scoresOf(chain, x)[1];
        let greatest = -Infinity;
        for (const point of pointsIn(within, 2000, seed)) greatest = Math.max(greatest, at(point));
        assert(greatest <= local, `seed ${seed}: ${greatest} above ${local}`);
        assert(greatest <= at(within.x) + global);
      }
    });
  }
}

Deno.test("halfBilinear is tight on one hidden layer: within 10 % of the maximum over corners, on average", () => {
  let total = 0;
  for (let seed = 0; seed < 10; seed++) {
    const chain = chainOf([8, 12, 2], { type: "relu" }, seed);
    const within = neighborhood(numbers(8, seed + 300), { norm: "Linf", epsilon: 0.2 });
    const bound = maximum(halfBilinear(chain, boundChain(chain, within), { label: 0, rival: 1 })).bound;
    let reached = -Infinity;
    for (let corner = 0; corner < 256; corner++) {
      const x = within.x.map((_, i) => corner >> i & 1 ? within.hi[i] : within.lo[i]);
      reached = Math.max(reached, -marginOf(scoresOf(chain, x), 0));
    }
    const start = -marginOf(scoresOf(chain, within.x), 0);
    assert(bound >= reached, `${start} ${reached} ${bound}`);
    total += (bound - reached) / (reached - start) / 10;
  }
  assert(total < 0.1, `${total}`);
});

Deno.test("halfBilinear with the sign of a unit bounds the half where the unit has it, below the other half", () => {
  let apart = 0;
  for (let seed = 0; seed < 8; seed++) {
    const chain = chainOf([4, 5, 2], { type: "relu" }, seed), { W, b } = chain.layers[0] as LinearLayer;
    const within = neighborhood(numbers(4, seed + 11), { norm: "Linf", epsilon: 0.8 });
    const path = boundChain(chain, within), { lo, hi } = path.stages[0].before;
    for (let unit = 0; unit < 5; unit++) {
      if (lo[unit] >= 0 || hi[unit] <= 0) continue;
      const [off, on] = [false, true].map((sign) =>
        maximum(halfBilinear(chain, path, { label: 0, rival: 1, signs: new Map([[unit, sign]]) })).bound
      );
      let most = [-Infinity, -Infinity];
      for (const point of pointsIn(within, 2000, unit)) {
        const z = point.reduce((sum, v, i) => sum + W[unit * 4 + i] * v, b[unit]);
        const value = -marginOf(scoresOf(chain, point), 0);
        assert(value <= (z >= 0 ? on : off), `seed ${seed}, unit ${unit}`);
        most = z >= 0 ? [most[0], Math.max(most[1], value)] : [Math.max(most[0], value), most[1]];
      }
      // a bound of one half that is below a value in the other one: it knows which half it is
      if (off < most[1] || on < most[0]) apart++;
    }
  }
  assert(apart > 5, `${apart}`);
});

Deno.test("isPositive recognises positive definite matrices, and is never wrong near the border", () => {
  const n = 6, R = numbers(n * n, 3);
  const shifted = (by: number) => {
    const A = gram(R, n, n);
    for (let i = 0; i < n; i++) A[i * n + i] += by;
    return A;
  };
  assert(isPositive(shifted(1e-3), n, 0));
  // a rank of n − 1: the least eigenvalue is 0 up to rounding
  R.copyWithin((n - 1) * n, 0, n);
  for (const by of [0, -1e-15, -1e-12, -1e-6]) assert(!isPositive(shifted(by), n, 0), `${by}`);
  assert(isPositive(shifted(1e-9), n, 0));
  assert(!isPositive(shifted(1e-9), n, 2e-9));
});

Deno.test("gram is R·Rᵀ on and below the diagonal, for odd and even numbers of rows", () => {
  for (const m of [1, 2, 3, 6, 7]) {
    const R = numbers(m * 5, m), G = gram(R, m, 5);
    for (let u = 0; u < m; u++) {
      for (let v = 0; v <= u; v++) {
        let sum = 0;
        for (let i = 0; i < 5; i++) sum += R[u * 5 + i] * R[v * 5 + i];
        assertAlmostEquals(G[u * m + v], sum, 1e-14);
      }
    }
  }
});
