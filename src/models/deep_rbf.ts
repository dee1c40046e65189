import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import { slice } from "../data/batch.ts";
import { exponential } from "../heads.ts";
import { exp, multiply } from "../kernels/elementwise.ts";
import { rbfForward, type RbfUnits } from "../kernels/rbf.ts";
import type { Workspace } from "../runtime/workspace.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import { fillUniform, type Rng } from "../rng.ts";
import { asMatrix, checkSizes, type Family, type Tensors } from "./family.ts";
import { type Layer, network } from "./network.ts";
import { classMeans } from "./rbf.ts";
import { rbfLayer } from "./rbf_layer.ts";

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
export function deepRbf({ inputs, classes, units = [100] }: DeepRbfOptions): Family {
  checkSizes("deepRbf", { inputs, ...Object.fromEntries(units.map((count, i) => [`units[${i}]`, count])) });
  checkSizes("deepRbf", { classes }, 2);
  const names = [...units.map((_, i) => `layer${i}.`), ""];
  const widths = [inputs, ...units, classes];
  const shapes = Object.fromEntries(names.flatMap((name, i) => {
    const shape = [widths[i + 1], widths[i]];
    return [[`${name}mu`, shape], [`${name}beta`, shape]];
  }));

  return {
    name: "deepRbf",
    inputs,
    classes,
    head: exponential,
    config: { inputs, classes, units },
    shapes,
    recipe: { optimizer: { name: "adam", learningRate: 0.002 }, batchSize: 200 },
    initial(from, data) {
      let below = data && slice(data, 0, SAMPLE);
      const layers = names.map((name, i) => {
        const top = i === units.length;
        const mu = top && below
          ? classMeans(below)
          : centers(widths[i + 1], widths[i], { from, name, below });
        const beta = matrix(mu.rows, mu.cols).data.fill(below ? precision(mu, below.x) : WITHOUT_DATA);
        if (below) {
          below = { ...below, x: activations(below.x, { mu, beta: matrix(mu.rows, mu.cols, beta) }) };
        }
        return [[`${name}mu`, { shape: shapes[`${name}mu`], data: mu.data }], [`${name}beta`, {
          shape: shapes[`${name}beta`],
          data: beta,
        }]];
      });
      return Object.fromEntries(layers.flat());
    },
    network: (tensors) =>
      network((workspace) =>
        names.flatMap((name, i) => {
          const [mu, beta] = ["mu", "beta"].map((own) => asMatrix(tensors[`${name}${own}`], widths[i + 1]));
          const bad = beta.data.findIndex((value) => !(value >= 0));
          if (bad >= 0) {
            throw new InputError(
              "value",
              `make a deepRbf model with ${name}beta ${beta.data[bad]}`,
              "must be ≥ 0",
            );
          }
          const layer = rbfLayer(workspace, name, { mu, beta });
          return i < units.length ? [layer, exponentialLayer(workspace, name)] : [layer];
        })
      ),
    tensors({ layers }) {
      const quadratic = layers.filter((layer) => layer.parameters.length > 0);
      return Object.fromEntries(names.flatMap((name, i) => {
        const { parameters: [mu], beta } = quadratic[i] as ReturnType<typeof rbfLayer>;
        const tensor = (own: string, { data }: Matrix) =>
          [`${name}${own}`, { shape: shapes[`${name}${own}`], data: data.slice() }] as const;
        return [tensor("mu", mu.value), tensor("beta", beta)];
      })) satisfies Tensors;
    },
  };
}

/** h = eˢ, which is its own derivative. */
function exponentialLayer(workspace: Workspace, name: string): Layer {
  return {
    parameters: [],
    forward(s) {
      const h = workspace.matrix(`${name}h`, s.rows, s.cols);
      exp(h, s);
      return h;
    },
    backward(dH, s, { inputs }) {
      if (!inputs) return;
      const dS = workspace.matrix(`${name}dS`, s.rows, s.cols);
      multiply(dS, [dH, workspace.matrix(`${name}h`, s.rows, s.cols)]);
      return dS;
    },
  };
}

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
