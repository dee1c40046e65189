/** How a model is trained, as plain data. @module */

import type { Dropout, KeepRate } from "../graph/training_pass.ts";
import { any, integer, number, type Schema } from "../schema.ts";

/** Stochastic gradient descent with classical momentum: v = m·v − rate·g, p = p + v. */
export interface Sgd {
  /** Which rule this is. */
  name: "sgd";
  /** Learning rate at the first update. */
  learningRate: number;
  /** The rate is divided by this after every update; default 1. */
  learningRateDecay?: number;
  /** The rate does not fall below this; default 10⁻⁶. */
  minLearningRate?: number;
  /** Momentum during the first two epochs; default 0. */
  momentum?: number;
  /** Momentum after `rampEpochs` epochs, reached linearly; default `momentum`. */
  finalMomentum?: number;
  /** Epochs over which momentum rises; default 250. */
  rampEpochs?: number;
}

/** Adam (Kingma and Ba 2015). */
export interface Adam {
  /** Which rule this is. */
  name: "adam";
  /** Learning rate at the first update. */
  learningRate: number;
  /** The rate is divided by this after every update; default 1. */
  learningRateDecay?: number;
  /** The rate does not fall below this; default 10⁻⁶. */
  minLearningRate?: number;
  /** Decay of the mean; default 0.9. */
  beta1?: number;
  /** Decay of the mean square; default 0.999. */
  beta2?: number;
}

/** How a model is trained: optimizer, batch size, regularization; not the epochs, the data or the perturbation. */
export interface Recipe {
  /** Update rule. */
  optimizer: Sgd | Adam;
  /** Examples a step. */
  batchSize: number;
  /** Greatest Euclidean norm of the weights into one unit, piece or class, for all or by parameter name; default none. */
  maxNorm?: number | Readonly<Record<string, number>>;
  /** Dropout while training; default none. */
  dropout?: Dropout;
  /** L1 weight decay: `l1`·‖w‖₁ joins the loss, for all weights or by parameter name; default 0. */
  l1?: number | Readonly<Record<string, number>>;
  /** L2 weight decay: `l2`/2·‖w‖₂² joins the loss, likewise; default 0. */
  weightDecay?: number | Readonly<Record<string, number>>;
}

/**
 * The published recipe of maxout networks on permutation-invariant MNIST (Goodfellow et al. 2013; pylearn2's
 * mnist_pi.yaml), which the paper's networks were trained with.
 */
export const PUBLISHED_RECIPE: Recipe = {
  optimizer: {
    name: "sgd",
    learningRate: 0.1,
    learningRateDecay: 1.000004,
    momentum: 0.5,
    finalMomentum: 0.7,
    rampEpochs: 250,
  },
  batchSize: 100,
  maxNorm: 1.9365,
  dropout: { input: { keep: 0.8, scale: 1 }, hidden: { keep: 0.5, scale: 2 } },
};

const RATE = {
  learningRate: number("Learning rate at the first update", { required: true, above: 0 }),
  learningRateDecay: number("Divides the rate after every update", { default: 1, above: 0 }),
  minLearningRate: number("The rate does not fall below this", { default: 1e-6, min: 0 }),
} as const;

/** What each update rule can be set to. */
export const OPTIMIZERS = {
  sgd: {
    ...RATE,
    momentum: number("Momentum during the first two epochs", { default: 0, min: 0, below: 1 }),
    finalMomentum: number("Momentum after its rise; as it began if left out", { min: 0, below: 1 }),
    rampEpochs: number("Epochs over which momentum rises", { default: 250, above: 0 }),
  } satisfies Schema<Omit<Sgd, "name">>,
  adam: {
    ...RATE,
    beta1: number("Decay of the mean", { default: 0.9, min: 0, below: 1 }),
    beta2: number("Decay of the mean square", { default: 0.999, min: 0, below: 1 }),
  } satisfies Schema<Omit<Adam, "name">>,
} as const;

/** What a dropout mask can be set to. */
export const KEEP = {
  keep: number("Probability of keeping a value", { required: true, above: 0, max: 1 }),
  scale: number("Factor on what is kept", { required: true, above: 0 }),
} as const satisfies Schema<KeepRate>;

/** What a number for all weights, or for those of one parameter, can be. */
export const PER_PARAMETER = {
  maxNorm: number("Greatest norm of the weights into a unit", { above: 0 }),
  l1: number("L1 weight decay", { min: 0 }),
  weightDecay: number("L2 weight decay", { min: 0 }),
} as const;

/** What a recipe can be set to; who takes one checks its parts by the schemas above. */
export const RECIPE: Schema<Recipe> = {
  optimizer: any("Update rule"),
  batchSize: integer("Examples a step", { min: 1 }),
  maxNorm: any(PER_PARAMETER.maxNorm.help),
  dropout: any("Dropout while training"),
  l1: any(PER_PARAMETER.l1.help),
  weightDecay: any(PER_PARAMETER.weightDecay.help),
};
