import { addBias, columnSums, exp, log, softplusBackward, softplusForward } from "../kernels/elementwise.ts";
import { gemmNN, gemmNT, gemmTN } from "../kernels/gemm.ts";
import { rbfBackward, rbfForward, rbfParameters, squaresBackward, squaresForward } from "../kernels/rbf.ts";
import { part, reshaped, type Workspace } from "../runtime/workspace.ts";
import { type Matrix, matrix } from "../matrix.ts";
import type { Layer, Parameter, Wanted } from "./network.ts";

/**
 * Log probabilities −Σᵢ β (x − μ)² − ‖F (x − μ)‖² of one unit a class, for x (B, D), μ and β (C, D), and, if
 * there is one, F (C·R, D): R rows for each class.
 *
 * Training moves ρ with β = log(1 + e^ρ), which keeps β positive whatever the step.
 */
export function rbfLayer(
  workspace: Workspace,
  name: string,
  { mu, beta, factor }: { mu: Matrix; beta: Matrix; factor?: Matrix },
): Layer & { readonly beta: Matrix } {
  const [classes, inputs] = [mu.rows, mu.cols];
  const parameter = (own: string, value: Matrix, weights = false): Parameter => ({
    name: `${name}${own}`,
    value: workspace.copy(`${name}${own}`, value),
    gradient: workspace.matrix(`d ${name}${own}`, value.rows, value.cols),
    weights,
  });
  const centers = parameter("mu", mu);
  const raw = parameter("rho", inverseSoftplus(beta));
  const precisions = workspace.copy(`${name}beta`, beta);
  const low = factor && lowRank(workspace, centers, parameter("factor", factor, true));
  const units = { mu: centers.value, beta: precisions };

  return {
    beta: precisions,
    parameters: [centers, raw, ...(low ? [low.factor] : [])],
    forward(x) {
      const scores = workspace.matrix(`${name}scores`, x.rows, classes);
      rbfForward(scores, x, units);
      low?.forward(scores, x);
      return scores;
    },
    backward(dScores, x, wanted) {
      if (wanted.parameters !== "none") {
        const accumulate = wanted.parameters === "add";
        // the gradient in β passes through a matrix of its own, for it adds up in β, not in ρ
        const dBeta = workspace.matrix(`d ${name}beta`, classes, inputs);
        rbfParameters({ mu: centers.gradient, beta: dBeta }, dScores, { x, ...units, accumulate });
        softplusBackward(raw.gradient, dBeta, { y: precisions });
      }
      const dX = wanted.inputs ? workspace.matrix(`${name}dX`, x.rows, inputs) : undefined;
      if (dX) rbfBackward(dX, dScores, { x, ...units });
      low?.backward(dX, dScores, { x, parameters: wanted.parameters });
      return dX;
    },
    refresh: () => softplusForward(precisions, raw.value),
  };
}

/** The part −‖F (x − μ)‖² of the exponent, by way of z = x·Fᵀ − μ·Fᵀ, class by class. */
function lowRank(workspace: Workspace, centers: Parameter, factor: Parameter) {
  const classes = centers.value.rows;
  const width = factor.value.rows;
  const byClass = (m: Matrix) => {
    const each = m.rows / classes;
    return Array.from({ length: classes }, (_, c) => part(m, c * each, (c + 1) * each));
  };
  const [F, dF] = [byClass(factor.value), byClass(factor.gradient)];
  const [mu, dMu] = [byClass(centers.value), byClass(centers.gradient)];
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
      { x, parameters }: { x: Matrix; parameters: Wanted["parameters"] },
    ) {
      const dZ = workspace.matrix("dZ", x.rows, width);
      squaresBackward(dZ, dScores, { z: workspace.matrix("z", x.rows, width) });
      if (dX) gemmNN(dX, [dZ, factor.value], { accumulate: true });
      if (parameters === "none") return;
      gemmTN(factor.gradient, [dZ, x], { accumulate: parameters === "add" });
      columnSums(shift, dZ);
      negate(shift);
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

/** Below this, e^β − 1 is taken from its series, for it would cancel. */
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
