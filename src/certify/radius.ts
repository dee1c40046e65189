/** How far an input can be moved for certain without being misclassified. @module */

import { constraint } from "../constraints/mod.ts";
import type { ConstraintOptions } from "../constraints/constraint.ts";
import { type Examples, slice } from "../data/batch.ts";
import { checkExamples } from "../models/answers.ts";
import type { Model } from "../models/model.ts";
import { integer, number, type Schema } from "../schema.ts";
import { checkObject, resolve } from "../checks.ts";
import { certify } from "./certify.ts";
import { linearDistance } from "./exact_linear.ts";
import { formOf } from "./form.ts";
import { within } from "./within.ts";

/** Options of certified radii: the norm, the method and the precision. */
export interface RadiusOptions extends Omit<ConstraintOptions, "epsilon" | "grid" | "oneHot" | "norm"> {
  /** What measures the size; default `"Linf"`. */
  norm?: "Linf" | "L2" | "L1";
  /** Bounds that are tried on networks; default `"auto"`. */
  method?: "auto" | "interval" | "crown" | "alphaCrown" | "semidefinite";
  /** The largest radius to look for; default 1. */
  max?: number;
  /** Halvings of the interval that holds the radius; default 10. */
  halvings?: number;
}

const OPTIONS: Schema<Pick<RadiusOptions, "max" | "halvings">> = {
  max: number("The largest radius to look for", { default: 1, above: 0 }),
  halvings: integer("Halvings of the interval that holds the radius", { default: 10, min: 1, max: 50 }),
};

/**
 * The certified radius of each example, (B), at most `max`: no point of the ball of that size is misclassified. Exact for
 * linear models, up to rounding; else the greatest size at which `certify` succeeds, by halving, from below. 0 where the
 * example itself is misclassified.
 *
 * @example
 * ```ts
 * import { batch, certifiedRadius, matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const tensors = {
 *   W: { shape: [2, 1], data: new Float32Array([-1, 1]) },
 *   b: { shape: [2], data: new Float32Array(2) },
 * };
 * using linear = model(softmaxLinear({ inputs: 1, classes: 2 }), { tensors });
 * assertAlmostEquals(certifiedRadius(linear, batch({ x: matrix(1, 1, [0.5]), labels: [1] }))[0], 0.5, 1e-9);
 * ```
 *
 * @throws {InputError} as `certify` does
 */
export function certifiedRadius(model: Model, examples: Examples, options: RadiusOptions = {}): Float64Array {
  checkObject("find certified radii", options);
  const { max: most, halvings: steps, method, norm = "Linf", bounds, fixed } = options;
  const { max = 1, halvings = 10 } = resolve("find certified radii", OPTIONS, { max: most, halvings: steps });
  const batch = checkExamples("find certified radii", model, examples);
  const form = formOf(model);
  const limits = constraint(model.inputs, { epsilon: max, norm, bounds, fixed }, "find certified radii");
  return new Float64Array(batch.x.rows).map((_, i) => {
    const one = slice(batch, i, i + 1);
    const holds = (epsilon: number) =>
      certify(model, one, { epsilon, norm, bounds, fixed, method }).examples[0].certified;
    if (form.kind === "linear") {
      // the room that the bounds leave, whatever the size of the ball
      const { x, lo, hi } = within(limits.withEpsilon(Number.MAX_VALUE), one.x.data);
      const distance = linearDistance(form.scores, one.labels[0], { x, lo, hi, norm });
      return Math.min(max, distance * (1 - 1e-9));
    }
    if (holds(max)) return max;
    let [low, high] = [0, max];
    for (let k = 0; k < halvings; k++) {
      const middle = (low + high) / 2;
      if (holds(middle)) low = middle;
      else high = middle;
    }
    return low;
  });
}
