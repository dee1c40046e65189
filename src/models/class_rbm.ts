import { softmax } from "../heads.ts";
import { matrix } from "../matrix.ts";
import { fillNormal } from "../rng.ts";
import { logOdds } from "./binary.ts";
import { classRbmLayer } from "./class_rbm_layer.ts";
import { asMatrix, checkSizes, type Family } from "./family.ts";
import { network, parameter } from "./network.ts";
import { namedTensors } from "./softmax_linear.ts";

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
const INITIAL_DEVIATION = 0.01;

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
export function classRbm({ inputs, classes, hidden = 500 }: ClassRbmOptions): Family {
  checkSizes("classRbm", { inputs, hidden });
  checkSizes("classRbm", { classes }, 2);
  const shapes: Record<string, readonly number[]> = {
    "hidden.W": [hidden, inputs],
    "hidden.b": [hidden],
    "top.W": [classes, hidden],
    "top.b": [classes],
    "inputs.b": [inputs],
  };
  return {
    name: "classRbm",
    inputs,
    classes,
    head: softmax,
    config: { inputs, classes, hidden },
    shapes,
    recipe: {
      optimizer: { name: "sgd", learningRate: 0.1, momentum: 0.5, finalMomentum: 0.9, rampEpochs: 2 },
      batchSize: 50,
    },
    initial: (from, data) =>
      Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => {
          if (name === "inputs.b" && data) return [name, { shape, data: logOdds(data).data }];
          const m = matrix(1, shape.reduce((rows, cols) => rows * cols));
          if (name.endsWith("W")) fillNormal(m, from.split(name), { deviation: INITIAL_DEVIATION });
          return [name, { shape, data: m.data }];
        }),
      ),
    network: (tensors) =>
      network((workspace) => {
        const make = (name: string) => {
          const rows = name.endsWith("W") ? shapes[name][0] : 1;
          return parameter(workspace, name, asMatrix(tensors[name], rows));
        };
        return [classRbmLayer(workspace, {
          W: make("hidden.W"),
          b: make("hidden.b"),
          U: make("top.W"),
          d: make("top.b"),
          a: make("inputs.b"),
        })];
      }),
    tensors(network) {
      return namedTensors(this, network);
    },
  };
}
