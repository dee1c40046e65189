/** RBF model: its options, graph, first weights and recipe. @module */

import type { Batch } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import { type Matrix, matrix } from "../matrix.ts";
import { fillNormal } from "../rng.ts";
import { integerOr, number } from "../schema.ts";
import { rbf as rbfOp } from "../ops/rbf.ts";
import { builtIn, type FamilyKind, SIZES } from "./family.ts";
import { rbfNode } from "./nodes.ts";

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
export const rbf: FamilyKind<RbfOptions> = builtIn<RbfOptions>()({
  name: "rbf",
  summary: "A shallow RBF network, one exponential-quadratic unit a class",
  options: {
    ...SIZES,
    precision: integerOr("Shape of a unit's precision, or the rank of what joins its diagonal", [
      "diagonal",
      "full",
    ], { default: "diagonal", min: 1 }),
    initialPrecision: number("The diagonal starts at this", { default: 0.02, above: 0 }),
    initialSpread: number("Standard deviation of centers from the means of the classes", {
      default: 0,
      min: 0,
    }),
  },
  ops: { rbf: rbfOp },
  make({ inputs, classes, precision, initialPrecision, initialSpread }) {
    const rank = precision === "diagonal" ? 0 : precision === "full" ? inputs : precision;
    if (rank > inputs) {
      throw new InputError(
        "value",
        `make a model of family rbf with precision ${rank}`,
        `its rank is at most ${inputs}, the inputs`,
      );
    }
    return {
      graph: {
        input: inputs,
        nodes: [rbfNode("", "input", { units: classes, rank })],
        head: "exponential",
      },
      // the spread is named only where there is one: files of models without it stay as they were
      config: { inputs, classes, precision, initialPrecision, ...(initialSpread > 0 && { initialSpread }) },
      recipe: { optimizer: { name: "adam", learningRate: 0.002 }, batchSize: 200 },
      initial(from, data): Readonly<Record<string, Matrix>> {
        const mu = data ? classMeans(data, classes) : matrix(classes, inputs);
        if (initialSpread > 0) {
          const spread = matrix(classes, inputs);
          fillNormal(spread, from.split("spread"), { std: initialSpread });
          spread.data.forEach((value, i) => mu.data[i] += value);
        }
        const beta = matrix(classes, inputs);
        beta.data.fill(initialPrecision);
        if (rank === 0) return { mu, beta };
        const factor = matrix(classes * rank, inputs);
        fillNormal(factor, from.split("factor"), { std: Math.sqrt(initialPrecision) * INITIAL_FACTOR });
        return { mu, beta, factor };
      },
    };
  },
});

/** The mean of each class's inputs, (C, D). */
export function classMeans({ x, labels }: Batch, classes: number): Matrix {
  const mu = matrix(classes, x.cols);
  const counts = new Float64Array(classes);
  labels.forEach((label) => counts[label]++);
  // a running sum in float32 keeps 7 digits of a mean, ample for a start
  labels.forEach((label, b) => {
    for (let i = 0; i < x.cols; i++) mu.data[label * x.cols + i] += x.data[b * x.cols + i] / counts[label];
  });
  return mu;
}
