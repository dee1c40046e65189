/** Models once more, from their tensors, in plain loops in double. */

import type { Batch } from "../../src/data/batch.ts";
import type { Tensors } from "../../src/graph/steps.ts";
import { type Matrix, rowsOf } from "../../src/matrix.ts";
import { graphInDouble } from "../graph/reference.ts";
import { examplesFor, mostlyZero, type Specimen } from "./specimens.ts";

/** The sum of numbers, in double. */
export const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

type Scores = (
  tensors: Tensors,
  x: ArrayLike<number>,
  winners: number[],
  config: Readonly<Record<string, unknown>>,
) => number[];

/** The public contract of the tensors: scores of one example, in double, for hosts in other languages. */
const inPlainLoops: Record<string, Scores> = {
  softmaxLinear: ({ W, b }, x) => affine(W.data, b.data, x),
  logistic: ({ W, b }, x) => affine(W.data, b.data, x),
  maxout(tensors, x, winners) {
    let h = Array.from(x);
    for (let layer = 0; `layer${layer}.W` in tensors; layer++) {
      const { shape: [pieces, units], data } = tensors[`layer${layer}.W`];
      const z = affine(data, tensors[`layer${layer}.b`].data, h);
      h = Array.from({ length: units }, (_, u) => {
        const own = Array.from({ length: pieces }, (_, p) => z[p * units + u]);
        winners.push(own.indexOf(Math.max(...own)));
        return Math.max(...own);
      });
    }
    return affine(tensors["top.W"].data, tensors["top.b"].data, h);
  },
  rbf: (tensors, x) => radial(tensors, x),
  mpDbm(tensors, x, _, { iterations, inputShare }) {
    const named = (end: string) => Object.keys(tensors).filter((name) => name.endsWith(end));
    const W = named(".W").map((name) => tensors[name]);
    const b = ["inputs.b", ...named(".b").filter((name) => name !== "inputs.b")]
      .map((name) => tensors[name].data);
    const top = W.length;
    const h = b.map((bias) => Array<number>(bias.length).fill(0));
    const z = (l: number, fromBelow: number) =>
      h[l].map((_, i) => {
        const n = h[l - 1]?.length;
        const below = l > 0 ? sum(h[l - 1].map((value, j) => W[l - 1].data[i * n + j] * value)) : 0;
        const above = l < top ? sum(h[l + 1].map((value, j) => W[l].data[j * h[l].length + i] * value)) : 0;
        return b[l][i] + fromBelow * below + above;
      });
    const settled = (l: number, values: number[]) => {
      if (l === top) return softmaxOf(values);
      const p = values.map((value) => 1 / (1 + Math.exp(-value))), share = inputShare as number;
      return l === 0 ? p.map((value, i) => share * x[i] + (1 - share) * value) : p;
    };
    for (let l = 0; l <= top; l++) h[l] = settled(l, z(l, l < top ? 2 : 1));
    let scores: number[] = [];
    for (let t = 0; t < (iterations as number); t++) {
      for (const first of [1, 0]) {
        for (let l = first; l <= top; l += 2) {
          const values = z(l, 1);
          if (l === top) scores = values;
          h[l] = settled(l, values);
        }
      }
    }
    return scores;
  },
  classRbm(tensors, x) {
    const [W, b, U, d] = ["hidden.W", "hidden.b", "top.W", "top.b"].map((name) => tensors[name].data);
    const z = affine(W, b, x);
    const softplus = (value: number) => Math.log1p(Math.exp(-Math.abs(value))) + Math.max(value, 0);
    return Array.from(d, (bias, c) => bias + sum(z.map((value, j) => softplus(value + U[c * z.length + j]))));
  },
  deepRbf({ mu, beta, ...hidden }, x) {
    let h = Array.from(x);
    for (let layer = 0; `layer${layer}.mu` in hidden; layer++) {
      const units = { mu: hidden[`layer${layer}.mu`], beta: hidden[`layer${layer}.beta`] };
      h = radial(units, h).map(Math.exp);
    }
    return radial({ mu, beta }, h);
  },
};

function softmaxOf(scores: number[]): number[] {
  const e = scores.map((score) => Math.exp(score - Math.max(...scores)));
  return e.map((value) => value / sum(e));
}

/** Log probabilities of RBF units. */
export function radial({ mu, beta, factor }: Tensors, x: ArrayLike<number>): number[] {
  const [classes, inputs] = mu.shape, rank = factor?.shape[1] ?? 0;
  return Array.from({ length: classes }, (_, c) => {
    const d = Array.from(x, (value, i) => value - mu.data[c * inputs + i]);
    let exponent = sum(d.map((value, i) => beta.data[c * inputs + i] * value ** 2));
    for (let r = 0; r < rank; r++) {
      exponent += sum(d.map((value, i) => factor.data[(c * rank + r) * inputs + i] * value)) ** 2;
    }
    return -exponent;
  });
}

/** x·Wᵀ + b. */
export function affine(W: ArrayLike<number>, b: ArrayLike<number>, x: ArrayLike<number>): number[] {
  return Array.from(b, (bias, c) => bias + sum(Array.from(x, (value, i) => W[c * x.length + i] * value)));
}

/** Scores of all examples. */
export function scoresInPlainLoops(specimen: Specimen, tensors: Tensors, x: Matrix): number[] {
  return Array.from({ length: x.rows }, (_, b) => evaluate(specimen, tensors, rowsOf(x, b, b + 1)).scores)
    .flat();
}

/** Which side of every kink the examples lie on, such as the winners of maxout units: while that stays, a model is smooth. */
export function kinksOf(specimen: Specimen, tensors: Tensors, x: Matrix): number[] {
  return Array.from({ length: x.rows }, (_, b) => evaluate(specimen, tensors, rowsOf(x, b, b + 1)).kinks)
    .flat();
}

/** A family without loops of its own here goes by its graph. */
function evaluate(
  { family }: Specimen,
  tensors: Tensors,
  { data }: Matrix,
): { scores: number[]; kinks: number[] } {
  const own = inPlainLoops[family.name], kinks: number[] = [];
  if (!own) return graphInDouble(family.graph, tensors, data);
  return { scores: own(tensors, data, kinks, family.config), kinks };
}

/**
 * Few examples, and the same with most inputs 0, at which a step of `step` in any input or parameter crosses no kink: what
 * central differences need.
 */
export function smoothExamples(specimen: Specimen, step: number): Batch[] {
  const { family, tensors } = specimen;
  const copy = Object.fromEntries(
    Object.entries(tensors).map((
      [name, { shape, data }],
    ) => [name, { shape, data: Float32Array.from(data) }]),
  );
  for (let seed = 3; seed < 200; seed++) {
    const dense = examplesFor(family, 4, { seed });
    const both = [dense, mostlyZero(dense)];
    const crosses = both.some(({ x }) => {
      const before = kinksOf(specimen, copy, x).join();
      return before !== "" &&
        [x, ...Object.values(copy)].some(({ data }) =>
          data.some((value, i) =>
            [-step, step].some((moved) => {
              data[i] = value + moved;
              const after = kinksOf(specimen, copy, x).join();
              data[i] = value;
              return after !== before;
            })
          )
        );
    });
    if (!crosses) return both;
  }
  throw new Error(`${specimen.name} has a kink near everything`);
}
