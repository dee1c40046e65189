/** The options of training: types, schema and checks. @module */

import { InputError } from "../errors.ts";
import type { Batch, Examples } from "../data/batch.ts";
import type { Family } from "../models/family.ts";
import type { Model } from "../models/model.ts";
import { checkExamples } from "../models/answers.ts";
import type { Perturbation } from "../models/classifier.ts";
import { isObject } from "../models/history.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Objective } from "./trades.ts";
import type { KeepRate } from "../graph/training_pass.ts";
import { KEEP, OPTIMIZERS, PER_PARAMETER, RECIPE, type Recipe } from "../models/recipe.ts";
import { any, integer, number, problem, rangeOf, type Schema } from "../schema.ts";
import { resolve } from "../checks.ts";
import { shown } from "../wording.ts";

/** Options of training: epochs, perturbation, validation, and changes of the family's recipe. */
export interface TrainOptions extends Partial<Recipe> {
  /** Passes over the data; default 10. */
  epochs?: number;
  /** Seed of initial weights, order, dropout and perturbations; default 0. */
  seed?: number;
  /** Trains against this too: the loss is α·J(x) + (1 − α)·J(perturbed x), perturbed afresh at each step. */
  perturbation?: Perturbation;
  /**
   * What is made small in place of the weighted losses, such as `trades()` makes: then the loss is J(x) plus what it says of
   * the answers to x and to perturbed x, both by the same units where some are dropped; default none.
   */
  objective?: Objective;
  /** Weight α of the plain loss, in [0, 1]; default 0.5. With 0, only perturbed examples are trained on. */
  alpha?: number;
  /** Examples whose error picks the best epoch; default none, and the last epoch counts. */
  validation?: Examples;
  /** Perturbs the validation examples: the error that picks is then the one under attack; default none. */
  validationPerturbation?: Perturbation;
  /** Stops when the validation error has not fallen for so many epochs; default 100. */
  patience?: number;
  /** Measures of each finished epoch's model to keep in the history, by name; they change nothing else. */
  monitor?: (model: Model) => Readonly<Record<string, number>>;
  /** Called often; with `epochEnd` when an epoch is over. Training goes on when what it returns is resolved. */
  onProgress?: (progress: TrainProgress) => void | Promise<void>;
  /** Given the state of training after each epoch, and when aborted; `saveCheckpoint` makes a file of it. */
  onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
  /** Such a checkpoint, to go on from: the end is the same to the last bit as without the interruption. */
  resume?: Checkpoint;
  /** Stops training: `train` then rejects with the signal's reason, after a last `onCheckpoint`. */
  signal?: AbortSignal;
}

/** Progress of training. */
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
    | "objective"
    | "validationPerturbation"
    | "monitor"
    | "onProgress"
    | "onCheckpoint"
    | "resume"
    | "signal"
  >
  & {
    data: Batch;
    validation?: Batch;
    recipe: Recipe;
    epochs: number;
    seed: number;
    alpha: number;
    patience: number;
  };

/** What training can be told. */
export const TRAIN_OPTIONS: Schema<TrainOptions> = {
  ...RECIPE,
  epochs: integer("Passes over the data", { default: 10, min: 1 }),
  seed: integer("Seed of initial weights, order, dropout and perturbations", { default: 0, min: 0 }),
  perturbation: any(),
  objective: any(),
  alpha: number("Weight of the plain loss", { min: 0, max: 1 }),
  validation: any(),
  validationPerturbation: any(),
  patience: integer("Epochs without a lower validation error after which to stop", { default: 100, min: 1 }),
  monitor: any(),
  onProgress: any(),
  onCheckpoint: any(),
  resume: any(),
  signal: any(),
};

/** Options that are functions, and objects with some. */
const CALLED = ["monitor", "onProgress", "onCheckpoint"] as const;
const PERTURBATIONS = ["perturbation", "validationPerturbation"] as const;

