/** A small world to run experiments in, and what they measure computed again: plain loops in double precision. */

import { type Batch, batch, select } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { classRbm, deepRbf, logistic, maxout, mpDbm, rbf, softmaxLinear } from "../../src/models/mod.ts";
import type { Family } from "../../src/models/family.ts";
import { type Model, model } from "../../src/models/model.ts";
import { budgets } from "../../src/paper/budgets.ts";
import type { Experiment, ExperimentContext } from "../../src/paper/experiment.ts";
import { ordinaryTensors } from "../models/specimens.ts";
import { uniformMatrix } from "../support.ts";

/** Pixels of the images, 28 × 28 for the experiment that asks for as many. */
export const SIDE = 4;

/** What weights of the top layer are multiplied by, so that some probabilities of the softmax round to 1. */
const SCALE = 16;

/** A vector of doubles, and rows of them. */
export type Row = readonly number[];

/** Examples as rows. */
export interface Rows {
  readonly x: readonly Row[];
  readonly y: readonly number[];
}

/** What is known of a small run: models by trained name, and examples. */
export interface World {
  readonly context: ExperimentContext;
  readonly test: Rows;
  readonly train: Rows;
  /** The trained model of that name. */
  of(name: string): Model;
}

/** The family that stands for a trained name, in a size for tests. */
function familyFor(name: string, inputs: number): Family {
  const sizes = { inputs, classes: 10 };
  if (name.startsWith("pooledSoftmax")) {
    return softmaxLinear({ ...sizes, inputs: inputs / Number(name.split("-")[1]) ** 2 });
  }
  if (name === "softmax") return softmaxLinear(sizes);
  if (/logistic/i.test(name)) return logistic({ inputs });
  if (name === "rbf") return rbf(sizes);
  if (name.startsWith("deepRbf")) return deepRbf({ ...sizes, units: [5] });
  if (name === "mpDbm") return mpDbm({ ...sizes, units: [6, 5], iterations: 2 });
  if (name === "classRbm") return classRbm({ ...sizes, hidden: 6 });
  const head = ["sigmoidMaxout", "rubbishMaxout"].includes(name) ? "sigmoid" : "softmax";
  return maxout({ ...sizes, units: [6, 5], pieces: 2, head });
}

/** What the models of the small world take most inputs for. */
const FAVOURITE = 5;

/**
 * Models that differ by their name alone, and labels that most of them get right; networks with their favourite class exchanged for
 * `favourite`.
 */
export function worldFor(experiment: Experiment, side = SIDE, { favourite = FAVOURITE } = {}): World {
  const inputs = side * side;
  const built = new Map<string, Model>();
  const budget = budgets.quick;
  const names = [...new Set(["maxout", ...experiment.models(budget)])];
  names.forEach((name, i) => {
    const family = familyFor(name, inputs);
    const tensors = ordinaryTensors(family);
    // each its own parameters: the same as the first with something added, so that examples carry over
    const changed = Object.fromEntries(
      Object.entries(tensors).map(([key, { shape, data }], t) => {
        const range = layered(family) ? { lo: 0.7, hi: 1.3 } : { lo: 0.1, hi: 2 };
        const noise = uniformMatrix(1, data.length, 1000 * i + t, range).data;
        // some probabilities of the softmax must round to 1
        const scale = key === "top.W" && family.head.name === "softmax" ? SCALE : 1;
        const own = data.map((v, j) => v * noise[j] * scale) as Float32Array;
        return [key, { shape, data: key.startsWith("top.") ? exchanged(own, favourite) : own }];
      }),
    );
    built.set(name, model(family, { tensors: changed, record: { epochs: "3" } }));
  });
  const of = (name: string) => built.get(name)!;
  const examples = (rows: number, seed: number): Batch => {
    const x = uniformMatrix(rows, inputs, seed, { lo: 0, hi: 1 });
    const answers = doubles(x).map((row) => argmax(forward(of("maxout"), row)));
    // all classes, and some labels that the model does not give
    const labels = answers.map((c, i) => i % 3 === 0 ? i % 10 : c);
    return { ...batch({ x, labels: Int32Array.from(labels), classes: 10 }) };
  };
  const [test, train] = [examples(120, 5), examples(140, 6)];
  return {
    context: {
      all: train,
      train,
      validation: select(train, [0, 1, 2]),
      test,
      seed: 9,
      budget,
      names: experiment.models(budget),
      model: (name) => Promise.resolve(of(name)),
      progress: () => {},
    },
    test: rowsOf(test),
    train: rowsOf(train),
    of,
  };
}

