import { InputError } from "../errors.ts";
import { softmax } from "../heads.ts";
import { type Matrix, matrix } from "../matrix.ts";
import { fillNormal, fillUniform, type Rng } from "../rng.ts";
import { logOdds } from "./binary.ts";
import { asMatrix, checkSizes, type Family } from "./family.ts";
import { mpDbmLayer } from "./mp_dbm_layer.ts";
import { network, parameter } from "./network.ts";
import { namedTensors } from "./softmax_linear.ts";

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
export function mpDbm(
  {
    inputs,
    classes,
    units = [500, 500],
    iterations = 3,
    inputShare = 0.5,
    labelWeight = 20,
    connections = 15,
  }: MpDbmOptions,
): Family {
  checkSizes("mpDbm", {
    inputs,
    iterations,
    connections,
    "number of units": units.length,
    ...Object.fromEntries(units.map((count, i) => [`units[${i}]`, count])),
  });
  checkSizes("mpDbm", { classes }, 2);
  if (!(labelWeight >= 0 && labelWeight < Infinity)) {
    throw new InputError("value", `make a mpDbm model with labelWeight ${labelWeight}`, "must be ≥ 0");
  }
  if (!(inputShare > 0 && inputShare <= 1)) {
    throw new InputError(
      "value",
      `make a mpDbm model with inputShare ${inputShare}`,
      "must be in (0, 1]",
    );
  }
  const widths = [inputs, ...units, classes];
  const names = [...units.map((_, i) => `layer${i}`), "top"];
  const shapes: Record<string, readonly number[]> = {};
  names.forEach((name, i) => {
    shapes[`${name}.W`] = [widths[i + 1], widths[i]];
    shapes[`${name}.b`] = [widths[i + 1]];
  });
  shapes["inputs.b"] = [inputs];

  return {
    name: "mpDbm",
    inputs,
    classes,
    head: softmax,
    config: { inputs, classes, units, iterations, inputShare, labelWeight, connections },
    shapes,
    recipe: { optimizer: { name: "adam", learningRate: 0.01, learningRateDecay: 1.00017 }, batchSize: 50 },
    initial: (from, data) => {
      const values = Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => {
          const stream = from.split(name);
          if (name === "inputs.b") return [name, data ? logOdds(data) : matrix(1, inputs)];
          const m = matrix(shape[0], shape[1] ?? 1);
          if (name === "layer0.W") sparse(m, stream, connections);
          else if (name === "top.W") sparse(m, stream, TOP_CONNECTIONS);
          else if (name.endsWith("W")) fillUniform(m, stream, { lo: -LATER_RANGE, hi: LATER_RANGE });
          else if (name !== "top.b") m.data.fill(name === "layer0.b" ? FIRST_BIAS : LATER_BIAS);
          return [name, m];
        }),
      );
      return Object.fromEntries(
        Object.entries(values).map(([name, { data }]) => [name, { shape: shapes[name], data }]),
      );
    },
    network: (tensors) =>
      network((workspace) => {
        const make = (name: string) =>
          parameter(workspace, name, asMatrix(tensors[name], name.endsWith("W") ? shapes[name][0] : 1));
        const W = names.map((name) => make(`${name}.W`));
        const b = ["inputs", ...names].map((name) => make(`${name}.b`));
        return [mpDbmLayer(workspace, { W, b }, { iterations, inputShare, labelWeight })];
      }),
    tensors(network) {
      return namedTensors(this, network);
    },
  };
}

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
