/** Experiment, beyond the paper: what many attacks and certificates say of its models. @module */

import type { Adversarial } from "../attacks/attack.ts";
import { fgsm, pgd, signNoise } from "../attacks/mod.ts";
import { universal } from "../attacks/universal.ts";
import { type Batch, slice } from "../data/batch.ts";
import { measure, measureAnswers } from "../evaluate/measure.ts";
import { withPerturbation } from "../evaluate/perturbations.ts";
import { robustness } from "../evaluate/robustness.ts";
import { matrix } from "../matrix.ts";
import { predict } from "../predict.ts";
import { ensemble } from "../models/ensemble.ts";
import type { Differentiable } from "../models/classifier.ts";
import type { Model } from "../models/model.ts";
import type { BarsFigure } from "./figure.ts";
import {
  EPSILON,
  type Experiment,
  type ExperimentContext,
  type Measurements,
  percent,
} from "./experiment.ts";
import { COMPARED, MODEL_NAMES } from "./names.ts";
import { imagesOf, type Sample } from "./ordering.ts";
import { members } from "./recipes/ensemble.ts";

/** The paper's size, and a smaller one, at which adversarial training could still be of use. */
const SIZES = [0.1, EPSILON];

/** Training images that the one perturbation for all images is found on. */
const UNIVERSAL = 250;

/** Models whose certificates are exact and cheap. Linear bounds prove nothing of the others at these sizes. */
const EXACT: readonly string[] = ["softmax", "rbf"];

/** Models that its examples are carried from and to. */
const REQUIRED: readonly string[] = ["softmax", "maxout"];

/** Beyond the paper: its models under the attacks and certificates that came after it. */
export const beyondExperiment: Experiment = {
  id: "beyond",
  title: "Beyond 2015: many steps, and proofs",
  explains:
    "One step along the gradient shows that a network can be fooled, not that it cannot. Here each model of " +
    "the paper meets a cascade of attacks: the single step, many small steps on its own loss and on the " +
    "margin, and random signs. Certificates say how much error no attack could exceed. The paper's " +
    "conclusions are asked again of these figures.",
  models: () => COMPARED.map(([name]) => name),
  optional: COMPARED.map(([name]) => name).filter((name) => !REQUIRED.includes(name)),
  async run(context) {
    const { model: trained, names, seed, progress } = context;
    const compared = COMPARED.filter(([name]) => names.includes(name));
    const sample = sampleOf(context);
    const measurements: Record<string, number | null> = {};
    const record = (name: string, measured: Measurements) => {
      for (const [quantity, value] of Object.entries(measured)) measurements[`${name}.${quantity}`] = value;
    };
    for (const [i, [name]] of compared.entries()) {
      record(name, worstCase(await trained(name), sample, { ...context, certify: EXACT.includes(name) }));
      progress((i + 1) / (compared.length + 1));
    }
    record("maxout", await onePerturbation(context));
    const [from, to] = [await trained("maxout"), await trained("softmax")];
    const transferred = pgd(from, sample, { epsilon: EPSILON, loss: "margin", seed });
    record("maxout", { "stretched.share": percent(stretched(from, sample, transferred)) });
    record("softmax", {
      "transferred.error": percent(measure(to, transferred).errorRate),
      "noise.error": percent(measure(to, signNoise(to, sample, { epsilon: EPSILON, seed })).errorRate),
    });
    return { measurements, figures: SIZES.map((_, k) => bracket(compared, measurements, k)) };
  },
};

/** Beyond the paper: twelve networks under many attacks. */
export const beyondEnsembleExperiment: Experiment = {
  id: "beyondEnsemble",
  title: "Beyond 2015: the ensemble",
  explains: "The twelve networks that answer together meet the same cascade of attacks as the models alone.",
  models: () => members,
  async run(context) {
    const all: Model[] = [];
    for (const name of members) all.push(await context.model(name));
    const measurements = worstCase(ensemble(all), sampleOf(context), { ...context, certify: false });
    const values = (quantity: string) =>
      SIZES.map((size, k) => ({ x: `ε = ${size}`, value: measurements[`${WHERE[k]}${quantity}`] ?? null }));
    return {
      measurements,
      figures: [{
        kind: "bars",
        id: "errors",
        title: "Twelve networks together, under one step and under many attacks",
        caption: "Error on test images. No certificate excludes anything of an ensemble here.",
        x: { label: "Size of the perturbation" },
        y: { label: "Error", unit: "%", domain: [0, 100] },
        groups: [
          { name: "one step", values: values("fgsm.error") },
          { name: "many attacks", values: values("attacked.error") },
        ],
      }],
    };
  },
};

