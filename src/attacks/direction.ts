/** The loss that an attack raises, and what it asks to follow it. @module */

import type { Constraint } from "../constraints/constraint.ts";
import { LOSSES, type LossName, lossScoreGradient, roundedScoreGradient } from "../loss.ts";
import type { Matrix } from "../matrix.ts";
import { choice, type Field } from "../schema.ts";
import type { Aim } from "./prepare.ts";
import type { Answer, Chunk, Query } from "./query.ts";

/** Which loss an attack raises, and for which labels. */
export interface LossOptions {
  /**
   * Labels whose loss is raised: the true ones (default, the paper's), or the model's own predictions, which leak
   * nothing of the truth into the attack. Nothing changes with a target, whose loss is lowered.
   */
  labels?: "true" | "predicted";
  /**
   * The loss: the model's own (default), the cross-entropy of its classes' probabilities as shares of their sum, or the
   * margin by which the best wrong class leads. Models that are trained on independent probabilities resist the first more
   * than the last. `dlr` with a target, or of two classes, is the margin: over the distance of the first score from the third
   * it would have no slope where the target comes third.
   */
  loss?: LossName;
  /**
   * The direction followed: that of the exact gradient also where a probability rounds to 1 (`"safe"`, default), or
   * of the gradient of the model's own loss as plain float32 arithmetic has it (`"float32"`), where p − 1 is then 0 and the
   * attack weaker.
   */
  gradient?: "safe" | "float32";
}

/** The same as a schema. */
export const LOSS_OPTIONS: {
  readonly [K in keyof LossOptions]-?:
    & Field<NonNullable<LossOptions[K]>>
    & { readonly default: NonNullable<LossOptions[K]> };
} = {
  labels: choice("Labels whose loss is raised", ["true", "predicted"], { default: "true" }),
  loss: choice("The loss that is raised", LOSSES, { default: "own" }),
  gradient: choice("The exact direction, or that of the gradient as float32 rounds it", ["safe", "float32"], {
    default: "safe",
  }),
};

/** The loss that takes effect on so many classes, with a target or without. */
export const effectiveLoss = <L extends string>(loss: L, { classes, aimed }: Aim): L | "margin" =>
  loss === "dlr" && (aimed || classes < 3) ? "margin" : loss;

/** Options with the loss that takes effect. */
export const withEffectiveLoss = <O extends { readonly loss: string }>(options: O, aim: Aim): O => ({
  ...options,
  loss: effectiveLoss(options.loss, aim),
});

/** No slope where a feature that leans on a bound would have to pass it. */
export function blockSlopes(gradient: Matrix, at: Matrix, { inputs, lo, hi }: Constraint): void {
  const { data: g } = gradient, { data: x } = at;
  for (let i = 0; i < g.length; i++) {
    if (g[i] > 0 ? x[i] >= hi[i % inputs] : x[i] <= lo[i % inputs]) g[i] = 0;
  }
}

/** Makes the query for the gradient of a loss at some inputs of a chunk: ascending, or descending with a target. */
export type LossQuery = (x: Matrix, how?: { rows?: Int32Array; done?: number }) => Query;

/** The queries for the gradient of the loss of `options` on a chunk. Queries the predictions first if they are the labels. */
export function* lossQueries(
  { x: original, labels: truth, target, model }: Chunk,
  { labels: whose, loss, gradient }: Required<LossOptions>,
): Generator<Query, LossQuery, Answer> {
  const labels = target ?? (whose === "true" ? truth : (yield { ask: "scores", x: original }).predicted());
  const { classes } = model, aimed = target !== undefined;
  const write = gradient === "float32"
    ? roundedScoreGradient(model)
    : lossScoreGradient(model, effectiveLoss(loss, { classes, aimed }));
  const key = `${gradient} ${loss}`;
  return (x, { rows, done } = {}) => {
    const labelsAsked = rows ? rows.map((row) => labels[row]) : labels;
    return {
      ask: "gradient",
      x,
      rows,
      done,
      key,
      dScores(dScores, scores, first) {
        write(
          dScores,
          scores,
          first === 0 && scores.rows === labelsAsked.length
            ? labelsAsked
            : labelsAsked.subarray(first, first + scores.rows),
        );
        if (!target) return;
        const { data } = dScores;
        for (let i = 0; i < data.length; i++) data[i] = -data[i];
      },
    };
  };
}
