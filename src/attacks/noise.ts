import { addStep, signStep } from "../kernels/attack.ts";
import { matrix } from "../matrix.ts";
import { fillSigns, fillUniform, rng } from "../rng.ts";
import { type Attack, makeAttack } from "./attack.ts";
import { budget, byChunks } from "./budget.ts";

/**
 * Random signs: each input moves by ε up or down, as far as the fast gradient sign method would move it but without
 * looking (the control of the paper's section 6).
 *
 * @throws {InputError} if ε is negative or not finite, or bounds do not fit
 */
export const signNoise: Attack = makeAttack({
  name: "signNoise",
  raisesLoss: false,
  prepare: (_model, { x }, { bounds, seed = 0, first: before = 0 }) => (epsilon) => {
    const each = budget(epsilon, x.cols);
    return byChunks(x, (out, rows, first) => {
      fillSigns(out, rng(seed).split(before + first), { epsilon: 1 });
      signStep(out, rows(x), { direction: out, epsilon: each, bounds });
    });
  },
});

/**
 * Uniform noise: each input moves by a number drawn from −ε … ε (the second control of the paper's section 6).
 *
 * @throws {InputError} if ε is negative or not finite, or bounds do not fit
 */
export const uniformNoise: Attack = makeAttack({
  name: "uniformNoise",
  raisesLoss: false,
  prepare: (_model, { x }, { bounds, seed = 0, first: before = 0 }) => (epsilon) => {
    const each = budget(epsilon, x.cols);
    return byChunks(x, (out, rows, first) => {
      const step = matrix(out.rows, out.cols);
      fillUniform(step, rng(seed).split(before + first), { lo: -1, hi: 1 });
      for (let i = 0; i < step.data.length; i++) step.data[i] *= each[i % x.cols];
      addStep(out, rows(x), { step, bounds });
    });
  },
});
