/** What is known of each example while the worst case is looked for. @module */

import type { Constraint } from "../constraints/constraint.ts";
import type { Batch } from "../data/batch.ts";
import { matrix, rowsOf } from "../matrix.ts";
import type { Classifier, Differentiable } from "../models/classifier.ts";

/** A model as attacks see it, with gradients or without. */
export type Subject = Classifier & Partial<Differentiable>;

/** What is known of each example so far, (B) each. */
export interface Standing {
  /** What fooled the model; null if nothing did. */
  readonly by: (string | null)[];
  /** The size of the smallest perturbation found that does; 0 if clean, ∞ if nothing did. */
  readonly size: Float64Array;
  /** The greatest size at which it is certified; 0 if none. */
  readonly certified: Float64Array;
  readonly queries: Int32Array;
  /** Examples within the bounds: of the others nothing is tried. */
  readonly inside: readonly number[];
}

/** What is known before any attack, and of which examples more can be known. */
export function firstStanding(
  clean: Int32Array,
  { x, labels }: Pick<Batch, "x" | "labels">,
  limits: Constraint,
): Standing {
  return {
    by: Array.from(clean, (c, i) => c !== labels[i] ? "clean" : null),
    size: Float64Array.from(clean, (c, i) => c !== labels[i] ? 0 : Infinity),
    certified: new Float64Array(x.rows),
    queries: new Int32Array(x.rows),
    inside: insideOf(limits, x),
  };
}

function insideOf(limits: Constraint, x: Batch["x"]): number[] {
  const all = Array.from({ length: x.rows }, (_, i) => i);
  if (!limits.checkOriginal(x)) return all;
  return all.filter((i) => !limits.checkOriginal(matrix(1, x.cols, rowsOf(x, i, i + 1).data)));
}

/** Whether example `i` is misclassified within `epsilon`, as it is or by an attack. */
export function isFooled({ size }: Standing, i: number, epsilon: number): boolean {
  return size[i] <= epsilon;
}

/** Examples within the bounds that no attack has fooled, at this size or a smaller one. */
export function openRows(standing: Standing, epsilon: number): number[] {
  return standing.inside.filter((i) => !isFooled(standing, i, epsilon));
}

/** Share of all examples that are misclassified within `epsilon`, as far as is known. */
export function errorAt({ size }: Standing, epsilon: number): number {
  return size.reduce((sum, each) => sum + Number(each <= epsilon), 0) / size.length;
}

/** Notes what fooled the model on an example, and by how much it moved. */
export function note({ by, size }: Standing, row: number, found: { by: string; size: number }): void {
  [by[row], size[row]] = [found.by, found.size];
}
