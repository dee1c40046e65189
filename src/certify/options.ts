/** What certificates are told: the constraint, and how much is tried. @module */

import { checkObject, resolve } from "../checks.ts";
import { type ConstraintOptions, isNorm } from "../constraints/constraint.ts";
import { constraint } from "../constraints/mod.ts";
import { InputError } from "../errors.ts";
import { checkModel } from "../models/classifier.ts";
import type { Model } from "../models/model.ts";
import { any, choice, number, type Schema } from "../schema.ts";

/** How much is tried: exact answers where there are, else each kind of bound after the ones before it. */
export const METHODS = ["auto", "interval", "crown", "alphaCrown", "semidefinite", "complete"] as const;

/** Options of certificates, except for the constraint. */
export interface CertifyOptions extends ConstraintOptions {
  /**
   * For networks: interval bounds; CROWN; CROWN with slopes that are optimised for each bound; the semidefinite bound where
   * there is one hidden layer of ReLU, leaky ReLU or maxout units; and branch and bound on what is open then. `"auto"`, the
   * default, is CROWN and the semidefinite bound, or slopes optimised for the scores alone where there is none. Linear and diagonal RBF models are
   * answered exactly.
   */
  method?: "auto" | "interval" | "crown" | "alphaCrown" | "semidefinite" | "complete";
  /** Seconds that branch and bound may take for each example, by the clock `now`; default 10. */
  timeLimit?: number;
  /** A clock in milliseconds, such as `() => performance.now()`; without it there are no times, and no branch and bound. */
  now?: () => number;
  /** 1 for each example that is known to be fooled, (B): it is not looked at again. */
  attacked?: ArrayLike<number>;
}

const OPTIONS: Schema<Omit<CertifyOptions, keyof ConstraintOptions>> = {
  method: choice("Bounds that are tried on networks", METHODS, { default: "auto" }),
  timeLimit: number("Seconds of branch and bound for each example", { default: 10, above: 0 }),
  now: any("A clock in milliseconds"),
  attacked: any("1 for each example that is known to be fooled"),
};

/** The constraint, and the other options with their defaults. */
export function allowed(model: Model, options: CertifyOptions) {
  checkModel("certify", model);
  checkObject("certify", options);
  const { epsilon, norm, bounds, fixed, grid, oneHot, ...rest } = options;
  const limits = constraint(model.inputs, { epsilon, norm, bounds, fixed, grid, oneHot }, "certify");
  if (!isNorm(limits.norm)) {
    throw new InputError("value", `certify in norm ${limits.norm}`, "expected Linf, L2 or L1");
  }
  return [limits, resolve("certify", OPTIONS, rest)] as const;
}
