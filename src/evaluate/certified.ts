/** Certificates of the examples that no attack of the cascade has fooled. @module */

import { certificates } from "../certify/certify.ts";
import type { CertifyOptions, METHODS } from "../certify/options.ts";
import { type Form, formOf } from "../certify/form.ts";
import type { Constraint } from "../constraints/constraint.ts";
import { type Batch, select, slice } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import type { Model } from "../models/model.ts";
import { fools } from "./cascade.ts";
import { note, openRows, type Standing } from "./standing.ts";

/** What reports call inputs that a certificate's counterexample led to. */
export const WITNESS = "witness";

/** How certificates are looked for: by which bounds, within what. */
export type Certifying = CertifyOptions & {
  readonly epsilon: number;
  readonly method: typeof METHODS[number];
};

/** The form of `model` that certificates bound, or the reason why they know none. */
export function certifiableForm(model: unknown): Form | string {
  if (!(model as Partial<Model>).graph) return "the model is not one whose operations are known";
  try {
    return formOf(model as Model);
  } catch (error) {
    if (error instanceof InputError) return error.reason;
    throw error;
  }
}

/** Certifies the examples that still stand, noted in `standing`; yields the part done. */
export function* certifiedSteps(
  model: Model,
  examples: Batch,
  { standing, options, limits, late }: {
    standing: Standing;
    options: Certifying;
    limits: Constraint;
    late: () => boolean;
  },
): Generator<number, { count: number; complete: boolean }> {
  const { epsilon } = options;
  const rows = openRows(standing, epsilon);
  const batch = select(examples, rows);
  let [i, complete] = [0, true];
  for (const { certified, witness } of certificates(model, batch, options)) {
    if (certified) standing.certified[rows[i]] = epsilon;
    // a point of exact arithmetic: it counts once its float32 neighbour is seen to fool the model
    else if (witness && fools(model, slice(batch, i, i + 1), witness, limits)) {
      note(standing, rows[i], { by: WITNESS, size: epsilon });
    }
    i++;
    if (late()) {
      complete = i === rows.length;
      break;
    }
    yield i / rows.length;
  }
  const count = standing.certified.reduce((sum, size) => sum + Number(size >= epsilon), 0);
  return { count, complete };
}

/** How many of the examples `rows` are certified, whatever attacks found. */
export function certifiedCount(
  model: Model,
  examples: Batch,
  rows: readonly number[],
  options: Certifying,
): number {
  return [...certificates(model, select(examples, rows), options)].filter(({ certified }) => certified)
    .length;
}
