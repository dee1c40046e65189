/** The models that the experiments share, and how each is trained. @module */

import { perturbation } from "../attacks/attack.ts";
import { fgsm } from "../attacks/fgsm.ts";
import { type Batch, select } from "../data/batch.ts";
import type { Family, FamilyModel } from "../models/family.ts";
import { logistic } from "../models/logistic.ts";
import { maxout } from "../models/maxout.ts";
import { PUBLISHED } from "../models/recipe.ts";
import { rbf } from "../models/rbf.ts";
import { softmaxLinear } from "../models/softmax_linear.ts";
import { train, type TrainOptions } from "../train/mod.ts";
import { EPSILON } from "./experiment.ts";

/** How much work a run may be. */
export interface Budget {
  /** Name on the command line. */
  readonly name: string;
  /** Examples to learn from, at most. */
  readonly examples: number;
  /** Passes over the data for each kind of model. */
  readonly epochs: {
    readonly linear: number;
    readonly logistic: number;
    readonly maxout: number;
    readonly rbf: number;
  };
  /** Units of each of the maxout network's two layers. */
  readonly units: number;
  /** Maxout weights start uniform in ± this. */
  readonly initialRange: number;
}

/** All budgets by name. */
export const budgets: Readonly<Record<string, Budget>> = {
  // small enough for a minute; wider initial weights spare the epochs in which the published ones learn nothing
  quick: {
    name: "quick",
    examples: 10000,
    epochs: { linear: 20, logistic: 30, maxout: 15, rbf: 100 },
    units: 120,
    initialRange: 0.05,
  },
  standard: {
    name: "standard",
    // the published recipe keeps the last 10,000 of MNIST for validation
    examples: 50000,
    epochs: { linear: 20, logistic: 30, maxout: 25, rbf: 12 },
    units: 240,
    initialRange: 0.005,
  },
};

/** How one of the shared models comes about. */
export interface Training {
  readonly family: Family;
  readonly data: Batch;
  readonly options: TrainOptions;
}

/** Digits that the logistic regression tells apart. */
const PAIR = [3, 7];

/** The examples of 3 and 7 alone, as classes 0 and 1. */
export function pair({ x, labels }: Batch): Batch {
  const chosen = Array.from(labels.keys()).filter((i) => PAIR.includes(labels[i]));
  const all = select({ x, labels, classes: 10 }, chosen);
  return { ...all, labels: all.labels.map((label) => PAIR.indexOf(label)), classes: 2 };
}

/** The trainings by name. */
export function trainings(
  learn: Batch,
  { epochs, units, initialRange }: Budget,
): Readonly<Record<string, Training>> {
  const { classes, x: { cols: inputs } } = learn;
  const network = maxout({ inputs, classes, units: [units, units], initialRange });
  const deep = { ...PUBLISHED, epochs: epochs.maxout };
  return {
    softmax: { family: softmaxLinear({ inputs, classes }), data: learn, options: { epochs: epochs.linear } },
    logistic: { family: logistic({ inputs }), data: pair(learn), options: { epochs: epochs.logistic } },
    maxout: { family: network, data: learn, options: deep },
    adversarialMaxout: {
      family: network,
      data: learn,
      options: { ...deep, alpha: 0.5, perturbation: perturbation(fgsm, { epsilon: EPSILON }) },
    },
    rbf: { family: rbf({ inputs, classes }), data: learn, options: { epochs: epochs.rbf } },
  };
}

/** The model of a training, from `seed`. */
export function trainOne(
  { family, data, options }: Training,
  seed: number,
  more: Pick<TrainOptions, "onProgress" | "signal"> = {},
): Promise<FamilyModel> {
  return train(family, data, { ...options, ...more, seed });
}
