import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import type { Family } from "../models/family.ts";
import type { Model } from "../models/model.ts";
import { checkInputs, type Perturbation } from "../models/classifier.ts";
import type { Keep } from "../graph/training_pass.ts";
import type { Adam, Recipe, Sgd } from "../models/recipe.ts";

/** How long, against what and how watchfully to train; and what of the family's recipe to change. */
export interface TrainOptions extends Partial<Recipe> {
  /** Passes over the data; default 10. */
  epochs?: number;
  /** Seed of initial weights, order, dropout and perturbations; default 0. */
  seed?: number;
  /** Trains against this too: the loss is α·J(x) + (1 − α)·J(perturbed x), perturbed afresh at each step. */
  perturbation?: Perturbation;
  /** Weight α of the plain loss, in [0, 1]; default 0.5. With 0, only perturbed examples are trained on. */
  alpha?: number;
  /** Examples whose error picks the best epoch; default none, and the last epoch counts. */
  validation?: Batch;
  /** Perturbs the validation examples: the error that picks is then the one under attack; default none. */
  validationPerturbation?: Perturbation;
  /** Stops when the validation error has not fallen for so many epochs; default 100. */
  patience?: number;
  /** Measures of each finished epoch's model to keep in the history, by name; they change nothing else. */
  monitor?: (model: Model) => Readonly<Record<string, number>>;
  /** Called often; with `epochEnd` when an epoch is over. */
  onProgress?: (progress: TrainProgress) => void;
  /** Given the state of training after each epoch, and when aborted. */
  onCheckpoint?: (state: Uint8Array<ArrayBuffer>) => void | Promise<void>;
  /** Such a state, to go on from: the end is the same to the last bit as without the interruption. */
  resume?: Uint8Array;
  /** Stops training: `train` then rejects with the signal's reason, after a last `onCheckpoint`. */
  signal?: AbortSignal;
}

/** How far training is. */
export interface TrainProgress {
  /** The epoch, from 1. */
  epoch: number;
  /** Epochs there will be. */
  epochs: number;
  /** Updates made so far, of `steps`. */
  step: number;
  /** Updates there will be. */
  steps: number;
  /** Mean loss over the epoch so far, in nats. */
  loss: number;
  /** Whether the epoch is over. */
  epochEnd: boolean;
  /** Error rate on the validation examples, if there are any and the epoch is over. */
  validationError?: number;
  /** The model as it is now, to be measured, attacked or saved during the call; the next step changes it. */
  model: Model;
}

/** Options with their defaults filled in. */
export type ResolvedOptions =
  & Pick<
    TrainOptions,
    | "perturbation"
    | "validation"
    | "validationPerturbation"
    | "monitor"
    | "onProgress"
    | "onCheckpoint"
    | "signal"
  >
  & { recipe: Recipe; epochs: number; seed: number; alpha: number; patience: number };

/** @throws {InputError} with the first option that does not fit */
export function resolveOptions(family: Family, data: Batch, options: TrainOptions): ResolvedOptions {
  const { optimizer, batchSize, maxNorm, dropout, l1, weightDecay: l2 } = { ...family.recipe, ...options };
  const recipe: Recipe = { optimizer, batchSize, maxNorm, dropout, l1, weightDecay: l2 };
  const { epochs = 10, seed = 0, alpha = options.perturbation ? 0.5 : 1, patience = 100, validation } =
    options;

  checkInputs("train", family, data.x);
  if (validation) checkInputs("validate", family, validation.x);
  if (data.x.rows === 0) throw new InputError("value", "train", "there are no examples");
  if (data.classes > family.classes) {
    throw new InputError(
      "value",
      "train",
      `the data has ${data.classes} classes, the model ${family.classes}`,
    );
  }
  const whole = (name: string, value: number, least: number) =>
    check(name, value, Number.isSafeInteger(value) && value >= least, `a whole number ≥ ${least}`);
  whole("epochs", epochs, 1);
  whole("seed", seed, 0);
  whole("batchSize", batchSize, 1);
  whole("patience", patience, 1);
  checkOptimizer(optimizer);
  check("alpha", alpha, alpha >= 0 && alpha <= 1, "in [0, 1]");
  if (!options.perturbation && alpha !== 1) {
    throw new InputError("value", `train with alpha ${alpha}`, "there is no perturbation");
  }
  for (const most of typeof maxNorm === "number" ? [maxNorm] : Object.values(maxNorm ?? {})) {
    check("maxNorm", most, most > 0, "> 0");
  }
  for (const [name, decay] of Object.entries({ l1, weightDecay: l2 })) {
    for (const value of typeof decay === "number" ? [decay] : Object.values(decay ?? {})) {
      check(name, value, value >= 0 && value < Infinity, "≥ 0");
    }
  }
  for (const [name, mask] of Object.entries(dropout ?? {}) as [string, Keep | undefined][]) {
    if (!mask) continue;
    check(`dropout.${name}.keep`, mask.keep, mask.keep > 0 && mask.keep <= 1, "in (0, 1]");
    check(`dropout.${name}.scale`, mask.scale, mask.scale > 0 && mask.scale < Infinity, "> 0");
  }
  return { ...options, recipe, epochs, seed, alpha, patience };
}

function checkOptimizer(rule: Recipe["optimizer"]): void {
  if (rule.name !== "sgd" && rule.name !== "adam") {
    throw new InputError("value", `train by ${(rule as { name: string }).name}`, "expected sgd or adam");
  }
  check("learningRate", rule.learningRate, rule.learningRate > 0 && rule.learningRate < Infinity, "> 0");
  const {
    learningRateDecay: decay = 1,
    minLearningRate: leastRate = 0,
    rampEpochs = 1,
    momentum = 0,
    finalMomentum = 0,
  } = rule as Sgd;
  const { beta1 = 0, beta2 = 0 } = rule as Adam;
  check("learningRateDecay", decay, decay > 0 && decay < Infinity, "> 0");
  check("minLearningRate", leastRate, leastRate >= 0 && leastRate < Infinity, "≥ 0");
  check("rampEpochs", rampEpochs, rampEpochs > 0, "> 0");
  for (const [name, value] of Object.entries({ momentum, finalMomentum, beta1, beta2 })) {
    check(name, value, value >= 0 && value < 1, "in [0, 1)");
  }
}

function check(name: string, value: number, fits: boolean, wanted: string): void {
  if (!fits) throw new InputError("value", `train with ${name} ${value}`, `must be ${wanted}`);
}
