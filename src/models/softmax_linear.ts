/** Softmax regression: its options, graph, first weights and recipe. @module */

import { linear } from "../ops/linear.ts";
import { builtIn, type FamilyKind, SIZES } from "./family.ts";
import { linearNode } from "./nodes.ts";

/** Sizes of a linear model of several classes. */
export interface SoftmaxLinearOptions {
  /** Number of inputs, D. */
  inputs: number;
  /** Number of classes, C, at least 2. */
  classes: number;
}

/**
 * The family of softmax regressions, p = softmax(x·Wᵀ + b) with W (C, D) and b (C): the paper's shallow
 * softmax (section 4). It starts from zeros. Its weights' norms are limited as in the maxout recipe, without
 * which its confidence would pass the paper's.
 *
 * @throws {InputError} if a size is not a whole number, or there are fewer than two classes
 */
export const softmaxLinear: FamilyKind<SoftmaxLinearOptions> = builtIn<SoftmaxLinearOptions>()({
  name: "softmaxLinear",
  summary: "Softmax regression",
  options: SIZES,
  ops: { linear },
  make: ({ inputs, classes }) => ({
    graph: { input: inputs, nodes: [linearNode("", "input", [classes])], head: "softmax" },
    recipe: {
      optimizer: { name: "sgd", learningRate: 0.1, momentum: 0.5 },
      batchSize: 100,
      maxNorm: 1.9365,
    },
    fill() {},
  }),
});
