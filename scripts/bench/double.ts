/** The models in double precision, built from the reference kernels. @module */

import type { Batch, Tensors } from "../../src/mod.ts";
import * as reference from "../../tests/reference/mod.ts";

type Numbers = Float64Array<ArrayBuffer>;

/** A layer's parameters by name, and its passes. */
interface Layer {
  readonly parameters: Readonly<Record<string, { readonly value: Numbers; readonly gradient: Numbers }>>;
  forward(x: Numbers, rows: number): Numbers;
  /** Adds to the gradients; the gradient in the inputs of the last pass. */
  backward(dOut: Numbers, rows: number): Numbers;
}

/** A model: its tensors afterwards, or adversarial inputs. */
export interface Double {
  /** The tensors, in double, after a step of plain gradient descent. */
  step(batch: Batch, options: { rate: number; epsilon?: number; alpha?: number }): Record<string, Numbers>;
  /** x + ε·sign(∇J), clipped to the bounds if there are any. */
  fgsm(batch: Batch, epsilon: number, bounds?: readonly [number, number]): Numbers;
}

const known = new WeakMap<object, WeakMap<object, Map<string, unknown>>>();

/** What `compute` gives, computed once for these tensors, examples and `what`. */
export function memoize<T>(tensors: Tensors, { x: { data } }: Batch, what: string, compute: () => T): T {
  const byData = known.get(tensors) ?? new WeakMap();
  known.set(tensors, byData);
  const results: Map<string, T> = byData.get(data.buffer) ?? new Map();
  byData.set(data.buffer, results);
  const key = `${what} ${data.byteOffset} ${data.length}`;
  if (!results.has(key)) results.set(key, compute());
  return results.get(key)!;
}

/** The model with these tensors: linear, maxout, or RBF with diagonal precisions. */
export function double(tensors: Tensors): Double {
  const of = (name: string) => Float64Array.from(tensors[name].data as Float32Array);
  const isRbf = "mu" in tensors;
  const layers: Layer[] = isRbf
    ? [rbf(of("mu"), of("beta"), tensors.mu.shape)]
    : Object.keys(tensors).filter((name) => name.endsWith("W")).map((name) => {
      const { shape } = tensors[name];
      return linear(name.slice(0, -1), of(name), of(name.replace("W", "b")), shape);
    });

  const scoresOf = (x: Numbers, rows: number) => layers.reduce((h, layer) => layer.forward(h, rows), x);
  const backward = (dScores: Numbers, rows: number) =>
    layers.reduceRight((d, layer) => layer.backward(d, rows), dScores);
  const inputs = ({ x }: Batch) => Float64Array.from(x.data);

  const pass = (x: Numbers, { labels }: Batch, weight: number) => {
    const rows = labels.length, scores = scoresOf(x, rows), dScores = new Float64Array(scores.length);
    const loss = isRbf ? reference.exponentialLoss : reference.softmaxLoss;
    const numbers = Float64Array.from(labels);
    loss(new Float64Array(rows), dScores, scores, numbers, weight / rows, rows, scores.length / rows);
    return backward(dScores, rows);
  };

  function fgsm(batch: Batch, epsilon: number, [lo, hi] = [-Infinity, Infinity]): Numbers {
    const x = inputs(batch), { rows, cols } = batch.x;
    const dX = pass(x, batch, 1);
    const budget = new Float64Array(cols).fill(epsilon);
    reference.signStep(x, x, dX, budget, lo, hi, rows, cols);
    return x;
  }

  function step(
    batch: Batch,
    { rate, epsilon, alpha = 0.5 }: { rate: number; epsilon?: number; alpha?: number },
  ) {
    const xAdv = epsilon === undefined ? undefined : fgsm(batch, epsilon);
    const all = Object.assign({}, ...layers.map(({ parameters }) => parameters)) as Layer["parameters"];
    for (const { gradient } of Object.values(all)) gradient.fill(0);
    pass(inputs(batch), batch, xAdv ? alpha : 1);
    if (xAdv) pass(xAdv, batch, 1 - alpha);
    for (const { value, gradient } of Object.values(all)) {
      reference.sgdStep(value, new Float64Array(value.length), gradient, rate, 0, 0, 0, value.length);
    }
    if (all.rho) reference.softplusForward(all.rho.value, all.rho.value, all.rho.value.length);
    return Object.fromEntries(
      Object.entries(all).map(([name, { value }]) => [name === "rho" ? "beta" : name, value]),
    );
  }
  return { fgsm, step };
}

const parameter = (value: Numbers) => ({ value, gradient: new Float64Array(value.length) });

/** x·Wᵀ + b; of W (P, U, D) the greatest of the pieces. */
function linear(name: string, W: Numbers, b: Numbers, shape: readonly number[]): Layer {
  const [outputs, inputs] = [b.length, W.length / b.length];
  const [pieces, units] = shape.length === 3 ? shape : [1, outputs];
  const [weights, bias] = [parameter(W), parameter(b)];
  let x: Numbers, winner: Numbers;
  return {
    parameters: { [`${name}W`]: weights, [`${name}b`]: bias },
    forward(given, rows) {
      const z = new Float64Array(rows * outputs), h = new Float64Array(rows * units);
      [x, winner] = [given, new Float64Array(rows * units)];
      reference.gemmNT(z, x, W, 0, rows, outputs, inputs);
      reference.addBias(z, b, rows, outputs);
      reference.maxoutForward(h, winner, z, rows, units, pieces);
      return h;
    },
    backward(dH, rows) {
      const dZ = new Float64Array(rows * outputs), dX = new Float64Array(rows * inputs);
      reference.maxoutBackward(dZ, dH, winner, rows, units, pieces);
      reference.gemmTN(weights.gradient, dZ, x, 1, outputs, inputs, rows);
      reference.columnSums(bias.gradient, dZ, 1, rows, outputs);
      reference.gemmNN(dX, dZ, W, 0, rows, inputs, outputs);
      return dX;
    },
  };
}

/** −Σ β (x − μ)², trained by ρ with β = log(1 + e^ρ). */
function rbf(mu: Numbers, beta: Numbers, [classes, inputs]: readonly number[]): Layer {
  const [centers, rho] = [parameter(mu), parameter(beta.map((value) => Math.log(Math.expm1(value))))];
  let x: Numbers;
  return {
    parameters: { mu: centers, rho },
    forward(given, rows) {
      const scores = new Float64Array(rows * classes);
      reference.rbfForward(scores, x = given, mu, beta, rows, classes, inputs);
      return scores;
    },
    backward(dScores, rows) {
      const dX = new Float64Array(rows * inputs), dBeta = new Float64Array(beta.length);
      reference.rbfParameters(centers.gradient, dBeta, dScores, x, mu, beta, 1, rows, classes, inputs);
      reference.softplusBackward(dBeta, dBeta, beta, beta.length);
      dBeta.forEach((d, i) => rho.gradient[i] += d);
      reference.rbfBackward(dX, dScores, x, mu, beta, rows, classes, inputs);
      return dX;
    },
  };
}
