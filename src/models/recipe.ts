/** How a model is trained, as plain data. @module */

import type { Dropout } from "../graph/training_pass.ts";

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

/** How a model is trained: everything but for how long, on what, and against what. */
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
export const PUBLISHED: Recipe = {
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
