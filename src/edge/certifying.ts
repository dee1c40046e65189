/** What certificates of a model cost, so that a request can be told before it begins. @module */

import { formOf } from "../certify/form.ts";
import { InputError } from "../errors.ts";
import type { RobustnessOptions } from "../evaluate/robustness.ts";
import type { Differentiable } from "../models/classifier.ts";
import type { Model } from "../models/model.ts";
import { Problem } from "./problem.ts";

/** Bounds that a request may ask for: those that need no search. Linear and diagonal RBF models are answered exactly. */
export const CHEAP_METHODS = ["interval", "crown", "none"] as const;

/** Multiply-adds of a certificate for each of the model's own, up to which certificates are made without being asked for. */
const CHEAP = 64;

/** Passes through a linear or RBF model that its exact answer takes, about: sorting, and two models of one input each. */
const EXACT = 8;

/**
 * Multiply-adds that the certificate of one example takes at each of `epsilons`, about; 0 without certificates.
 *
 * @throws {Problem} if bounds are asked for that search, and so know no limit
 */
export function certifyingCost(
  model: Differentiable,
  { certify, epsilons, cost }: Pick<RobustnessOptions, "certify" | "epsilons"> & { cost: number },
): number {
  if (certify === "none") return 0;
  const one = certificateCost(model, cost, certify);
  return one * epsilons.length;
}

/** The bounds for `model` where a request names none: CROWN, or what is exact, where it is cheap; else none. */
export function cheapMethod(model: Differentiable, cost: number): "crown" | "none" {
  try {
    return certificateCost(model, cost, "crown") <= CHEAP * cost ? "crown" : "none";
  } catch (error) {
    // what no certificate knows is left without one
    if (error instanceof InputError) return "none";
    throw error;
  }
}

function certificateCost(model: Differentiable, cost: number, certify: RobustnessOptions["certify"]): number {
  if (!("graph" in model)) {
    throw new InputError("value", `certify by ${certify}`, "the model is not one whose operations are known");
  }
  const form = formOf(model as Model);
  if (form.kind !== "chain") return EXACT * cost;
  if (!(CHEAP_METHODS as readonly unknown[]).includes(certify)) {
    throw new Problem(
      422,
      `Cannot certify by ${certify}: its time cannot be limited here; use interval, crown or none`,
    );
  }
  if (certify === "interval") return 2 * cost;
  // the bounds of each layer behind the first go back through all before it, a row for each of its outputs
  let [below, sum] = [0, 0];
  for (const layer of form.chain.layers) {
    if (layer.type !== "linear") continue;
    if (below > 0) sum += 2 * layer.rows * (below + layer.rows * layer.cols);
    below += layer.rows * layer.cols;
  }
  return sum;
}
