/** Multi-prediction deep Boltzmann machine: its options, graph, first weights and recipe. @module */

import { type Matrix, matrix } from "../matrix.ts";
import { layerNames } from "../ops/mp_dbm.ts";
import { fillNormal, fillUniform, type Rng } from "../rng.ts";
import { InputError } from "../errors.ts";
import { integer, integers, number } from "../schema.ts";
import { logOdds } from "./binary.ts";
import { mpDbm as mpDbmOp } from "../ops/mp_dbm.ts";
import { builtIn, type FamilyKind, SIZES } from "./family.ts";

/** Sizes of a multi-prediction deep Boltzmann machine, and how its training weighs labels. */
export interface MpDbmOptions {
  /** Number of inputs, D. */
  inputs: number;
  /** Number of classes, C, at least 2. */
  classes: number;
  /** Units of each hidden layer, U, at least one layer; default [500, 500]. */
  units?: readonly number[];
  /**
   * Mean field iterations after the first pass, in training and in use; default 3. The more, the more epochs pass before
   * it has learnt to classify: in 20 on MNIST, 6 were too many. The published machine has 14, and hundreds of epochs.
   */
  iterations?: number;
  /**
   * Share of an input's own value in what classification goes by, in (0, 1], the rest being the machine's prediction
   * of it; 1 clamps inputs; default 0.5, as many as training shows.
   */
  inputShare?: number;
  /**
   * What −log p of a label counts for in training, that of a pixel counting 1; default 20. The published 1 follows
   * log p(inputs, class), of which the class is a small part, and learns to classify later.
   */
  labelWeight?: number;
  /** Inputs whose weight into a unit of the first layer does not start at 0 but normal; default 15. */
  connections?: number;
}

/** Initial biases of hidden layers, and connections of each class, as in pylearn2's published mpdbm.yaml. */
const FIRST_BIAS = -0.710467, LATER_BIAS = -0.393587, TOP_CONNECTIONS = 23;

/** Later hidden weights start uniform in ± this; the published ±.0064 costs some epochs that learn nothing. */
const LATER_RANGE = 0.1;

/**
 * The family of deep Boltzmann machines trained by multi-prediction (Goodfellow, Mirza, Courville and Bengio 2013,
 * "Multi-Prediction Deep Boltzmann Machines"; the paper's control for generative training, section 9): binary
 * inputs, layers of sigmoid units and a softmax of classes on top, with energy
 * −Σ hₗ₊₁ᵀ·Wₗ·hₗ − Σ bₗ·hₗ. `layerN.W` (U, D or U), `layerN.b` (U), `top.W` (C, U), `top.b` (C), `inputs.b` (D).
 *
 * Each training step hides pixels and labels, each with probability ½, predicts them from the others by mean field,
 * and follows the gradient of their negative log probability through all iterations. Its classifier is its own mean
 * field, which sees each pixel half as it is and half as the machine predicts it (the multi-inference trick of the same
 * paper): differentiable and so open to attack, with no other network on top.
 *
 * @example
 * ```ts
 * import { model, mpDbm } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * using fresh = model(mpDbm({ inputs: 784, classes: 10, units: [50, 40] }), { seed: 1 });
 * assertEquals(fresh.tensors()["layer1.W"].shape, [40, 50]);
 * ```
 *
 * @throws {InputError} if a size is not a whole number ≥ 1, there is no hidden layer, or `labelWeight` is not ≥ 0
 */
export const mpDbm: FamilyKind<MpDbmOptions> = builtIn<MpDbmOptions>()({
  name: "mpDbm",
  summary: "A multi-prediction deep Boltzmann machine, which classifies by its own mean field",
  options: {
    ...SIZES,
    units: integers("Units of each hidden layer, at least one", { default: [500, 500], min: 1 }),
    iterations: integer("Mean field iterations after the first pass", { default: 3, min: 1 }),
    inputShare: number("Share of an input's own value in what classification goes by", {
      default: 0.5,
      above: 0,
      max: 1,
    }),
    labelWeight: number("What a label counts for in training, a pixel counting 1", { default: 20, min: 0 }),
    connections: integer("Inputs whose first weight into a unit is not 0", { default: 15, min: 1 }),
  },
  ops: { mpDbm: mpDbmOp },
  make({ inputs, classes, units, iterations, inputShare, labelWeight, connections }) {
    if (units.length === 0) {
      throw new InputError(
        "value",
        "make a model of family mpDbm with units []",
        "there must be a hidden layer",
      );
    }
    const tensors = Object.fromEntries(
      layerNames(units).flatMap((name) => [`${name}.W`, `${name}.b`]).concat("inputs.b").map((
        name,
      ) => [name, name]),
    );
    return {
      graph: {
        input: inputs,
        nodes: [{
          id: "machine",
          op: "mpDbm",
          from: ["input"],
          tensors,
          attributes: { units, classes, iterations, inputShare, labelWeight },
        }],
        head: "softmax",
      },
      recipe: {
        optimizer: { name: "adam", learningRate: 0.01, learningRateDecay: 1.00017 },
        batchSize: 50,
      },
      initial: (_, data): Readonly<Record<string, Matrix>> => data ? { "inputs.b": logOdds(data) } : {},
      fill(name, out, random) {
        if (name === "layer0.W") sparse(out, random, connections);
        else if (name === "top.W") sparse(out, random, TOP_CONNECTIONS);
        else if (name.endsWith("W")) fillUniform(out, random, { lo: -LATER_RANGE, hi: LATER_RANGE });
        else if (name === "layer0.b") out.data.fill(FIRST_BIAS);
        else if (name !== "top.b" && name !== "inputs.b") out.data.fill(LATER_BIAS);
      },
    };
  },
});

/** `out`, zeros, with `count` normal deviates at random places of each row. */
function sparse(out: Matrix, from: Rng, count: number): void {
  const values = matrix(out.rows, Math.min(count, out.cols));
  fillNormal(values, from.split("values"));
  const places = from.split("places");
  for (let r = 0; r < out.rows; r++) {
    const order = places.permutation(out.cols);
    for (let i = 0; i < values.cols; i++) {
      out.data[r * out.cols + order[i]] = values.data[r * values.cols + i];
    }
  }
}
