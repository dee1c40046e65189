/** One example, the attack on it, and every model's predictions. @module */

import { type Batch, batch, type Matrix, matrix, type Model, pgd, predict, signNoise } from "../../mod.ts";
import { lossDirection } from "../../loss.ts";
import { certifiedRadius } from "../../certify/radius.ts";
import { InputError } from "../../errors.ts";
import type {
  AttackResult,
  Curves,
  Params,
  Prediction,
  Predictions,
  Smallest,
  Subject,
} from "../messages.ts";
import { attackOf } from "./catalog.ts";

/** Points of a curve, an odd number so that 0 is among them. */
const POINTS = 81;

/** Seed of the random signs that an attack is compared with. */
const NOISE_SEED = 1;

/** Halvings of the interval in which the proven radius of a network is looked for. */
const HALVINGS = 8;

/** Steps of the slider between two ε that are tried before a smaller one is looked for. */
const COARSE = 4;

/** The attack on the example through `model`, and what each of `models` predicts then. */
export function attackExample(
  model: Model,
  params: Params<"attack">,
  models: Iterable<readonly [string, Model]>,
): AttackResult {
  const { epsilon, alone = false } = params;
  const example = exampleOf(model, params);
  const attacked = attack(model, example, params, epsilon).data;
  const noisy = randomSigns(model, example, params).data;
  const all = matrix(3, example.x.cols, [...params.example, ...attacked, ...noisy]);
  const predictions = Array.from(models, ([name, each]): [string, Predictions] => {
    const [clean, after, random] = predictionsOf(each, all);
    return [name, { clean, attacked: after, noisy: random }];
  });
  const step = attacked.map((value, i) => value - params.example[i]);
  const scale = step.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return {
    label: example.labels[0],
    epsilon,
    scale,
    direction: scale > 0 ? step.map((value) => value / scale) : signs(model, example),
    attacked,
    noisy,
    predictions: Object.fromEntries(predictions),
    alone,
  };
}

/** The example plus random signs whose size is ε in the attack's norm. */
function randomSigns(model: Model, example: Batch, { attack, options, epsilon }: Params<"attack">): Matrix {
  const norm = normOf({ attack, options });
  const inputs = example.x.cols;
  const each = norm === "L2" ? epsilon / Math.sqrt(inputs) : norm === "L1" ? epsilon / inputs : epsilon;
  return signNoise(model, example, { epsilon: each, seed: NOISE_SEED }).x;
}

/** The least ε of the slider's grid that changes the prediction, or reaches the target. */
export function smallestEpsilon(model: Model, { max, step, ...subject }: Params<"smallest">): Smallest {
  const example = exampleOf(model, subject);
  const label = example.labels[0];
  const predicted = (x: Matrix) => predict(model, x).predicted[0];
  const after = (steps: number) => predicted(attack(model, example, subject, steps * step));
  const succeeds = (found: number) =>
    subject.target === undefined ? found !== label : found === subject.target;
  if (predicted(example.x) !== label) return { label, wrongBefore: true };
  const known = { label, wrongBefore: false };
  const last = Math.round(max / step);
  for (let before = 0; before < last; before += COARSE) {
    let from = Math.min(before + COARSE, last);
    let found = after(from);
    if (!succeeds(found)) continue;
    for (let next = from - 1; next > before; next--) {
      const there = after(next);
      if (!succeeds(there)) break;
      [from, found] = [next, there];
    }
    return { ...known, epsilon: Number((from * step).toFixed(6)), predicted: found };
  }
  return known;
}

/** Steps of projected gradient descent beside a single one. */
const STEPS = 40;

/**
 * The least ε of the slider's grid, by halving, at which many steps on the margin, toward each class in turn, change the
 * prediction, or reach the target.
 */