/** Test images that many attacks have time for. */
export const SAMPLE: Sample = { quick: 200, other: 1000 };

function sampleOf({ test, budget }: ExperimentContext): Batch {
  return slice(test, 0, imagesOf(SAMPLE, budget.name));
}

/** Names of the sizes in measurements: the paper's own has none. */
const WHERE = ["small.", ""];

/** Errors of `model` at each size: under one step, under a cascade of attacks, and what certificates leave. */
function worstCase(
  model: Differentiable,
  sample: Batch,
  { budget, seed, signal, certify }: ExperimentContext & { certify: boolean },
): Measurements {
  const effort = budget.name === "quick" ? "quick" : "standard";
  const how = { epsilons: SIZES, effort, seed, certify: certify ? "auto" : "none", signal } as const;
  const own: Record<string, number | null> = {};
  robustness(model, sample, how).at.forEach(({ epsilon, attacked: { errorRate }, certified }, k) => {
    const adversarial = fgsm(model, sample, { epsilon });
    const single = measureAnswers(adversarial, adversarial).errorRate;
    own[`${WHERE[k]}fgsm.error`] = percent(single);
    own[`${WHERE[k]}attacked.error`] = percent(errorRate);
    own[`${WHERE[k]}not excluded.error`] = certified ? percent(certified.errorRate) : 100;
    own[`${WHERE[k]}one step's share`] = errorRate > 0 ? percent(single / errorRate) : null;
  });
  return own;
}

/** How far beyond an adversarial example the model is asked again, in lengths of its perturbation. */
const STRETCHES = [1.25, 1.5, 2];

/** Of the images that `adversarial` misleads `model` on, the share that still do wherever their perturbation is stretched to. */
function stretched(model: Differentiable, { x, labels }: Batch, adversarial: Adversarial): number | null {
  const misled = Array.from(adversarial.fooled.keys()).filter((i) => adversarial.predicted[i] !== labels[i]);
  if (misled.length === 0) return null;
  const answers = STRETCHES.map((factor) => {
    const farther = x.data.map((value, i) => value + factor * (adversarial.x.data[i] - value));
    return predict(model, matrix(x.rows, x.cols, farther)).predicted;
  });
  return misled.filter((i) => answers.every((each) => each[i] !== labels[i])).length / misled.length;
}

/** One perturbation for all images, found on training images, beside random signs of the same size. */
async function onePerturbation(
  { train, test, model: trained, seed }: ExperimentContext,
): Promise<Measurements> {
  const maxout = await trained("maxout");
  const { perturbation } = universal(maxout, slice(train, 0, UNIVERSAL), { epsilon: EPSILON });
  const moved = withPerturbation(test, perturbation);
  return {
    "universal.error": percent(measure(maxout, moved).errorRate),
    "noise.error": percent(measure(maxout, signNoise(maxout, test, { epsilon: EPSILON, seed })).errorRate),
  };
}

function bracket(compared: typeof COMPARED, measurements: Measurements, k: number): BarsFigure {
  const of = (quantity: string) =>
    compared.map(([name, x]) => ({ x, value: measurements[`${name}.${WHERE[k]}${quantity}`] ?? null }));
  return {
    kind: "bars",
    id: `bracket-${k}`,
    title: `One step, many attacks, and what no proof excludes, at ε = ${SIZES[k]}`,
    caption:
      "The true error in the worst case lies between the last two: attacks show the one, certificates " +
      `leave the other. Those of ${MODEL_NAMES.softmax} and the ${MODEL_NAMES.rbf} are exact; the others have ` +
      "none here, so nothing is excluded.",
    x: { label: "Model" },
    y: { label: "Error", unit: "%", domain: [0, 100] },
    groups: [
      { name: "one step", values: of("fgsm.error") },
      { name: "many attacks", values: of("attacked.error") },
      { name: "not excluded", values: of("not excluded.error") },
    ],
  };
}
