/** What certificates of a model cost, so that a request can be told before it begins. @module */

import type { Form } from "../certify/form.ts";
import { certifiableForm } from "../evaluate/certified.ts";
import type { RobustnessOptions } from "../evaluate/robustness.ts";
import type { Differentiable } from "../models/classifier.ts";
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
  // what certificates do not know costs nothing, and stays unresolved
  const form = certifiableForm(model);
  return typeof form === "string" ? 0 : certificateCost(form, cost, certify) * epsilons.length;
}

/** The bounds for `model` where a request names none: CROWN, or what is exact, where it is cheap; else none. */
export function cheapMethod(model: Differentiable, cost: number): "crown" | "none" {
  const form = certifiableForm(model);
  if (typeof form === "string") return "none";
  return certificateCost(form, cost, "crown") <= CHEAP * cost ? "crown" : "none";
}

function certificateCost(form: Form, cost: number, certify: RobustnessOptions["certify"]): number {
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
