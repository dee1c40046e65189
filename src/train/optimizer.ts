/** Optimizers: stochastic gradient descent with momentum, and Adam. @module */

import { InputError } from "../errors.ts";
import { adamStep, limitRowNorms, sgdGather, sgdStep } from "../kernels/optimizer.ts";
import { gatherRows } from "../kernels/sparse.ts";
import type { Workspace } from "../runtime/workspace.ts";
import type { Matrix } from "../matrix.ts";
import type { Parameter } from "../ops/op.ts";
import type { Adam, Recipe, Sgd } from "../models/recipe.ts";

/** An update rule with its state. */
export interface Optimizer {
  /** Its state by name, in the memory it works on: reading and writing these resumes it. */
  readonly state: Readonly<Record<string, Matrix>>;
  /** One update of all parameters from their gradients. `step` counts updates from 0, `epoch` epochs from 0. */
  update(step: number, epoch: number): void;
}

/** The recipe's optimizer for `parameters`, its state in `workspace`. */
export function optimizer(recipe: Recipe, parameters: readonly Parameter[], workspace: Workspace): Optimizer {
  const rule = recipe.optimizer;
  checkNames(recipe, parameters);
  return rule.name === "sgd"
    ? sgd(rule, recipe, parameters, workspace)
    : adam(rule, recipe, parameters, workspace);
}

function sgd(
  { momentum = 0, finalMomentum = momentum, rampEpochs = 250, ...rate }: Sgd,
  recipe: Recipe,
  parameters: readonly Parameter[],
  workspace: Workspace,
): Optimizer {
  const velocities = states("velocity", parameters, workspace);
  const learningRateAt = decaying(rate);
  return {
    state: Object.fromEntries(velocities),
    update(step, epoch) {
      const ramp = Math.min(Math.max(epoch - 1, 0) / Math.max(rampEpochs - 1, 1), 1);
      const settings = {
        learningRate: learningRateAt(step),
        momentum: momentum + (finalMomentum - momentum) * ramp,
      };
      parameters.forEach((parameter, i) => {
        const { value, gradient, rest } = parameter;
        const velocity = velocities[i][1];
        const all = { ...settings, ...decayOf(recipe, parameter) };
        const maxNorm = ownOf(recipe.maxNorm, parameter);
        if (rest) {
          const row = workspace.matrix(`row of ${value.cols}`, 1, value.cols);
          sgdGather([value, velocity, row], gradient, { ...rest, ...all, maxNorm });
          parameter.rest = undefined;
        } else {
          sgdStep([value, velocity], gradient, all);
          if (maxNorm > 0) limitRowNorms(value, maxNorm);
        }
      });
    },
  };
}

function adam(
  { beta1 = 0.9, beta2 = 0.999, ...rate }: Adam,
  recipe: Recipe,
  parameters: readonly Parameter[],
  workspace: Workspace,
): Optimizer {
  const means = states("mean", parameters, workspace);
  const squares = states("square", parameters, workspace);
  const learningRateAt = decaying(rate);
  let [power1, power2, reached] = [1, 1, 0];
  return {
    state: Object.fromEntries([...means, ...squares]),
    update(step, _epoch) {
      if (reached > step) [power1, power2, reached] = [1, 1, 0];
      for (; reached <= step; reached++) [power1, power2] = [power1 * beta1, power2 * beta2];
      const current = learningRateAt(step);
      parameters.forEach((parameter, i) => {
        const { value, gradient, rest } = parameter;
        if (rest) gatherRows(gradient, rest.lists, { m: rest.x, accumulate: rest.onto });
        parameter.rest = undefined;
        const settings = {
          learningRate: current,
          beta1,
          beta2,
          powers: [power1, power2] as const,
          ...decayOf(recipe, parameter),
        };
        adamStep([value, means[i][1], squares[i][1]], gradient, settings);
        const maxNorm = ownOf(recipe.maxNorm, parameter);
        if (maxNorm > 0) limitRowNorms(value, maxNorm);
      });
    },
  };
}

/** The learning rate of each step. */
function decaying(
  { learningRate, learningRateDecay = 1, minLearningRate = 1e-6 }: Pick<
    Sgd,
    "learningRate" | "learningRateDecay" | "minLearningRate"
  >,
): (step: number) => number {
  let [current, reached] = [learningRate, 0];
  return (step) => {
    // a running product, not a power: the same whatever the step it is resumed at
    if (reached > step) [current, reached] = [learningRate, 0];
    for (; reached < step; reached++) current /= learningRateDecay;
    // a learning rate that starts below the minimum stays where it is
    return Math.max(current, Math.min(learningRate, minLearningRate));
  };
}

function states(kind: string, parameters: readonly Parameter[], workspace: Workspace): [string, Matrix][] {
  return parameters.map(({ name, value }) => {
    const key = `${kind}.${name}`;
    return [key, workspace.matrix(key, value.rows, value.cols)];
  });
}

function checkNames(
  { maxNorm, l1, weightDecay }: Recipe,
  parameters: readonly Parameter[],
): void {
  const names = parameters.map(({ name }) => name);
  for (const [decay, by] of Object.entries({ maxNorm, l1, weightDecay })) {
    const unknown = typeof by === "object"
      ? Object.keys(by).find((name) => !names.includes(name))
      : undefined;
    if (unknown === undefined) continue;
    throw new InputError(
      "value",
      `train with ${decay} for ${unknown}`,
      `the model has no such parameter, but ${names.join(", ")}`,
    );
  }
}

function decayOf({ l1, weightDecay }: Recipe, parameter: Parameter): { l1: number; weightDecay: number } {
  return { l1: ownOf(l1, parameter), weightDecay: ownOf(weightDecay, parameter) };
}

/** What a setting is for the parameter: its own, or that of all weights; 0 if there is none, also as a greatest norm. */
function ownOf(setting: Recipe["l1"] = 0, { name, weights }: Parameter): number {
  return typeof setting !== "number" ? setting[name] ?? 0 : weights ? setting : 0;
}