/** Weights of ten classes, those of the favourite class and of another exchanged. */
function exchanged(weights: Float32Array, other: number): Float32Array {
  const length = weights.length / 10;
  const rows = Array.from({ length: 10 }, (_, c) => weights.slice(c * length, (c + 1) * length));
  [rows[FAVOURITE], rows[other]] = [rows[other], rows[FAVOURITE]];
  return Float32Array.from(rows.flatMap((row) => Array.from(row)));
}

/** `x` as rows of doubles. */
export function doubles({ rows, cols, data }: { rows: number; cols: number; data: Float32Array }): Row[] {
  return Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * cols, (i + 1) * cols)));
}

function rowsOf({ x, labels }: Batch): Rows {
  return { x: doubles(x), y: Array.from(labels) };
}

/** The rows as examples of the library. */
export function asBatch({ x, y }: Rows, classes = 10): Batch {
  return batch({ x: matrix(x.length, x[0].length, x.flat()), labels: Int32Array.from(y), classes });
}

/** The greatest value's place, of equals the first. */
export function argmax(values: Row): number {
  return values.reduce((best, value, i) => value > values[best] ? i : best, 0);
}

export const mean = (values: Row) => values.reduce((sum, value) => sum + value, 0) / values.length;
export const share = (flags: readonly boolean[]) => 100 * flags.filter(Boolean).length / flags.length;

const dot = (a: Row | Float32Array, b: Row) => b.reduce((sum, value, i) => sum + value * a[i], 0);

/** Whether a family is computed again here, weight by weight. */
function layered({ name }: Family): boolean {
  return ["softmaxLinear", "logistic", "maxout"].includes(name);
}

/** The scores of one input: of softmax regression and maxout from their tensors, of others as the model gives them. */
export function forward(of: Model, x: Row): Row {
  const linear = layers(of);
  if (!linear) return Array.from(of.scores(matrix(1, x.length, [...x])).data);
  return run(linear, x).at(-1)!.out;
}

interface Layer {
  /** Weights by piece, then unit. */
  readonly W: readonly (readonly Row[])[];
  readonly b: readonly Row[];
}

const known = new WeakMap<Model, Layer[]>();

/** The layers of softmax regression, logistic regression and maxout, the top one last. */
function layers(of: Model): Layer[] | undefined {
  if (!known.has(of)) {
    const read = readLayers(of);
    if (!read) return undefined;
    known.set(of, read);
  }
  return known.get(of);
}

function readLayers(of: Model): Layer[] | undefined {
  if (!layered(of.family)) return undefined;
  const tensors = of.tensors();
  const stems = Object.keys(tensors).filter((key) => key.endsWith("W")).map((key) => key.slice(0, -1));
  return stems.map((stem) => {
    const { shape, data } = tensors[`${stem}W`];
    const [pieces, units, inputs] = shape.length === 3 ? shape : [1, ...shape];
    const at = (p: number, u: number) => (p * units + u) * inputs;
    return {
      W: Array.from(
        { length: pieces },
        (_, p) =>
          Array.from({ length: units }, (_, u) => Array.from(data.subarray(at(p, u), at(p, u) + inputs))),
      ),
      b: Array.from(
        { length: pieces },
        (_, p) => Array.from(tensors[`${stem}b`].data.subarray(p * units, (p + 1) * units)),
      ),
    };
  });
}

