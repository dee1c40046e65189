/** Deep RBF network: its options, graph, first weights and recipe. @module */

import { type Batch, slice } from "../data/batch.ts";
import { exp } from "../kernels/elementwise.ts";
import { rbfForward, type RbfUnits } from "../kernels/rbf.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import { fillUniform, type Rng } from "../rng.ts";
import { integers } from "../schema.ts";
import { exp as expOp } from "../ops/exp.ts";
import { rbf } from "../ops/rbf.ts";
import { builtIn, type FamilyKind, SIZES } from "./family.ts";
import { rbfNode } from "./nodes.ts";
import { classMeans } from "./rbf.ts";

/** Sizes of a deep RBF network. */
export interface DeepRbfOptions {
  /** Number of inputs, D. */
  inputs: number;
  /** Number of classes, C, at least 2. */
  classes: number;
  /** Units of each hidden layer, U; default [100]. */
  units?: readonly number[];
}

/** Precisions start at this times the reciprocal of the mean squared distance between centers and examples. */
const INITIAL_EXPONENT = 2;
/** Examples that settle where a layer starts. */
const SAMPLE = 1000;
/** Precision of a layer that starts without examples. */
const WITHOUT_DATA = 1;

/**
 * The family of deep RBF networks: hidden layers of units h = exp(−Σ β (x − μ)²), and a shallow RBF network on
 * top: `layerN.mu`, `layerN.beta` (U, D), then `mu`, `beta` (C, U). The paper (section 7) found such networks hard
 * to train: those with quadratic inhibition enough to resist kept a high training error.
 *
 * Hidden centers start at training examples drawn at random, those of the top at the means of the classes; all
 * precisions of a layer start alike, such that its units neither vanish nor saturate.
 *
 * @throws {InputError} if a size is not a whole number ≥ 1
 */
export const deepRbf: FamilyKind<DeepRbfOptions> = builtIn<DeepRbfOptions>()({
  name: "deepRbf",
  summary: "A deep RBF network, hidden layers of exponential-quadratic units below a shallow one",
  options: {
    ...SIZES,
    units: integers("Units of each hidden layer", { default: [100], min: 1 }),
  },
  ops: { exp: expOp, rbf },
  make({ inputs, classes, units }) {
    const names = [...units.map((_, i) => `layer${i}.`), ""];
    const widths = [inputs, ...units, classes];
    return {
      graph: {
        input: inputs,
        nodes: names.flatMap((name, i) => {
          const node = rbfNode(name, i === 0 ? "input" : `layer${i - 1}`, { units: widths[i + 1] });
          return i === units.length
            ? [node]
            : [node, { id: `layer${i}`, op: "exp", from: [node.id] } as const];
        }),
        head: "exponential",
      },
      recipe: { optimizer: { name: "adam", learningRate: 0.002 }, batchSize: 200 },
      initial(from, data) {
        let below = data && slice(data, 0, SAMPLE);
        return Object.fromEntries(names.flatMap((name, i) => {
          const top = i === units.length;
          const mu = top && below
            ? classMeans(below, classes)
            : centers(widths[i + 1], widths[i], { from, name, below });
          const beta = matrix(mu.rows, mu.cols);
          beta.data.fill(below ? precision(mu, below.x) : WITHOUT_DATA);
          if (below) below = { ...below, x: activations(below.x, { mu, beta }) };
          return [[`${name}mu`, mu], [`${name}beta`, beta]];
        }));
      },
    };
  },
});

/** Rows of the examples drawn at random, or of numbers in 0 … 1 where there are none. */
function centers(
  rows: number,
  cols: number,
  { from, name, below }: { from: Rng; name: string; below?: Batch },
): Matrix {
  const mu = matrix(rows, cols);
  const random = from.split(`${name}mu`);
  if (!below) fillUniform(mu, random, { lo: 0, hi: 1 });
  else {
    const order = random.permutation(below.x.rows);
    for (let u = 0; u < rows; u++) {
      const b = order[u % order.length];
      mu.data.set(rowsOf(below.x, b, b + 1).data, u * cols);
    }
  }
  return mu;
}

/** The precision with which the mean exponent of units at `mu` over the examples `x` is `INITIAL_EXPONENT`. */
function precision(mu: Matrix, x: Matrix): number {
  const beta = matrix(mu.rows, mu.cols, new Float32Array(mu.data.length).fill(1));
  const scores = matrix(x.rows, mu.rows);
  rbfForward(scores, x, { mu, beta });
  const mean = -scores.data.reduce((sum, value) => sum + value, 0) / scores.data.length;
  return mean > 0 ? INITIAL_EXPONENT / mean : WITHOUT_DATA;
}

function activations(x: Matrix, units: RbfUnits): Matrix {
  const h = matrix(x.rows, units.mu.rows);
  rbfForward(h, x, units);
  exp(h, h);
  return h;
}
