/** Bounds on differences of scores wherever the center of a region lies. @module */

import type { Constraint } from "../constraints/constraint.ts";
import { InputError } from "../errors.ts";
import type { Model } from "../models/model.ts";
import { type ClassPair, globalTable } from "./cascade.ts";
import type { Chain } from "./chain.ts";
import { formOf } from "./form.ts";
import { hasOneHiddenLayer } from "./hidden_units.ts";

/**
 * Upper bounds of the increase of each difference of two class scores within a ball of radius `epsilon` around any
 * center, (C·C) by label and rival: what `certify` computes first for many examples. Parts of the data that are certified
 * apart share it by `certificatesSharing`; with `pairs`, its entries can be computed apart and joined by their minima.
 *
 * @throws {InputError} unless the model has one hidden layer of relu, leakyRelu or maxout units of two pieces, and the
 *   norm is L∞ or L2
 */
export function globalBounds(
  model: Model,
  options: {
    epsilon: number | ArrayLike<number>;
    norm?: "Linf" | "L2";
    /** Pairs of classes to compute, each with its reverse; default all. */
    pairs?: readonly ClassPair[];
  },
): Float64Array {
  const { epsilon, norm = "Linf", pairs } = options;
  const form = formOf(model);
  if (form.kind !== "chain" || !hasGlobal(form.chain, norm)) {
    throw new InputError(
      "value",
      "bound scores globally",
      "that takes one hidden layer of relu, leakyRelu or maxout units of two pieces, and norm Linf or L2",
    );
  }
  return globalTable(form.chain, { epsilon, norm, pairs });
}

/** Whether the scores of `chain` can be bounded wherever the center lies. */
export function hasGlobal(chain: Chain, norm: Constraint["norm"]): boolean {
  if ((norm !== "Linf" && norm !== "L2") || !hasOneHiddenLayer(chain, { norm })) return false;
  const layer = chain.layers[1];
  return layer.type !== "maxout" || layer.pieces === 2;
}
