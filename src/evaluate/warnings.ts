/** Signs that an evaluation of robustness says less than it seems to. @module */

import { type Batch, slice } from "../data/batch.ts";
import type { Matrix } from "../matrix.ts";
import { scoresOf } from "../models/answers.ts";
import type { Classifier, Differentiable } from "../models/classifier.ts";
import type { Stage } from "./efforts.ts";

/** What a warning is about. */
export type WarningName =
  | "zeroGradients"
  | "saturatedLoss"
  | "maskedLoss"
  | "probabilitiesAsScores"
  | "randomisedModel"
  | "noiseBeatsGradient"
  | "blackBoxBeatsGradient"
  | "notMonotone"
  | "singleStepBeatsMany"
  | "fewClasses"
  | "certificateContradicted"
  | "inputsOutsideBounds"
  | "noGradients"
  | "noCertificates";

/** A warning, in words. */
export interface Warning {
  /** What it is about. */
  readonly name: WarningName;
  /** One sentence, with the numbers that gave rise to it. */
  readonly text: string;
  /** Of the examples in question, the greatest share that it is about, where it is about examples. */
  readonly share?: number;
}

/** What one stage did at one size. */
export interface Finding {
  readonly stage: Stage;
  readonly epsilon: number;
  /** Number of examples that it was tried on: those that no earlier stage had fooled. */
  readonly open: number;
  /** Rows of the examples that it fooled. */
  readonly newlyFooled: readonly number[];
  /** Number of examples whose gradient was 0 in every input. */
  readonly zeroGradients: number;
}

export type Attacked = Classifier & Partial<Differentiable>;

/** Shares of examples from which a warning is given. */
const ZERO = 0.01, SATURATED = 0.1, MASKED = 0.1, BLACK_BOX = 0.002;
/** Examples that a probe tries again, at most. */
export const SAMPLE = 100;

/** Warnings that follow from the findings of the run, without further queries. */
export function runWarnings(
  { model, examples, sure, findings, outside, uncertified }: {
    model: Attacked;
    examples: Batch;
    /** Share of the examples at which a probability rounds to 1. */
    sure: number;
    findings: readonly Finding[];
    /** Examples outside the bounds. */
    outside: number;
    /** Why nothing is certified, where certificates do not know the model. */
    uncertified?: string;
  },
): Warning[] {
  const { length } = examples.labels;
  const warnings: Warning[] = [];
  const warn = (name: WarningName, text: string, share?: number) =>
    warnings.push({ name, text, ...(share !== undefined && { share }) });
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

  if (outside > 0) {
    warn(
      "inputsOutsideBounds",
      `${outside} of ${length} examples are outside the bounds: nothing was tried on them, and they count as unresolved`,
      outside / length,
    );
  }
  if (!model.inputGradient) {
    warn(
      "noGradients",
      "The model gives no gradients: only attacks that ask for scores or labels were tried",
    );
  }
  if (uncertified) {
    warn("noCertificates", `Nothing is certified, and what no attack fooled is unresolved: ${uncertified}`);
  }
  const zero = findings.reduce((max, { zeroGradients }) => Math.max(max, zeroGradients / length), 0);
  if (zero > ZERO) {
    warn(
      "zeroGradients",
      `The gradient was zero in every input at ${
        percent(zero)
      } of the examples: attacks that follow it are blind there`,
      zero,
    );
  }
  if (sure > SATURATED) {
    warn(
      "saturatedLoss",
      `A probability rounds to 1 at ${
        percent(sure)
      } of the examples: the loss is flat there in float32, and other tools may find no gradient`,
      sure,
    );
  }
  if (areProbabilities(model, scoresOf(model, slice(examples, 0, SAMPLE).x))) {
    warn(
      "probabilitiesAsScores",
      "The scores are probabilities, of which the softmax is taken again: give the scores before the softmax, or the gradient is weak",
    );
  }
  const many = new Map(findings.filter(({ stage }) => stage.role === "many").map((f) => [f.epsilon, f]));
  for (const { stage, epsilon, newlyFooled } of findings) {
    const counted = many.get(epsilon);
    if (
      stage.options.loss !== "margin" || !counted ||
      !(newlyFooled.length / length > MASKED && newlyFooled.length >= 10)
    ) continue;
    warn(
      "maskedLoss",
      `At ${epsilon}, ${stage.name} fooled ${newlyFooled.length} examples more than steps on the model's own loss: that loss hides adversarial examples, so resistance to it is not robustness`,
    );
    break;
  }
  const beats = (role: (stage: Stage) => boolean, name: WarningName, what: string) => {
    const found = findings.find(({ stage, newlyFooled }) =>
      role(stage) && newlyFooled.length >= 1 && newlyFooled.length / length > BLACK_BOX
    );
    if (found && model.inputGradient) {
      warn(
        name,
        `At ${found.epsilon}, ${what} fooled ${found.newlyFooled.length} examples that attacks by gradients did not: these gradients mislead`,
      );
    }
  };
  beats(({ role }) => role === "noise", "noiseBeatsGradient", "noise");
  beats(({ attack }) => attack === "square", "blackBoxBeatsGradient", "an attack by scores alone");
  if (model.classes < 4 && findings.some(({ stage }) => stage.options.loss === "dlr")) {
    warn(
      "fewClasses",
      `The DLR loss needs more than ${model.classes} classes: the plain margin was used in its place`,
    );
  }
  return warnings;
}

/** Rows of numbers of at least 0 that sum to 1, where a softmax is taken of them. */
function areProbabilities({ head }: Attacked, { rows, cols, data }: Matrix): boolean {
  if (head.name !== "softmax" || rows === 0) return false;
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let c = row * cols; c < (row + 1) * cols; c++) {
      if (!(data[c] >= 0)) return false;
      sum += data[c];
    }
    if (Math.abs(sum - 1) > 1e-3) return false;
  }
  return true;
}
