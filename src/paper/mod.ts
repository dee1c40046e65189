/** The paper's experiments. @module */

import type { Batch } from "../data/batch.ts";
import { adversarialTrainingExperiment } from "./adversarial_training.ts";
import { agreementExperiment } from "./agreement.ts";
import { beyondEnsembleExperiment, beyondExperiment } from "./beyond.ts";
import type { Budget } from "./budgets.ts";
import type { Judged } from "./claim.ts";
import { claims } from "./claims/mod.ts";
import { controlsExperiment } from "./controls.ts";
import { curvesExperiment } from "./curves.ts";
import { decayExperiment } from "./decay.ts";
import { ensembleExperiment } from "./ensemble.ts";
import { type Executor, inProcess } from "./executor.ts";
import type { Examples, Experiment, ExperimentResult } from "./experiment.ts";
import type { Figure } from "./figure.ts";
import { generativeExperiment } from "./generative.ts";
import { largeExperiment } from "./large.ts";
import { lbfgsExperiment } from "./lbfgs.ts";
import { lineExperiment } from "./line.ts";
import { linearExperiment } from "./linear.ts";
import { logisticExperiment } from "./logistic.ts";
import { logisticDecayExperiment } from "./logistic_decay.ts";
import { maxoutExperiment } from "./maxout.ts";
import { noiseExperiment } from "./noise.ts";
import type { TrainingRecord } from "./executor.ts";
import { divide, plan, type Task } from "./plan.ts";
import { rbfExperiment } from "./rbf.ts";
import { trainings } from "./recipes/mod.ts";
import type { Training } from "./recipes/training.ts";
import { rotationExperiment } from "./rotation.ts";
import { rubbishExperiment } from "./rubbish.ts";
import { inOrder, schedule } from "./schedule.ts";
import { softmaxExperiment } from "./softmax.ts";
import { judgeAll, type Measured, measured } from "./summary.ts";
import { trainingAttackExperiment } from "./training_attack.ts";
import { transferExperiment } from "./transfer.ts";
import { universalExperiment } from "./universal.ts";

/** All experiments, in the paper's order. */
export const experiments: readonly Experiment[] = [
  linearExperiment,
  softmaxExperiment,
  maxoutExperiment,
  rotationExperiment,
  lbfgsExperiment,
  curvesExperiment,
  logisticExperiment,
  logisticDecayExperiment,
  decayExperiment,
  adversarialTrainingExperiment,
  trainingAttackExperiment,
  largeExperiment,
  noiseExperiment,
  controlsExperiment,
  rbfExperiment,
  agreementExperiment,
  transferExperiment,
  lineExperiment,
  universalExperiment,
  ensembleExperiment,
  generativeExperiment,
  rubbishExperiment,
  beyondExperiment,
  beyondEnsembleExperiment,
];

/** Which run. */
export interface Scope {
  /** How much work it may be. */
  budget: Budget;
  /** Seed of all random numbers; default 1. */
  seed?: number;
  /** Runs, from this seed and those that follow it; default as many as the budget says. */
  seeds?: number;
  /** Experiments to run, by id; default all. */
  only?: readonly string[];
  /** Models to train, by name: experiments that need another are not run; default all that are needed. */
  models?: readonly string[];
}

