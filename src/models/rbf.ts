import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import type { Tensor } from "../data/safetensors.ts";
import { exponential } from "../heads.ts";
import { type Matrix, matrix } from "../matrix.ts";
import { fillNormal } from "../rng.ts";
import { asMatrix, checkSizes, type Family, type Tensors } from "./family.ts";
import { network } from "./network.ts";
import { rbfLayer } from "./rbf_layer.ts";

/** Sizes of an RBF model. */
export interface RbfOptions {
  /** Number of inputs, D. */
  inputs: number;
  /** Number of classes, C, at least 2. */
  classes: number;
  /**
   * Shape of each unit's precision: `"diagonal"` (default), `"full"`, or the rank of what joins the diagonal.
   */
  precision?: "diagonal" | "full" | number;
  /** The diagonal starts at this; default 0.02. */
  initialPrecision?: number;
  /** Centers start this far, as a standard deviation, from the means of the classes; default 0. */
  initialSpread?: number;
}

/** Factors of the precision beyond the diagonal start with this share of the diagonal's size. */
const INITIAL_FACTOR = 0.01;

/**
 * The family of shallow RBF networks: one unit a class, independent probabilities p = exp(−Σ β (x − μ)²) with `mu`
 * and `beta` (C, D), β > 0 (paper, section 7, where β is printed without its minus sign). A full or low-rank
 * precision adds `factor` (C, R, D): p = exp(−Σ β (x − μ)² − ‖F (x − μ)‖²).
 *
 * Centers start at the means of the classes in the training data, or about them.
 *
 * @throws {InputError} if a size is not a whole number ≥ 1, the rank passes the inputs, `initialPrecision` is not > 0,
 *   or `initialSpread` is not ≥ 0
 */
export function rbf(
  { inputs, classes, precision = "diagonal", initialPrecision = 0.02, initialSpread = 0 }: RbfOptions,
): Family {
  const rank = precision === "diagonal" ? 0 : precision === "full" ? inputs : precision;
  checkSizes("rbf", { inputs });
  checkSizes("rbf", { classes }, 2);
  if (precision !== "diagonal") checkSizes("rbf", { precision: rank });
  if (rank > inputs) {
    throw new InputError(
      "value",
      `make an rbf model with precision ${rank}`,
      `its rank is at most ${inputs}, the inputs`,
    );
  }
  if (!(initialPrecision > 0) || !Number.isFinite(initialPrecision)) {
    throw new InputError(
      "value",
      `make an rbf model with initialPrecision ${initialPrecision}`,
      "must be > 0",
    );
  }
  if (!(initialSpread >= 0) || !Number.isFinite(initialSpread)) {
    throw new InputError(
      "value",
      `make an rbf model with initialSpread ${initialSpread}`,
      "must be ≥ 0",
    );
  }
  const shapes: Record<string, readonly number[]> = { mu: [classes, inputs], beta: [classes, inputs] };
  if (rank > 0) shapes.factor = [classes, rank, inputs];

  return {
    name: "rbf",
    inputs,
    classes,
    head: exponential,
    // the spread is named only where there is one: files of models without it stay as they were
    config: { inputs, classes, precision, initialPrecision, ...(initialSpread > 0 && { initialSpread }) },
    shapes,
    recipe: { optimizer: { name: "adam", learningRate: 0.002 }, batchSize: 200 },
    initial(from, data) {
      const mu = data ? classMeans(data) : matrix(classes, inputs);
      if (initialSpread > 0) {
        const spread = matrix(classes, inputs);
        fillNormal(spread, from.split("spread"), { deviation: initialSpread });
        spread.data.forEach((value, i) => mu.data[i] += value);
      }
      const tensors: Record<string, Tensor> = {
        mu: { shape: shapes.mu, data: mu.data },
        beta: { shape: shapes.beta, data: new Float32Array(classes * inputs).fill(initialPrecision) },
      };
      if (rank > 0) {
        const factor = matrix(classes * rank, inputs);
        fillNormal(factor, from.split("factor"), { deviation: Math.sqrt(initialPrecision) * INITIAL_FACTOR });
        tensors.factor = { shape: shapes.factor, data: factor.data };
      }
      return tensors;
    },
    network({ mu, beta, factor }) {
      const bad = beta.data.findIndex((value) => !(value >= 0));
      if (bad >= 0) {
        throw new InputError("value", `make an rbf model with beta ${beta.data[bad]}`, "must be ≥ 0");
      }
      return network((workspace) => [
        rbfLayer(workspace, "", {
          mu: asMatrix(mu, classes),
          beta: asMatrix(beta, classes),
          factor: factor && asMatrix(factor, classes * rank),
        }),
      ]);
    },
    tensors({ layers: [layer], parameters }) {
      const [mu, , factor] = parameters;
      const tensor = (name: string, { data }: { data: Float32Array }) => ({
        shape: shapes[name],
        data: data.slice(),
      });
      return {
        mu: tensor("mu", mu.value),
        beta: tensor("beta", (layer as ReturnType<typeof rbfLayer>).beta),
        ...(factor && { factor: tensor("factor", factor.value) }),
      } satisfies Tensors;
    },
  };
}

/** The mean of each class's inputs, (C, D). */
export function classMeans({ x, labels, classes }: Batch): Matrix {
  const mu = matrix(classes, x.cols);
  const counts = new Float64Array(classes);
  labels.forEach((label) => counts[label]++);
  // a running sum in float32 keeps 7 digits of a mean, ample for a start
  labels.forEach((label, b) => {
    for (let i = 0; i < x.cols; i++) mu.data[label * x.cols + i] += x.data[b * x.cols + i] / counts[label];
  });
  return mu;
}