/** What each layer gives, and which piece won. */
function run(all: readonly Layer[], x: Row): { out: number[]; won: number[] }[] {
  const steps: { out: number[]; won: number[] }[] = [];
  let h = x;
  for (const { W, b } of all) {
    const pieces = W.map((units, p) => units.map((w, u) => dot(w, h) + b[p][u]));
    const won = pieces[0].map((_, u) => argmax(pieces.map((piece) => piece[u])));
    steps.push({ out: won.map((p, u) => pieces[p][u]), won });
    h = steps.at(-1)!.out;
  }
  return steps;
}

/** The first hidden layer of a maxout network. */
export function firstLayer(of: Model, x: Row): Row {
  return run(layers(of)!, x)[0].out;
}

/** The gradient in x of Σ d·scores, of softmax regression, logistic regression and maxout. */
export function backward(of: Model, x: Row, d: Row): Row {
  const all = layers(of)!;
  const steps = run(all, x);
  let back = [...d];
  for (let layer = all.length - 1; layer >= 0; layer--) {
    const { W } = all[layer];
    const { won } = steps[layer];
    back = W[0][0].map((_, i) => back.reduce((sum, value, u) => sum + value * W[won[u]][u][i], 0));
  }
  return back;
}

/** The probability of each class. */
export function probabilities(of: Model, x: Row): Row {
  const scores = forward(of, x);
  if (of.head.name === "sigmoid") return scores.map((s) => 1 / (1 + Math.exp(-s)));
  if (of.head.name === "exponential") return scores.map(Math.exp);
  if (of.head.name === "binary") return [1 / (1 + Math.exp(scores[0])), 1 / (1 + Math.exp(-scores[0]))];
  const top = Math.max(...scores);
  const powers = scores.map((s) => Math.exp(s - top));
  return powers.map((p) => p / powers.reduce((a, b) => a + b));
}

/** The direction in the scores in which the loss rises; in float32 as rounding of the probabilities leaves it. */
function direction(of: Model, x: Row, y: number, float32: boolean): Row {
  const p = probabilities(of, x);
  if (of.head.name === "binary") return [y === 1 ? -1 : 1];
  if (of.head.name === "sigmoid") return p.map((value, c) => value - (c === y ? 1 : 0));
  if (float32) return single(Array.from(of.scores(matrix(1, x.length, [...x])).data), y);
  const others = p.reduce((sum, value, c) => c === y ? sum : sum + value, 0);
  return p.map((value, c) => c === y ? -others : value);
}

/** Softmax less the label, each step rounded to single precision. */
function single(scores: Row, y: number): Row {
  const round = Math.fround;
  const top = Math.max(...scores);
  const powers = scores.map((s) => round(Math.exp(round(s - top))));
  const sum = powers.reduce((a, b) => round(a + b));
  return powers.map((p, c) => round(round(p / sum) - (c === y ? 1 : 0)));
}

/** x + ε·sign(∇ₓ loss). */
export function step(of: Model, x: Row, y: number, epsilon = 0.25, { float32 = false } = {}): Row {
  const g = backward(of, x, direction(of, x, y, float32));
  return x.map((value, i) => value + epsilon * Math.sign(g[i]));
}

/** All rows, moved by the attack on `of`. */
export function attacked(of: Model, { x, y }: Rows, epsilon = 0.25, options = {}): Rows {
  return { x: x.map((row, i) => step(of, row, y[i], epsilon, options)), y };
}

/** The class that a model gives. */
export function answer(of: Model, x: Row): number {
  return argmax(probabilities(of, x));
}

/** Percent of the rows that a model gets wrong. */
export function errorOf(of: Model, { x, y }: Rows): number {
  return share(x.map((row, i) => answer(of, row) !== y[i]));
}

/** Mean greatest probability in percent: on all rows, or on those that the model gets wrong. */
export function confidenceOf(of: Model, { x, y }: Rows, { onMistakes = false } = {}): number {
  const chosen = x.filter((row, i) => !onMistakes || answer(of, row) !== y[i]);
  return 100 * mean(chosen.map((row) => Math.max(...probabilities(of, row))));
}
