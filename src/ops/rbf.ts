/** The operation `rbf`: quadratic forms about centers. @module */

import { addBias, columnSums, exp, log, softplusBackward, softplusForward } from "../kernels/elementwise.ts";
import { gemmNN, gemmNT, gemmTN } from "../kernels/gemm.ts";
import { rbfBackward, rbfForward, rbfParameters, squaresBackward, squaresForward } from "../kernels/rbf.ts";
import { type Matrix, matrix } from "../matrix.ts";
import { fillNormal, fillUniform } from "../rng.ts";
import { part, reshaped } from "../runtime/workspace.ts";
import { integer } from "../schema.ts";
import { type Op, type OpContext, type Parameter, parameter, type WantedGradients } from "./op.ts";

/** What an RBF operation is set to. */
export interface RbfAttributes {
  /** Units, U. */
  units: number;
  /** Rank of each unit's precision beyond its diagonal, R; default 0. */
  rank?: number;
}

/**
 * Log probabilities −Σᵢ β (x − μ)² − ‖F (x − μ)‖² of U units, for x (B, D), μ and β (U, D), and, if the rank is not 0,
 * F (U, R, D).
 *
 * Training moves ρ with β = log(1 + e^ρ), which keeps β positive whatever the step.
 */
export const rbf: Op<RbfAttributes> = {
  name: "rbf",
  summary: "The log probabilities of exponential-quadratic units",
  arity: [1, 1],
  attributes: {
    units: integer("Units", { required: true, min: 1 }),
    rank: integer("Rank of each unit's precision beyond its diagonal", { default: 0, min: 0 }),
  },
  rank: 1,
  shape: ([[inputs]], { units, rank = 0 }) => ({
    shape: [units],
    tensors: {
      mu: [units, inputs],
      beta: [units, inputs],
      ...(rank > 0 && { factor: [units, rank, inputs] }),
    },
  }),
  check({ beta: { data } }) {
    for (let i = 0; i < data.length; i++) {
      if (!(data[i] >= 0)) return { role: "beta", value: data[i], wanted: "≥ 0" };
    }
  },
  initial: {
    mu: (out, random) => fillUniform(out, random),
    beta: (out) => out.data.fill(0.02),
    factor: (out, random) => fillNormal(out, random, { std: 0.001 }),
  },
  instantiate(context) {
    const { workspace, training, tensors: { mu, beta, factor } } = context;
    const centers = parameter(context, "mu", { weights: false });
    const units = { mu, beta };
    let rho: Matrix | undefined;
    const raw: Parameter = {
      name: rawName(context.names.beta),
      get value() {
        return rho ??= training.copy("rho", inverseSoftplus(beta));
      },
      get gradient() {
        return training.matrix("d rho", beta.rows, beta.cols);
      },
      weights: false,
    };
    const low = factor && lowRank(context, centers, parameter(context, "factor", { weights: true }));

    return {
      parameters: [centers, raw, ...(low ? [low.factor] : [])],
      forward([x]) {
        const scores = workspace.matrix("scores", x.rows, mu.rows);
        rbfForward(scores, x, units);
        low?.forward(scores, x);
        return scores;
      },
      backward(dScores, [x], wanted) {
        if (wanted.parameters !== "none") {
          const accumulate = wanted.parameters === "add";
          // the gradient in β passes through a matrix of its own: it adds up in β, not in ρ
          const dBeta = training.matrix("d beta", beta.rows, beta.cols);
          rbfParameters({ mu: centers.gradient, beta: dBeta }, dScores, { x, ...units, accumulate });
          softplusBackward(raw.gradient, dBeta, { y: beta });
        }
        const dX = wanted.inputs ? workspace.matrix("dX", x.rows, x.cols) : undefined;
        if (dX) rbfBackward(dX, dScores, { x, ...units });
        low?.backward(dX, dScores, { x, parameters: wanted.parameters });
        return [dX];
      },
      refresh() {
        if (rho) softplusForward(beta, rho);
      },
      endTraining() {
        rho = undefined;
      },
    };
  },
};

/** The name of ρ, that of β with its last word changed. */
function rawName(beta: string): string {
  return beta.endsWith("beta") ? `${beta.slice(0, -"beta".length)}rho` : `${beta}.rho`;
}

/** The part −‖F (x − μ)‖² of the exponent, by way of z = x·Fᵀ − μ·Fᵀ, class by class. */
function lowRank({ workspace }: OpContext<RbfAttributes>, centers: Parameter, factor: Parameter) {
  const classes = centers.value.rows;
  const width = factor.value.rows;
  const byClass = (m: Matrix) => {
    const each = m.rows / classes;
    return Array.from({ length: classes }, (_, c) => part(m, c * each, (c + 1) * each));
  };
  const [F, mu] = [byClass(factor.value), byClass(centers.value)];
  const shift = workspace.matrix("shift", 1, width);
  const shifts = byClass(reshaped(shift, classes, width / classes));
  return {
    factor,
    forward(scores: Matrix, x: Matrix) {
      const z = workspace.matrix("z", x.rows, width);
      gemmNT(z, [x, factor.value]);
      for (let c = 0; c < classes; c++) gemmNT(shifts[c], [mu[c], F[c]]);
      negate(shift);
      addBias(z, shift);
      squaresForward(scores, z);
    },
    backward(
      dX: Matrix | undefined,
      dScores: Matrix,
      { x, parameters }: { x: Matrix; parameters: WantedGradients["parameters"] },
    ) {
      const dZ = workspace.matrix("dZ", x.rows, width);
      squaresBackward(dZ, dScores, { z: workspace.matrix("z", x.rows, width) });
      if (dX) gemmNN(dX, [dZ, factor.value], { accumulate: true });
      if (parameters === "none") return;
      gemmTN(factor.gradient, [dZ, x], { accumulate: parameters === "add" });
      columnSums(shift, dZ);
      negate(shift);
      const [dF, dMu] = [byClass(factor.gradient), byClass(centers.gradient)];
      for (let c = 0; c < classes; c++) {
        gemmTN(dF[c], [shifts[c], mu[c]], { accumulate: true });
        gemmNN(dMu[c], [shifts[c], F[c]], { accumulate: true });
      }
    },
  };
}

function negate(m: Matrix): void {
  for (let i = 0; i < m.data.length; i++) m.data[i] = -m.data[i];
}

/** Below this, e^β − 1 is taken from its series, because it would cancel. */
const SMALL = 0.03;
/** Above this, log(e^β − 1) is β in float32. */
const LARGE = 20;
/** A precision of 0 has no logarithm. */
const TINY = 1e-30;

/** ρ with log(1 + e^ρ) = β. */
function inverseSoftplus(beta: Matrix): Matrix {
  const rho = matrix(beta.rows, beta.cols);
  exp(rho, beta);
  for (let i = 0; i < rho.data.length; i++) {
    const b = beta.data[i];
    rho.data[i] = Math.max(b < SMALL ? b * (1 + b / 2 * (1 + b / 3)) : rho.data[i] - 1, TINY);
  }
  log(rho, rho);
  return matrix(rho.rows, rho.cols, rho.data.map((value, i) => beta.data[i] > LARGE ? beta.data[i] : value));
}
