import { assert, assertAlmostEquals } from "@std/assert";
import "../src/runtime/inlined.ts";
import { divergence } from "../src/divergence.ts";
import { type HeadName, heads } from "../src/heads.ts";
import { type Matrix, matrix } from "../src/matrix.ts";
import { fillUniform, rng } from "../src/rng.ts";

const B = 5, C = 4;

/** Scores, (B, S), as a head may have them. */
function scoresOf(name: HeadName, seed: number): Matrix {
  const m = matrix(B, heads[name].width(name === "binary" ? 2 : C));
  fillUniform(m, rng(seed), name === "exponential" ? { lo: -3, hi: -0.05 } : { lo: -3, hi: 3 });
  return m;
}

/** The probabilities of one row in double precision: of a distribution, or of independent classes. */
function probabilities(name: HeadName, s: readonly number[]): number[] {
  if (name === "softmax") {
    const sum = s.reduce((a, each) => a + Math.exp(each), 0);
    return s.map((each) => Math.exp(each) / sum);
  }
  return s.map((each) => name === "exponential" ? Math.exp(each) : 1 / (1 + Math.exp(-each)));
}

/** The definition, in double precision. */
function reference(name: HeadName, s: readonly number[], t: readonly number[]): number {
  const [p, q] = [probabilities(name, s), probabilities(name, t)];
  return p.reduce((sum, a, c) => {
    const own = a * Math.log(a / q[c]);
    return sum + own + (name === "softmax" ? 0 : (1 - a) * Math.log((1 - a) / (1 - q[c])));
  }, 0);
}

const row = (m: Matrix, i: number) => Array.from(m.data.subarray(i * m.cols, (i + 1) * m.cols));

function outputs(scores: Matrix, scale?: number) {
  const of = () => matrix(scores.rows, scores.cols);
  return { loss: matrix(scores.rows, 1), dScores: of(), dOthers: of(), scale };
}

for (const name of ["softmax", "sigmoid", "exponential", "binary"] as const) {
  Deno.test(`divergence() of ${name} is its definition, and so are both gradients`, () => {
    const [s, t] = [scoresOf(name, 1), scoresOf(name, 2)];
    const out = outputs(s, 2);
    divergence(heads[name], out, s, t);
    for (let i = 0; i < B; i++) {
      const [a, b] = [row(s, i), row(t, i)];
      assertAlmostEquals(out.loss.data[i], reference(name, a, b), 1e-5);
      a.forEach((_, j) => {
        const h = 1e-5;
        const moved = (list: number[], by: number) => list.map((value, k) => k === j ? value + by : value);
        const inScores = (reference(name, moved(a, h), b) - reference(name, moved(a, -h), b)) / (2 * h);
        const inOthers = (reference(name, a, moved(b, h)) - reference(name, a, moved(b, -h))) / (2 * h);
        assertAlmostEquals(out.dScores.data[i * s.cols + j], 2 * inScores, 2e-5, `${name} scores ${i} ${j}`);
        assertAlmostEquals(out.dOthers.data[i * s.cols + j], 2 * inOthers, 2e-4, `${name} others ${i} ${j}`);
      });
    }
  });

  Deno.test(`divergence() of ${name} from itself is 0, with gradients 0`, () => {
    const s = scoresOf(name, 3);
    const out = outputs(s);
    divergence(heads[name], out, s, s);
    for (const { data } of [out.loss, out.dScores, out.dOthers]) {
      for (const value of data) assertAlmostEquals(value, 0, 1e-6);
    }
  });

  Deno.test(`divergence() of ${name} stays finite where probabilities round to 0 or 1`, () => {
    const far = matrix(2, heads[name].width(name === "binary" ? 2 : C));
    const near = matrix(2, far.cols);
    for (let i = 0; i < far.data.length; i++) {
      far.data[i] = name === "exponential" ? -80 * (i % 2) : 80 * (i % 2 ? 1 : -1);
      near.data[i] = name === "exponential" ? -80 * ((i + 1) % 2) : -far.data[i];
    }
    const out = outputs(far);
    divergence(heads[name], out, far, near);
    for (const { data } of [out.loss, out.dScores, out.dOthers]) assert(data.every(Number.isFinite), name);
    assert(out.loss.data[0] > 10);
  });
}
