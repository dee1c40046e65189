/** Logistic regression: its options, graph, first weights and recipe. @module */

import { linear } from "../ops/linear.ts";
import { builtIn, type FamilyKind, SIZES } from "./family.ts";
import { linearNode } from "./nodes.ts";

/** Sizes of a logistic regression. */
export interface LogisticOptions {
  /** Number of inputs, D. */
  inputs: number;
}

/**
 * The family of logistic regressions, P(class 1) = 1 / (1 + e^−(w·x + b)) with W (1, D) and b (1): two classes,
 * one score. The fast gradient sign method is exact on it (paper, section 5).
 *
 * @throws {InputError} if `inputs` is not a whole number ≥ 1
 */
export const logistic: FamilyKind<LogisticOptions> = builtIn<LogisticOptions>()({
  name: "logistic",
  summary: "Logistic regression: two classes, one score",
  options: { inputs: SIZES.inputs },
  ops: { linear },
  make: ({ inputs }) => ({
    graph: { input: inputs, nodes: [linearNode("", "input", [1])], head: "binary" },
    recipe: { optimizer: { name: "sgd", learningRate: 0.1, momentum: 0.5 }, batchSize: 100 },
    fill() {},
  }),
});
