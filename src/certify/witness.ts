/** Inputs that prove a model wrong, looked at again as float32 and in double precision. @module */

import { checkList } from "../checks.ts";
import type { Constraint } from "../constraints/constraint.ts";
import { type Matrix, matrix } from "../matrix.ts";
import { checkExamples } from "../models/answers.ts";
import { checkModel } from "../models/classifier.ts";
import type { Model } from "../models/model.ts";
import type { Proof, Verdict } from "./cascade.ts";
import { apply, marginOf, scoresOf } from "./chain.ts";
import { type Form, formOf } from "./form.ts";

/** The certificate of one example, ready for JSON. */
export interface Certificate {
  /** Whether no point of the region is misclassified. */
  readonly certified: boolean;
  /** Whether one is: the example itself, one that an attack found, or a witness. */
  readonly falsified: boolean;
  /** What settled it; null if nothing did. */
  readonly method: Proof | null;
  /** The label's score less any other is at least this everywhere in the region; null where nothing is known. */
  readonly margin: number | null;
  /** A float32 input within the constraint that is misclassified, also in double precision, (D), where one was found. */
  readonly witness?: readonly number[];
}

/** By how much a witness is wrong at least, relative to its scores: more than double precision rounds. */
const CLEARLY = 1e-10;

/** The verdict with its witness as a float32 input, which double precision has taken another look at. */
export function checked(
  { witness, ...verdict }: Verdict,
  { form, limits, x, label }: { form: Form; limits: Constraint; x: Matrix; label: number },
): Certificate {
  const margin = verdict.margin === -Infinity ? null : verdict.margin;
  if (!witness) return { ...verdict, margin };
  const input = matrix(1, x.cols, Float32Array.from(witness));
  limits.project(input, x);
  if (!limits.check(input, x) && isWrong(form, input.data, label)) {
    return { ...verdict, margin, witness: Array.from(input.data) };
  }
  // a real point of the region is enough where all of them are allowed
  const falsified = !limits.discrete && isWrong(form, witness, label);
  return { ...verdict, margin, falsified, method: falsified ? verdict.method : null };
}

function isWrong(form: Form, x: ArrayLike<number>, label: number): boolean {
  const scores = scoresAt(form, Float64Array.from(x));
  const size = scores.reduce((max, s) => Math.max(max, Math.abs(s)), 0);
  return marginOf(scores, label) < -CLEARLY * size;
}

/** The scores of one input in double precision. */
function scoresAt(form: Form, x: Float64Array): Float64Array {
  if (form.kind === "chain") return scoresOf(form.chain, x);
  const { rows, cols } = form.scores;
  if (form.kind === "linear") return apply({ type: "linear", ...form.scores }, x);
  const { mu, beta } = form.scores;
  return new Float64Array(rows).map((_, c) => {
    let sum = 0;
    for (let i = 0, at = c * cols; i < cols; i++, at++) sum -= beta[at] * (x[i] - mu[at]) * (x[i] - mu[at]);
    return sum;
  });
}

/** The label's score less the greatest other one at `x`, in double precision: what certificates bound. */
export function marginAt(model: Model, x: ArrayLike<number>, label: number): number {
  const action = "find a margin";
  checkModel(action, model);
  checkList(action, x, "x");
  checkExamples(action, model, { x: matrix(1, x.length, x), labels: [label] });
  return marginOf(scoresAt(formOf(model), Float64Array.from(x, Number)), label);
}