/** What a run takes. */
export interface RunOptions extends Scope {
  /** Who does the work; default one task after the other, here. */
  executor?: Executor;
  /** Told often which part of a task, in [0, 1], is done. */
  onProgress?: (task: Task, part: number, doing: string) => void;
  /** Stops the run, which then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What a run has to do. */
export interface Prepared {
  readonly seeds: readonly number[];
  readonly examples: Examples;
  /** The experiments asked for. */
  readonly asked: readonly Experiment[];
  /** Those of them that the budget runs. */
  readonly running: readonly Experiment[];
  readonly trainings: Readonly<Record<string, Training>>;
  readonly tasks: readonly Task[];
}

/** All claims judged, with everything behind them. */
export interface RunResult {
  readonly seeds: readonly number[];
  /** Examples learnt from and tested on. */
  readonly examples: { readonly train: number; readonly test: number };
  /** Those of the experiments that were asked for. */
  readonly claims: readonly Judged[];
  /** Everything measured, by experiment and name. */
  readonly measurements: Readonly<Record<string, Measured>>;
  /** Names of the models behind each experiment that was run. */
  readonly behind: Readonly<Record<string, readonly string[]>>;
  /** Of the first seed, by experiment. */
  readonly figures: Readonly<Record<string, readonly Figure[]>>;
  /** How each model came about, as its file would say it. */
  readonly models: readonly ({
    readonly name: string;
    readonly seed: number;
  } & TrainingRecord)[];
}

/** What a run on `data` has to do. */
export function prepare(
  data: { train: Batch; test: Batch },
  { budget, seed = 1, seeds: count = budget.seeds, only, models }: Scope,
): Prepared {
  const asked = experiments.filter(({ id }) => only?.includes(id) ?? true);
  const trained = (name: string) => models?.includes(name) ?? true;
  const running = asked
    .filter(({ budgets }) => budgets?.includes(budget.name) ?? true)
    .filter(({ models, optional = [] }) =>
      models(budget).every((name) => trained(name) || optional.includes(name))
    )
    .map((experiment) => ({
      ...experiment,
      models: (budget: Budget) => experiment.models(budget).filter(trained),
    }));
  const examples = divide(data, budget);
  const seeds = Array.from({ length: count }, (_, i) => seed + i);
  const all = trainings({ ...examples, budget });
  return {
    seeds,
    examples,
    asked,
    running,
    trainings: all,
    tasks: plan(running, all, { budget, seeds, ...data }),
  };
}

/** Runs the experiments of a budget, trains what they need, and judges the claims. */
export async function reproduce(
  data: { train: Batch; test: Batch },
  { onProgress, signal, ...options }: RunOptions,
): Promise<RunResult> {
  const { budget } = options;
  const { seeds, examples, asked, running, tasks } = prepare(data, options);
  using own = options.executor ? undefined : inProcess(examples, budget);
  const executor = options.executor ?? own!;

  const trained = new Map<string, TrainingRecord>();
  const outcomes = seeds.map((): Record<string, ExperimentResult> => ({}));
  const order = inOrder(tasks);
  const perform = async (task: Task, stop: AbortSignal) => {
    const { id, kind, name, seed, needs } = task;
    const hooks = {
      signal: stop,
      priority: 1 + order.indexOf(task),
      onProgress: (part: number, doing: string) => onProgress?.(task, part, doing),
    };
    if (kind === "train") {
      trained.set(id, await executor.train({ name, seed, after: trained.get(needs[0]) }, hooks));
    } else {
      const experiment = running.find(({ id }) => id === name)!;
      outcomes[seeds.indexOf(seed)][name] = await executor.run({ experiment, seed }, hooks);
    }
    onProgress?.(task, 1, "");
  };
  await schedule(tasks, { width: executor.width, perform, signal });

  const bySeed = outcomes.map((each) => Object.fromEntries(running.map(({ id }) => [id, each[id]])));
  const measurements = measured(bySeed);
  return {
    seeds,
    examples: { train: examples.train.labels.length, test: data.test.labels.length },
    claims: judgeAll(claims, measurements, {
      experiments: asked,
      budget,
      images: data.test.labels.length,
    }),
    measurements,
    behind: Object.fromEntries(running.map(({ id, models }) => [id, models(budget)])),
    figures: Object.fromEntries(Object.entries(bySeed[0]).map(([id, { figures = [] }]) => [id, figures])),
    models: tasks.filter(({ kind }) => kind === "train").map(({ id, name, seed }) => ({
      name,
      seed,
      ...trained.get(id)!,
    })),
  };
}
