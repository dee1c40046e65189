/** The models that are measured, with parameters that are neither zero nor tiny. @module */

import {
  type Batch,
  cnn,
  type Family,
  fgsm,
  losses,
  type Matrix,
  matrix,
  maxout,
  mlp,
  type Model,
  model,
  perturbation,
  pgd,
  rbf,
  slice,
  softmaxLinear,
  type Tensors,
  train,
  type TrainOptions,
} from "../../src/mod.ts";
import { PUBLISHED_RECIPE } from "../../src/models/recipe.ts";
import { double, memoize } from "./double.ts";
import { type Attacked, type Convolutional, isConvolutional, type Trained } from "./peers/peer.ts";
import { uniformFloats } from "./part.ts";
import { checkRelativeError } from "./verify.ts";

/** Sizes of the published network. */
export const UNITS = 240;

/** The attack's ε. */
export const EPSILON = 0.25;

/** The attack on inputs that are pixels. */
export const ATTACK = { epsilon: EPSILON, bounds: [0, 1] as const };

/** What a network of ReLU is attacked with: forty steps, as PyTorch's users write them. */
export const LONG_ATTACK = {
  epsilon: 0.1,
  bounds: [0, 1] as const,
  steps: 40,
  stepSize: 0.01,
  randomStart: false,
};

/** The steps that `what` is attacked with; few for convolutions, which take seconds each in plain JavaScript. */
export function longAttack(what: Attacked): typeof LONG_ATTACK {
  return isConvolutional(what) ? { ...LONG_ATTACK, steps: 5, stepSize: 0.04 } : LONG_ATTACK;
}

/** The families, with hidden layers of so many units and so many inputs. */
export function families(
  { units = UNITS, inputs = 784 }: { units?: number; inputs?: number } = {},
): Record<"softmax" | "maxout" | "rbf", Family> {
  const sizes = { inputs, classes: 10 };
  return {
    softmax: softmaxLinear(sizes),
    maxout: maxout({ ...sizes, units: [units, units] }),
    rbf: rbf(sizes),
  };
}

/** Convolutions to 16 and 32 channels, each with maxima of 2 × 2, for images as of MNIST. */
const CONVOLUTIONAL: Readonly<Record<Convolutional, Family>> = {
  cnn3: cnn({ inputs: 784, classes: 10, kernel: 3 }),
  cnn5: cnn({ inputs: 784, classes: 10, kernel: 5 }),
};

/** The families that are attacked: `relu` is a network as other libraries' users train it. */
export function attackedFamilies(units?: number): Readonly<Record<Attacked, Family>> {
  const { softmax, maxout } = families({ units });
  return {
    softmax,
    maxout,
    relu: mlp({ inputs: 784, classes: 10, units: [units ?? 500] }),
    ...CONVOLUTIONAL,
  };
}

/** What is trained, and how; `adversarial` is maxout against the fast gradient sign method. */
export function recipes(units?: number): Record<Trained, { family: Family; options: TrainOptions }> {
  const { softmax, maxout, rbf } = families({ units });
  const against = perturbation(fgsm, { epsilon: EPSILON });
  return {
    softmax: { family: softmax, options: {} },
    maxout: { family: maxout, options: PUBLISHED_RECIPE },
    adversarial: { family: maxout, options: { ...PUBLISHED_RECIPE, perturbation: against } },
    rbf: { family: rbf, options: {} },
    cnn3: { family: CONVOLUTIONAL.cnn3, options: {} },
    cnn5: { family: CONVOLUTIONAL.cnn5, options: {} },
  };
}

const made = new Map<string, Tensors>();

/** Parameters of `family`: weights in ± 0.05, centers and precisions such that scores are moderate. */
export function tensorsOf({ name, config, shapes }: Family): Tensors {
  const key = `${name} ${JSON.stringify(config)}`;
  const ranges: Record<string, [number, number]> = { mu: [0, 1], beta: [0.005, 0.02] };
  const tensors = made.get(key) ?? Object.fromEntries(
    Object.entries(shapes).map(([tensor, shape]) => {
      const [lo, hi] = ranges[tensor] ?? [-0.05, 0.05];
      return [tensor, { shape, data: uniformFloats(shape.reduce((a, b) => a * b), lo, hi) }];
    }),
  );
  made.set(key, tensors);
  return tensors;
}

/** Examples that the reference looks at. */
export const REFERENCE_EXAMPLES = 20;

/**
 * The model of `family` on the kernels in use, which attacks `batch` as the reference does.
 *
 * @throws {Error} if it does not
 */
export function verifiedModel(family: Family, batch: Batch): Model {
  const tensors = tensorsOf(family);
  const made = model(family, { tensors });
  const few = slice(batch, 0, REFERENCE_EXAMPLES);
  checkSteps(`fgsm on ${family.name}`, fgsm.perturb(made, batch, ATTACK).data, few, tensors);
  return made;
}