/** The options with their defaults, checked, and so is the data. @throws {InputError} with the first that does not fit */
export function resolveOptions(family: Family, examples: Examples, asked: TrainOptions): ResolvedOptions {
  const options = resolve("train", TRAIN_OPTIONS, asked);
  for (const name of CALLED) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      refuse(name, options[name], "a function");
    }
  }
  for (const name of PERTURBATIONS) {
    const value = options[name];
    if (value === undefined) continue;
    if (typeof value !== "object" || typeof value?.apply !== "function") {
      refuse(name, value, "a perturbation, as perturbation() makes one");
    }
  }
  if (options.resume !== undefined && !isObject(options.resume?.tensors)) {
    refuse("resume", options.resume, "a checkpoint, as loadCheckpoint() reads one");
  }
  const recipe = recipeOf(family.recipe, asked);
  const { perturbation, objective, validation } = options;
  if (objective !== undefined) checkObjective(objective, options);
  const alpha = options.alpha ?? (perturbation && !objective ? 0.5 : 1);
  if (!perturbation && alpha !== 1) {
    throw new InputError("value", `train with alpha ${alpha}`, "there is no perturbation");
  }
  const data = someExamples("train", family, examples);
  const held = validation === undefined ? undefined : someExamples("validate", family, validation);
  const { epochs, seed, patience } = options as { epochs: number; seed: number; patience: number };
  return { ...options, data, validation: held, recipe, epochs, seed, alpha, patience };
}

function checkObjective({ name, step }: Objective, { perturbation, alpha }: TrainOptions): void {
  const fail = (reason: string) => {
    throw new InputError("option", "train with an objective", reason);
  };
  if (typeof name !== "string" || typeof step !== "function") fail("it must be one such as trades() makes");
  if (!perturbation) fail("it is of clean and perturbed answers, and there is no perturbation");
  if (perturbation!.pullback || perturbation!.rubbish) {
    fail(`it takes ${perturbation!.name} for other inputs of the same classes, which that is not`);
  }
  if (alpha !== undefined) fail("alpha does not go with it: it has its own weight");
}

/** @throws {InputError} unless the examples are some, and fit the family */
function someExamples(action: string, family: Family, examples: Examples): Batch {
  const checked = checkExamples(action, family, examples, { answers: false });
  if (checked.labels.length > 0) return checked;
  throw new InputError("value", action, "there are no examples");
}

/** The family's recipe with what the options change, checked. */
function recipeOf(base: Recipe, asked: Partial<Recipe>): Recipe {
  const { optimizer, batchSize, maxNorm, dropout, l1, weightDecay } = { ...base, ...asked };
  if (batchSize === undefined) refuse("batchSize", batchSize, rangeOf(RECIPE.batchSize));
  checkOptimizer(optimizer);
  for (const [name, value] of Object.entries({ maxNorm, l1, weightDecay })) {
    const field = PER_PARAMETER[name as keyof typeof PER_PARAMETER];
    const values = typeof value === "object" && value !== null
      ? Object.values(value)
      : value === undefined
      ? []
      : [value];
    for (const each of values) if (problem(field, each)) refuse(name, each, rangeOf(field));
  }
  if (dropout !== undefined) {
    const kinds = {
      input: any<KeepRate>(),
      hidden: any<KeepRate>(),
    };
    const { input, hidden } = resolve("train with dropout", kinds, dropout);
    if (input) resolve("train with dropout of inputs", KEEP, input);
    if (hidden) resolve("train with dropout of hidden layers", KEEP, hidden);
  }
  return { optimizer, batchSize, maxNorm, dropout, l1, weightDecay };
}

function checkOptimizer(rule: Recipe["optimizer"]): void {
  if (typeof rule !== "object" || rule === null) {
    refuse("optimizer", rule, 'an object such as { name: "sgd", learningRate: 0.1 }');
  }
  const { name, ...settings } = rule;
  if (name !== "sgd" && name !== "adam") {
    throw new InputError("value", `train by ${shown(name)}`, "expected sgd or adam");
  }
  resolve<object, object>(`train by ${name}`, OPTIMIZERS[name], settings);
}

function refuse(name: string, value: unknown, wanted: string): never {
  throw new InputError("value", `train with ${name} ${shown(value)}`, `must be ${wanted}`);
}
