/** How much of the space around noise a model claims for a class, proven. @module */

import type { ConstraintOptions } from "../constraints/constraint.ts";
import { constraint } from "../constraints/mod.ts";
import { InputError } from "../errors.ts";
import { checkMatrix, type Matrix, rowsOf } from "../matrix.ts";
import { checkFiniteInputs } from "../models/answers.ts";
import { checkModel } from "../models/classifier.ts";
import type { Model } from "../models/model.ts";
import { choice, integer, number, type Schema } from "../schema.ts";
import { checkObject, resolve } from "../checks.ts";
import { claimsIn } from "./claims.ts";
import { formOf } from "./form.ts";
import { within } from "./within.ts";

/** What messages say is being done. */
const ACTION = "bound what is claimed around rubbish";

/** Options of certified regions around rubbish: the norm, the method and the precision. */
export interface RubbishRadiiOptions extends Pick<ConstraintOptions, "bounds" | "fixed"> {
  /** What measures a region; default `"Linf"`. */
  norm?: "Linf" | "L2" | "L1";
  /** A class is claimed where its probability is above this, in (0, 1); default 0.5. */
  threshold?: number;
  /** The largest radius to look for; default 1. */
  max?: number;
  /** Halvings of the interval that holds a radius; default 10. */
  halvings?: number;
  /** Bounds that are tried on networks; default `"crown"`. */
  method?: "interval" | "crown";
}

const OPTIONS: Schema<Omit<RubbishRadiiOptions, "bounds" | "fixed">> = {
  norm: choice("What measures a region", ["Linf", "L2", "L1"], { default: "Linf" }),
  threshold: number("Probability above which a class is claimed", { above: 0, below: 1, default: 0.5 }),
  max: number("The largest radius to look for", { above: 0, default: 1 }),
  halvings: integer("Halvings of the interval that holds a radius", { min: 1, max: 50, default: 10 }),
  method: choice("Bounds that are tried on networks", ["interval", "crown"], {
    default: "crown",
  }),
};

/** Certified regions around inputs. */
export interface RubbishRadii {
  /** The class that is claimed at each input itself, or −1, (B). */
  readonly claimed: Int32Array;
  /**
   * Radius of the ball about each input, (B), in all of which that class is claimed, or where there is none, in all of
   * which no class is.
   */
  readonly radius: Float64Array;
}

/**
 * How large a region around each input `x`, (B, D), is claimed with confidence: the radius up to which one class has a
 * probability above `threshold` everywhere; or, where the model claims nothing at the input, the radius up to which no class
 * has. Exact up to the halvings for linear models, and in L∞ for diagonal RBF networks; else a bound from below.
 *
 * What is proven is about the model's function in exact arithmetic. A good answer to rubbish claims nothing, far around.
 *
 * @example
 * ```ts
 * import { matrix, model, rbf, rubbishRadii } from "@gibbon/gibbon";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const tensors = {
 *   mu: { shape: [2, 1], data: new Float32Array([0, 9]) },
 *   beta: { shape: [2, 1], data: new Float32Array([1, 1]) },
 * };
 * using net = model(rbf({ inputs: 1, classes: 2 }), { tensors });
 * // p = exp(−x²) is above one half within 0.8326 of 0
 * const { claimed, radius } = rubbishRadii(net, matrix(2, 1, [0.5, 1.5]), { halvings: 30 });
 * assertEquals([...claimed], [0, -1]);
 * assertAlmostEquals(radius[0], 0.33255, 1e-4);
 * assertAlmostEquals(radius[1], 0.66745, 1e-4);
 * ```
 *
 * @throws {InputError} if an option is out of range, or for a model that `certify` does not take
 */
export function rubbishRadii(model: Model, x: Matrix, options: RubbishRadiiOptions = {}): RubbishRadii {
  checkModel(ACTION, model);
  checkMatrix(ACTION, x);
  checkObject(ACTION, options);
  const out = { claimed: new Int32Array(x.rows), radius: new Float64Array(x.rows) };
  for (const { input, found } of rubbishRadiiSteps(model, x, options)) {
    if (!found) continue;
    out.claimed[input] = found.claimed;
    out.radius[input] = found.radius;
  }
  return out;
}

/** How far the inputs are: `input` is at hand, `done` is a fraction of all. */
export interface RubbishStep {
  readonly input: number;
  readonly done: number;
  /** The class that is claimed there, or −1, and the radius, once they are known. */
  readonly found?: { readonly claimed: number; readonly radius: number };
}

/** The same in steps, several for an input: whoever asks may show progress, or stop. */
export function* rubbishRadiiSteps(
  model: Model,
  x: Matrix,
  { bounds, fixed, ...given }: RubbishRadiiOptions,
): Generator<RubbishStep> {
  const all = resolve(ACTION, OPTIONS, given) as Required<RubbishRadiiOptions>;
  const { norm, max, halvings } = all;
  checkFiniteInputs(ACTION, model, x);
  const limits = constraint(model.inputs, { epsilon: max, norm, bounds, fixed }, ACTION);
  const violation = limits.checkOriginal(x);
  if (violation) {
    throw new InputError(
      "value",
      ACTION,
      `input ${violation.feature} of input row ${violation.row} ${violation.problem}`,
    );
  }
  const form = formOf(model);
  for (let i = 0; i < x.rows; i++) {
    const original = rowsOf(x, i, i + 1).data;
    const claims = (epsilon: number) =>
      claimsIn(model, form, within(limits.withEpsilon(epsilon), original), all);
    const [claimed] = claims(0).always;
    const holds = (epsilon: number) => {
      const { always, never } = claims(epsilon);
      return claimed === undefined ? never.length === model.classes : always.includes(claimed);
    };
    let [low, high] = [0, max];
    if (holds(max)) low = max;
    else {
      for (let k = 0; k < halvings; k++) {
        yield { input: i, done: (i + (k + 1) / (halvings + 1)) / x.rows };
        const middle = (low + high) / 2;
        if (holds(middle)) low = middle;
        else high = middle;
      }
    }
    yield { input: i, done: (i + 1) / x.rows, found: { claimed: claimed ?? -1, radius: low } };
  }
}
