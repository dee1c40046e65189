/** Multilayer perceptron: its options, graph, first weights and recipe. @module */

import { fillNormal, fillUniform } from "../rng.ts";
import { choice, integers, number } from "../schema.ts";
import { leakyRelu } from "../ops/leaky_relu.ts";
import { linear } from "../ops/linear.ts";
import { relu } from "../ops/relu.ts";
import { sigmoid } from "../ops/sigmoid.ts";
import { tanh } from "../ops/tanh.ts";
import { builtIn, type FamilyKind, SIZES } from "./family.ts";
import { linearNode } from "./nodes.ts";

/** Sizes of a multilayer perceptron. */
export interface MlpOptions {
  /** Number of inputs, D. */
  inputs: number;
  /** Number of classes, C, at least 2. */
  classes: number;
  /** Units of each hidden layer, U; default [500]. */
  units?: readonly number[];
  /** What hidden units make of their sums; default `"relu"`. */
  activation?: "relu" | "leakyRelu" | "tanh" | "sigmoid";
  /** Slope of `"leakyRelu"` where a sum is not positive, in (0, 1); default 0.01. */
  slope?: number;
  /** `"softmax"` (default), or `"sigmoid"` for an independent probability of each class. */
  head?: "softmax" | "sigmoid";
  /**
   * How weights are drawn: with variance 2/D for D inputs of a layer (He et al. 2015), or 2/(D + U) with its U outputs
   * (Glorot and Bengio 2010); default `"heUniform"`.
   */
  initialization?: "heUniform" | "heNormal" | "glorotUniform" | "glorotNormal";
}

/**
 * The family of multilayer perceptrons: layers h = f(x·Wᵀ + b), then a linear top: `layerN.W` (U, D), `layerN.b` (U),
 * `top.W` (C, U), `top.b` (C). Biases start at 0.
 *
 * @example
 * ```ts
 * import { mlp } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const family = mlp({ inputs: 784, classes: 10, units: [500], activation: "relu" });
 * assertEquals(family.shapes["layer0.W"], [500, 784]);
 * ```
 *
 * @throws {InputError} if a size is not a whole number ≥ 1, the slope not in (0, 1), or a word none of those
 */
export const mlp: FamilyKind<MlpOptions> = builtIn<MlpOptions>()({
  name: "mlp",
  summary: "A multilayer perceptron, linear layers with an activation between them",
  options: {
    ...SIZES,
    units: integers("Units of each hidden layer", { default: [500], min: 1 }),
    activation: choice("What hidden units make of their sums", ["relu", "leakyRelu", "tanh", "sigmoid"], {
      default: "relu",
    }),
    slope: number("Slope of leakyRelu where a sum is not positive", { default: 0.01, above: 0, below: 1 }),
    head: choice("One distribution over the classes, or one probability each", ["softmax", "sigmoid"], {
      default: "softmax",
    }),
    initialization: choice(
      "How weights are drawn",
      ["heUniform", "heNormal", "glorotUniform", "glorotNormal"],
      { default: "heUniform" },
    ),
  },
  ops: { leakyRelu, linear, relu, sigmoid, tanh },
  make: ({ inputs, classes, units, activation, slope, head, initialization }) => ({
    graph: {
      input: inputs,
      nodes: [
        ...units.flatMap((count, i) => {
          const linear = linearNode(`layer${i}.`, i === 0 ? "input" : `layer${i - 1}`, [count]);
          const attributes = activation === "leakyRelu" ? { slope } : {};
          return [linear, { id: `layer${i}`, op: activation, from: [linear.id], attributes }];
        }),
        linearNode("top.", units.length === 0 ? "input" : `layer${units.length - 1}`, [classes]),
      ],
      head,
    },
    recipe: { optimizer: { name: "adam", learningRate: 0.001 }, batchSize: 100 },
    fill(name, out, random) {
      if (!name.endsWith("W")) return;
      const fan = initialization.startsWith("he") ? out.cols : out.cols + out.rows;
      const std = Math.sqrt(2 / fan), range = Math.sqrt(3) * std;
      if (initialization.endsWith("Normal")) fillNormal(out, random, { std });
      else fillUniform(out, random, { lo: -range, hi: range });
    },
  }),
});
