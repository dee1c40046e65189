/** Networks of layers in a row, in double precision. @module */

import { exp } from "./functions.ts";
import type { Affine } from "./exact_linear.ts";

/** Functions of one variable between linear layers. */
export type ActivationName = "relu" | "leakyRelu" | "tanh" | "sigmoid" | "exp" | "square" | "identity";

/** W·x + b. */
export interface LinearLayer extends Affine {
  readonly type: "linear";
}

/** A function of each entry. */
export interface ActivationLayer {
  readonly type: ActivationName;
  /** Slope of a leaky ReLU below 0, in [0, 1]. */
  readonly slope?: number;
}

/** The maximum over `pieces` of z, pieces major: z[p·U + u]. */
export interface MaxoutLayer {
  readonly type: "maxout";
  readonly pieces: number;
}

/** A function of its own for each entry. */
export interface MixedLayer {
  readonly type: "mixed";
  readonly units: readonly ActivationLayer[];
}

/** One layer. */
export type ChainLayer = LinearLayer | ActivationLayer | MixedLayer | MaxoutLayer;

/** The function of entry `u` of a layer. */
export function activationAt(layer: ActivationLayer | MixedLayer, u: number): ActivationLayer {
  return layer.type === "mixed" ? layer.units[u] : layer;
}

/** Layers from inputs to scores, C of them; the last is linear. */
export interface Chain {
  readonly inputs: number;
  readonly classes: number;
  readonly layers: readonly ChainLayer[];
}

/** An activation's value at `z`. */
export function activate({ type, slope = 0 }: ActivationLayer, z: number): number {
  switch (type) {
    case "relu":
      return Math.max(z, 0);
    case "identity":
      return z;
    case "square":
      return z * z;
    case "exp":
      return exp(z);
    case "leakyRelu":
      return z > 0 ? z : slope * z;
    case "sigmoid":
      return z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z));
    case "tanh": {
      const e = exp(-2 * Math.abs(z));
      return Math.sign(z) * (1 - e) / (1 + e);
    }
  }
}

/** The outputs of a layer for inputs `x`. */
export function apply(layer: ChainLayer, x: Float64Array): Float64Array {
  if (layer.type === "linear") {
    const { cols, W, b } = layer;
    return b.map((bias, u) => {
      let sum = bias;
      for (let i = 0, at = u * cols; i < cols; i++) sum += W[at + i] * x[i];
      return sum;
    });
  }
  if (layer.type === "maxout") {
    const units = x.length / layer.pieces;
    const out = x.slice(0, units);
    for (let i = units; i < x.length; i++) out[i % units] = Math.max(out[i % units], x[i]);
    return out;
  }
  return x.map((z, u) => activate(activationAt(layer, u), z));
}

/** The scores of one input. */
export function scoresOf({ layers }: Chain, x: Float64Array): Float64Array {
  return layers.reduce((h, layer) => apply(layer, h), x);
}

/** The label's score less the greatest other one. */
export function marginOf(scores: Float64Array, label: number): number {
  return scores.reduce((min, s, c) => c === label ? min : Math.min(min, scores[label] - s), Infinity);
}
