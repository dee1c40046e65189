/** What tests of training share: small data, small families, and options that use every part of a training. */

import { perturbation } from "../../src/attacks/perturbations.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { pgd } from "../../src/attacks/pgd.ts";
import { signNoise } from "../../src/attacks/noise.ts";
import { type Batch, batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { saveModel } from "../../src/models/file.ts";
import type { Family } from "../../src/models/family.ts";
import type { Model } from "../../src/models/model.ts";
import { classRbm, cnn, maxout, mpDbm, rbf, softmaxLinear } from "../../src/models/mod.ts";
import type { Perturbation } from "../../src/models/classifier.ts";
import type { Sgd } from "../../src/models/recipe.ts";
import { trades, train, type TrainOptions } from "../../src/train/mod.ts";
import { randomLabels, uniformMatrix } from "../support.ts";

/** Inputs and classes. */
export const INPUTS = 5, CLASSES = 3;

/** Examples of classes that lie apart, and some noise: what a few steps learn something of. */
export function examples(rows: number, seed = 1): Batch {
  const labels = randomLabels(rows, CLASSES, seed);
  const x = uniformMatrix(rows, INPUTS, seed);
  labels.forEach((label, b) => x.data[b * INPUTS + label] += 1);
  return batch({ x, labels, classes: CLASSES });
}

export const trainSet = examples(50);
export const linear = softmaxLinear({ inputs: INPUTS, classes: CLASSES });
export const plain: Sgd = { name: "sgd", learningRate: 0.5 };

/** The trained model's file, the model disposed. */
export async function bytesOf(
  start: Family | Model,
  data: Batch,
  options: TrainOptions,
): Promise<Uint8Array> {
  using trained = await train(start, data, options);
  return saveModel(trained);
}

/** A perturbation by a function of the inputs. */
export function by(name: string, change: (value: number, i: number) => number): Perturbation {
  return { name, apply: (_, { x }) => matrix(x.rows, x.cols, x.data.map(change)) };
}

/** What training is tried with: every optimizer, every part of its state, every source of randomness. */
export const trainings: Record<string, { start: Family; options: TrainOptions }> = {
  "softmaxLinear with momentum that rises": {
    start: linear,
    options: {
      optimizer: {
        name: "sgd",
        learningRate: 0.5,
        learningRateDecay: 1.01,
        momentum: 0.5,
        finalMomentum: 0.9,
        rampEpochs: 3,
      },
      batchSize: 15,
      l1: 1e-3,
      weightDecay: 1e-3,
    },
  },
  "maxout with dropout against fgsm": {
    start: maxout({ inputs: INPUTS, classes: CLASSES, units: [6, 5], pieces: 2, initialRange: 0.5 }),
    options: { batchSize: 20, perturbation: perturbation(fgsm, { epsilon: 0.1 }), alpha: 0.25 },
  },
  "maxout against noise": {
    start: maxout({ inputs: INPUTS, classes: CLASSES, units: [6], pieces: 3, head: "sigmoid" }),
    options: { batchSize: 20, perturbation: perturbation(signNoise, { epsilon: 0.25 }) },
  },
  "maxout with dropout by trades against its divergence": {
    start: maxout({ inputs: INPUTS, classes: CLASSES, units: [6], pieces: 3, initialRange: 0.5 }),
    options: {
      batchSize: 20,
      objective: trades({ beta: 2 }),
      perturbation: perturbation(pgd, { epsilon: 0.1, steps: 3, loss: "divergence" }),
    },
  },
  "rbf by Adam": {
    start: rbf({ inputs: INPUTS, classes: CLASSES, precision: 2 }),
    options: { batchSize: 20 },
  },
  "cnn by statistics of batches, against fgsm": {
    start: cnn({
      inputs: INPUTS,
      classes: CLASSES,
      image: [1, 5, 1],
      channels: [2],
      kernel: 3,
      units: [4],
      batchNorm: true,
    }),
    options: { batchSize: 20, perturbation: perturbation(fgsm, { epsilon: 0.1 }) },
  },
  "mpDbm by masks": {
    start: mpDbm({ inputs: INPUTS, classes: CLASSES, units: [6, 5], iterations: 2 }),
    options: { batchSize: 20 },
  },
  "mpDbm against fgsm": {
    start: mpDbm({ inputs: INPUTS, classes: CLASSES, units: [6], iterations: 2 }),
    options: { batchSize: 20, perturbation: perturbation(fgsm, { epsilon: 0.1 }) },
  },
  "classRbm by contrastive divergence": {
    start: classRbm({ inputs: INPUTS, classes: CLASSES, hidden: 6 }),
    options: { batchSize: 20 },
  },
  "softmaxLinear with validation under attack": {
    start: linear,
    options: {
      optimizer: { name: "sgd", learningRate: 2, momentum: 0.9 },
      batchSize: 20,
      validation: examples(30, 2),
      validationPerturbation: perturbation(fgsm, { epsilon: 0.3 }),
      patience: 3,
    },
  },
};
