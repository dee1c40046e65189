/** Classification restricted Boltzmann machine: its options, graph, first weights and recipe. @module */

import type { Matrix } from "../matrix.ts";
import { fillNormal } from "../rng.ts";
import { integer } from "../schema.ts";
import { logOdds } from "./binary.ts";
import { classRbm as classRbmOp } from "../ops/class_rbm.ts";
import { builtIn, type FamilyKind, SIZES } from "./family.ts";

/** Sizes of a classification RBM. */
export interface ClassRbmOptions {
  /** Number of inputs, D. */
  inputs: number;
  /** Number of classes, C, at least 2. */
  classes: number;
  /** Number of hidden units, U; default 500. */
  hidden?: number;
}

/** Standard deviation of the first weights, as is usual for RBMs (Hinton 2010, section 8). */
const INITIAL_STD = 0.01;

/**
 * The family of classification RBMs (Larochelle and Bengio 2008, "Classification using Discriminative Restricted
 * Boltzmann Machines"): binary inputs and a class joined by hidden units, log p(y | x) = `top.b`_y +
 * Σⱼ softplus(`hidden.b`_j + `top.W`_yj + `hidden.W`_j·x) + constant, with `hidden.W` (U, D), `hidden.b` (U),
 * `top.W` (C, U), `top.b` (C) and, for log p(x, y), `inputs.b` (D).
 *
 * Trained generatively, on log p(x, y) by one step of contrastive divergence; the loss that training reports is
 * −log p(x, y | h) of its reconstruction from hidden units h drawn once, for the likelihood has no closed form.
 *
 * @example
 * ```ts
 * import { classRbm, model } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * using fresh = model(classRbm({ inputs: 784, classes: 10, hidden: 50 }), { seed: 1 });
 * assertEquals(fresh.tensors()["top.W"].shape, [10, 50]);
 * ```
 *
 * @throws {InputError} if a size is not a whole number ≥ 1
 */
export const classRbm: FamilyKind<ClassRbmOptions> = builtIn<ClassRbmOptions>()({
  name: "classRbm",
  summary: "A classification RBM, trained by contrastive divergence",
  options: { ...SIZES, hidden: integer("Number of hidden units", { default: 500, min: 1 }) },
  ops: { classRbm: classRbmOp },
  make: ({ inputs, classes, hidden }) => ({
    graph: {
      input: inputs,
      nodes: [{
        id: "machine",
        op: "classRbm",
        from: ["input"],
        tensors: { W: "hidden.W", b: "hidden.b", U: "top.W", d: "top.b", a: "inputs.b" },
        attributes: { hidden, classes },
      }],
      head: "softmax",
    },
    recipe: {
      optimizer: { name: "sgd", learningRate: 0.1, momentum: 0.5, finalMomentum: 0.9, rampEpochs: 2 },
      batchSize: 50,
    },
    initial: (_, data): Readonly<Record<string, Matrix>> => data ? { "inputs.b": logOdds(data) } : {},
    fill(name, out, random) {
      if (name.endsWith("W")) fillNormal(out, random, { std: INITIAL_STD });
    },
  }),
});