/**
 * Nothing, if the first of the inputs `actual` are those that the reference makes of `batch`.
 *
 * @throws {Error} if they are not; where a slope is nearly 0, its sign may differ
 */
export function checkSteps(what: string, actual: ArrayLike<number>, batch: Batch, tensors: Tensors): void {
  const wanted = memoize(tensors, batch, "fgsm", () => double(tensors).fgsm(batch, EPSILON, ATTACK.bounds));
  let differ = 0;
  for (let i = 0; i < wanted.length; i++) if (!(Math.abs(actual[i] - wanted[i]) < 1e-6)) differ++;
  if (differ > 1e-3 * wanted.length) {
    throw new Error(`Cannot time ${what}: ${differ} of ${wanted.length} inputs differ from the reference`);
  }
}

/**
 * Nothing, if `actual` are within the long attack's reach of `batch` and raise the loss as far as our own, within 2 %:
 * the inputs themselves differ, because rounding can flip the sign of a step.
 *
 * @throws {Error} if they do not
 */
export function checkLongAttack(
  what: string,
  actual: ArrayLike<number>,
  batch: Batch,
  { family, tensors, attack }: { family: Family; tensors: Tensors; attack: typeof LONG_ATTACK },
): void {
  const { x, labels } = batch, { epsilon, bounds: [lo, hi] } = attack;
  const reached = x.data.every((value, i) =>
    Math.abs(actual[i] - value) <= epsilon * (1 + 1e-5) && actual[i] >= lo && actual[i] <= hi
  );
  if (!reached) throw new Error(`Cannot time ${what}: it goes beyond epsilon or the bounds`);
  using own = model(family, { tensors });
  const mean = (inputs: Matrix) =>
    losses(own, { ...batch, x: inputs }).reduce((a, b) => a + b, 0) / labels.length;
  const [raised, wanted, before] = [
    mean(matrix(x.rows, x.cols, Array.from({ length: x.data.length }, (_, i) => actual[i]))),
    mean(pgd.perturb(own, batch, attack)),
    mean(x),
  ];
  if (!(Math.abs(raised - wanted) < 0.02 * (wanted - before))) {
    throw new Error(`Cannot time ${what}: the loss rises from ${before} to ${raised}, ours to ${wanted}`);
  }
}

/** Rate of the step that is verified: large, so that the change is well above rounding. */
export const CHECK_RATE = 1;

/**
 * Nothing, if one step of training on `batch` without dropout changes the parameters as the reference says.
 *
 * @throws {Error} if it does not
 */
export async function checkTraining(family: Family, batch: Batch, options: TrainOptions): Promise<void> {
  const tensors = tensorsOf(family);
  using trained = await plainStep(family, { tensors, batch, options });
  checkUpdate(`a step of ${family.name}`, trained.tensors(), batch, {
    tensors,
    epsilon: options.perturbation && EPSILON,
  });
}

/** The model after one step on all of `batch` at `CHECK_RATE`, without dropout and norm constraint. */
export function plainStep(
  family: Family,
  { tensors, batch, options }: { tensors: Tensors; batch: Batch; options: TrainOptions },
): Promise<Model> {
  return train(model(family, { tensors }), batch, {
    ...options,
    optimizer: { name: "sgd", learningRate: CHECK_RATE },
    batchSize: batch.x.rows,
    dropout: undefined,
    maxNorm: undefined,
    epochs: 1,
  });
}

/**
 * Nothing, if one step of another library changes the parameters as ours does: two that were written apart.
 *
 * @throws {Error} if it does not
 */
export async function checkSameUpdate(
  what: string,
  after: Readonly<Record<string, { data: ArrayLike<number> }>>,
  batch: Batch,
  { family, tensors, options }: { family: Family; tensors: Tensors; options: TrainOptions },
): Promise<void> {
  using own = await plainStep(family, { tensors, batch, options });
  for (const [name, { data }] of Object.entries(own.tensors())) {
    const change = (values: ArrayLike<number>) => {
      const before = tensors[name].data;
      return Float64Array.from({ length: before.length }, (_, i) => values[i] - before[i]);
    };
    checkRelativeError(`${what}, ${name}`, change(after[name].data), change(data), 0.01);
  }
}

/** @throws {Error} if `after` is not what the reference makes of `tensors` in one step */
export function checkUpdate(
  what: string,
  after: Readonly<Record<string, { data: ArrayLike<number> }>>,
  batch: Batch,
  { tensors, epsilon }: { tensors: Tensors; epsilon?: number },
): void {
  const step = memoize(
    tensors,
    batch,
    `step ${epsilon}`,
    () => double(tensors).step(batch, { rate: CHECK_RATE, epsilon }),
  );
  for (const [name, wanted] of Object.entries(step)) {
    const before = tensors[name].data;
    const change = (values: ArrayLike<number>) =>
      Float64Array.from({ length: before.length }, (_, i) => values[i] - before[i]);
    checkRelativeError(`${what}, ${name}`, change(after[name].data), change(wanted), 0.01);
  }
}