export function strongestEpsilon(
  model: Model,
  { max, step, target, ...subject }: Params<"strongest">,
): Smallest {
  const example = exampleOf(model, subject);
  const label = example.labels[0];
  if (predict(model, example.x).predicted[0] !== label) return { label, wrongBefore: true };
  const norm = normOf(subject);
  const aims = target === undefined
    ? Int32Array.from({ length: model.classes - 1 }, (_, c) => c < label ? c : c + 1)
    : Int32Array.of(target);
  const x = matrix(aims.length, example.x.cols);
  aims.forEach((_, i) => x.data.set(example.x.data, i * x.cols));
  const all = batch({ x, labels: aims.map(() => label), classes: model.classes });
  const after = (steps: number) => {
    const options = {
      epsilon: steps * step,
      norm,
      target: aims,
      loss: "margin",
      steps: STEPS,
      seed: 1,
    } as const;
    return pgd(model, all, options).predicted.find((c) => target === undefined ? c !== label : c === target);
  };
  let [low, high] = [0, Math.round(max / step)];
  let predicted = after(high);
  if (predicted === undefined) return { label, wrongBefore: false };
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const found = after(middle);
    if (found === undefined) low = middle;
    else [high, predicted] = [middle, found];
  }
  return { label, wrongBefore: false, epsilon: Number((high * step).toFixed(6)), predicted };
}

/** The proven radius of the example; none for models of which nothing can be proven, or where it is 0. */
export function certify(model: Model, { max, ...subject }: Params<"certify">): { radius?: number } {
  const norm = normOf(subject);
  try {
    const [radius] = certifiedRadius(model, exampleOf(model, subject), {
      norm,
      max,
      method: "crown",
      halvings: HALVINGS,
    });
    return { radius: radius > 0 ? radius : undefined };
  } catch (error) {
    if (error instanceof InputError) return {};
    throw error;
  }
}

/** The scores of `model` from −reach to reach along the sign of the gradient at the example. */
export function scoreCurves(model: Model, { reach, ...subject }: Params<"curves">): Curves {
  const example = exampleOf(model, subject);
  const inputs = example.x.cols;
  const direction = signs(model, example);
  const middle = (POINTS - 1) / 2;
  const epsilons = Float32Array.from({ length: POINTS }, (_, i) => reach * (i - middle) / middle);
  const x = matrix(POINTS, inputs);
  epsilons.forEach((epsilon, i) => {
    for (let j = 0; j < inputs; j++) x.data[i * inputs + j] = subject.example[j] + epsilon * direction[j];
  });
  const { data, cols } = model.scores(x);
  const scores = Array.from(
    { length: cols },
    (_, c) => Float32Array.from({ length: POINTS }, (_, i) => data[i * cols + c]),
  );
  return { label: example.labels[0], epsilons, scores, linear: isLinear(model) };
}

/** What the attack measures ε by. */
function normOf({ attack, options }: Pick<Subject, "attack" | "options">): "Linf" | "L2" | "L1" {
  return (options?.norm ?? attackOf(attack).norms[0]) as "Linf" | "L2" | "L1";
}

function attack(
  model: Model,
  example: Batch,
  { attack, options, target }: Pick<Subject, "attack" | "options" | "target">,
  epsilon: number,
): Matrix {
  return attackOf(attack)(model, example, { ...options, target, epsilon }).x;
}

/** The example as a batch; where its class is not known, the model's own prediction stands for it. */
function exampleOf(model: Model, { example, label }: Subject): Batch {
  const x = matrix(1, example.length, example);
  return batch({ x, labels: [label ?? predict(model, x).predicted[0]], classes: model.classes });
}

function signs(model: Model, example: Batch): Float32Array {
  return lossDirection(model, example).data.map(Math.sign);
}

function isLinear(model: Model): boolean {
  return model.family.name === "softmaxLinear";
}

function predictionsOf(model: Model, x: Matrix): Prediction[] {
  const { predicted, confidence, probabilities: { data, cols } } = predict(model, x);
  return Array.from(predicted, (label, i) => ({
    predicted: label,
    confidence: confidence[i],
    probabilities: data.slice(i * cols, (i + 1) * cols),
  }));
}
