import type { Tensor } from "../data/safetensors.ts";
import { exponential } from "../heads.ts";
import { matrix } from "../matrix.ts";
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
}

/** Factors of the precision beyond the diagonal start with this share of the diagonal's size. */
const INITIAL_FACTOR = 0.01;

/**
 * The family of shallow RBF networks: one unit a class, independent probabilities p = exp(−Σ β (x − μ)²) with `mu`
 * and `beta` (C, D), β > 0 (paper, section 7, where β is printed without its minus sign). A full or low-rank
 * precision adds `factor` (C, R, D): p = exp(−Σ β (x − μ)² − ‖F (x − μ)‖²).
 *
 * Centers start at the means of the classes in the training data.
 *
 * @throws {RangeError} if a size is not a whole number ≥ 1, the rank passes the inputs, or `initialPrecision` is not > 0
 */
export function rbf(
  { inputs, classes, precision = "diagonal", initialPrecision = 0.02 }: RbfOptions,
): Family {
  const rank = precision === "diagonal" ? 0 : precision === "full" ? inputs : precision;
  checkSizes("rbf", { inputs });
  checkSizes("rbf", { classes }, 2);
  if (precision !== "diagonal") checkSizes("rbf", { precision: rank });
  if (rank > inputs) {
    throw new RangeError(
      `Cannot make an rbf model with precision ${rank}: its rank is at most ${inputs}, the inputs`,
    );
  }
  if (!(initialPrecision > 0) || !Number.isFinite(initialPrecision)) {
    throw new RangeError(`Cannot make an rbf model with initialPrecision ${initialPrecision}: must be > 0`);
  }
  const shapes: Record<string, readonly number[]> = { mu: [classes, inputs], beta: [classes, inputs] };
  if (rank > 0) shapes.factor = [classes, rank, inputs];

  return {
    name: "rbf",
    inputs,
    classes,
    head: exponential,
    config: { inputs, classes, precision, initialPrecision },
    shapes,
    recipe: { optimizer: { name: "adam", rate: 0.002 }, batchSize: 200 },
    initial(from, data) {
      const mu = matrix(classes, inputs);
      if (data) {
        const counts = new Float64Array(classes);
        data.labels.forEach((label) => counts[label]++);
        // a running sum in float32 keeps 7 digits of a mean, ample for a start
        data.labels.forEach((label, b) => {
          for (let i = 0; i < inputs; i++) {
            mu.data[label * inputs + i] += data.x.data[b * inputs + i] / counts[label];
          }
        });
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
      if (bad >= 0) throw new RangeError(`Cannot make an rbf model with beta ${beta.data[bad]}: must be ≥ 0`);
      return network((workspace) => [
        rbfLayer(workspace, {
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
