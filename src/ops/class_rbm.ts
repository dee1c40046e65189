/** The operation `classRbm`: scores of a classification RBM, with its own training objective. @module */

import { addBias, columnSums, softplusBackward, softplusForward } from "../kernels/elementwise.ts";
import { gemmNN, gemmNT, gemmTN } from "../kernels/gemm.ts";
import { sigmoidForward, softmaxForward, softmaxLoss } from "../kernels/heads.ts";
import { randomUniform } from "../kernels/random.ts";
import { part, reshaped } from "../runtime/workspace.ts";
import type { Matrix } from "../matrix.ts";
import { fillNormal, rng } from "../rng.ts";
import { integer } from "../schema.ts";
import { bernoulli } from "./binary.ts";
import { type Op, type OpContext, type OpInstance, parameter } from "./op.ts";

/** What a classification RBM is set to. */
export interface ClassRbmAttributes {
  /** Hidden units, H. */
  hidden: number;
  /** Classes, C. */
  classes: number;
}

/**
 * A classification RBM of W (H, D), b (H) of hidden units, U (C, H), d (C) of classes, a (D) of inputs: scores
 * s_y = d_y + Σⱼ softplus(b_j + U_yj + W_j·x), the log of p(y | x) up to a constant (Larochelle and Bengio 2008, section
 * 3), and contrastive divergence for log p(x, y) as its objective (section 3.1 and algorithm 1).
 */
export const classRbm: Op<ClassRbmAttributes> = {
  name: "classRbm",
  summary: "The scores of a classification RBM",
  arity: [1, 1],
  attributes: {
    hidden: integer("Hidden units", { required: true, min: 1 }),
    classes: integer("Classes", { required: true, min: 2 }),
  },
  rank: 1,
  shape: ([[inputs]], { hidden, classes }) => ({
    shape: [classes],
    tensors: { W: [hidden, inputs], b: [hidden], U: [classes, hidden], d: [classes], a: [inputs] },
  }),
  alone: true,
  // Hinton 2010, section 8
  initial: {
    W: (out, random) => fillNormal(out, random, { std: 0.01 }),
    U: (out, random) => fillNormal(out, random, { std: 0.01 }),
  },
  instantiate: machine,
};

function machine(context: OpContext<ClassRbmAttributes>): OpInstance {
  const { workspace } = context;
  const [W, U] = ["W", "U"].map((role) => parameter(context, role, { weights: true }));
  const [b, d, a] = ["b", "d", "a"].map((role) => parameter(context, role, { weights: false }));
  const [hidden, inputs] = [W.value.rows, W.value.cols];
  const classes = U.value.rows;

  /** Room for what each class makes of each example, (C·B, H), class by class. */
  const byClass = (name: string, rows: number) => workspace.matrix(name, classes * rows, hidden);

  return {
    parameters: [W, b, U, d, a],
    forward([x]) {
      const B = x.rows;
      const z = workspace.matrix("z", B, hidden);
      gemmNT(z, [x, W.value]);
      addBias(z, b.value);
      const y = byClass("softplus", B);
      for (let c = 0; c < classes; c++) {
        const ofClass = part(y, c * B, (c + 1) * B);
        ofClass.data.set(z.data);
        addBias(ofClass, part(U.value, c, c + 1));
      }
      softplusForward(y, y);
      const ones = workspace.matrix("ones", 1, hidden);
      ones.data.fill(1);
      const sums = workspace.matrix("sums", classes * B, 1);
      gemmNT(sums, [y, ones]);
      const scores = workspace.matrix("scores", B, classes);
      const [from, to] = [sums.data, scores.data];
      for (let i = 0; i < to.length; i++) to[i] = from[(i % classes) * B + Math.floor(i / classes)];
      addBias(scores, d.value);
      return scores;
    },
    backward(dScores, [x], wanted) {
      const B = x.rows;
      const dY = byClass("dSoftplus", B);
      const [from, to] = [dScores.data, dY.data];
      for (let i = 0; i < from.length; i++) {
        const row = (i % classes) * B + Math.floor(i / classes);
        to.fill(from[i], row * hidden, (row + 1) * hidden);
      }
      softplusBackward(dY, dY, { y: byClass("softplus", B) });
      const dZ = workspace.matrix("dZ", B, hidden);
      columnSums(reshaped(dZ, 1, B * hidden), reshaped(dY, classes, B * hidden));
      if (wanted.parameters !== "none") {
        const accumulate = wanted.parameters === "add";
        gemmTN(W.gradient, [dZ, x], { accumulate });
        columnSums(b.gradient, dZ, { accumulate });
        for (let c = 0; c < classes; c++) {
          columnSums(part(U.gradient, c, c + 1), part(dY, c * B, (c + 1) * B), { accumulate });
        }
        columnSums(d.gradient, dScores, { accumulate });
        if (!accumulate) a.gradient.data.fill(0);
      }
      if (!wanted.inputs) return [undefined];
      const dX = workspace.matrix("dX", B, inputs);
      gemmNN(dX, [dZ, W.value]);
      return [dX];
    },
    objective(means, labels, { scale, parameters, key }) {
      const B = means.rows;
      const random = rng(key);
      // the examples, and below them their reconstructions
      const both = (name: string, cols: number) => {
        const whole = workspace.matrix(name, 2 * B, cols);
        return { whole, data: part(whole, 0, B), model: part(whole, B, 2 * B) };
      };
      const x = both("binary inputs", inputs), y = both("one-hot classes", classes);
      const draw = (out: Matrix, p: Matrix, name: string) =>
        bernoulli(out, p, { key: random.split(name).key, workspace });
      draw(x.data, means, "inputs");
      y.data.data.fill(0);
      labels.forEach((label, r) => y.data.data[r * classes + label] = 1);

      const h = both("hidden", hidden);
      hiddenMeans(h.data, x.data, y.data);
      const drawn = workspace.matrix("drawn hidden", B, hidden);
      draw(drawn, h.data, "hidden");
      const loss = reconstruct(drawn, { x: x.data, labels });
      sigmoidForward(x.model, workspace.matrix("input logits", B, inputs));
      draw(x.model, x.model, "reconstructed inputs");
      drawClasses(y.model, random.split("reconstructed classes").key);
      hiddenMeans(h.model, x.model, y.model);

      const signs = both("signs", 1);
      signs.data.data.fill(-scale);
      signs.model.data.fill(scale);
      const accumulate = parameters === "add";
      gemmTN(b.gradient, [signs.whole, h.whole], { accumulate });
      gemmTN(d.gradient, [signs.whole, y.whole], { accumulate });
      gemmTN(a.gradient, [signs.whole, x.whole], { accumulate });
      for (const m of [h.data, h.model]) {
        const factor = m === h.data ? -scale : scale;
        for (let i = 0; i < m.data.length; i++) m.data[i] *= factor;
      }
      gemmTN(W.gradient, [h.whole, x.whole], { accumulate });
      gemmTN(U.gradient, [y.whole, h.whole], { accumulate });
      return loss;
    },
  };

  /** `out` = P(hidden units on | x, y). */
  function hiddenMeans(out: Matrix, x: Matrix, y: Matrix): void {
    gemmNT(out, [x, W.value]);
    gemmNN(out, [y, U.value], { accumulate: true });
    addBias(out, b.value);
    sigmoidForward(out, out);
  }

  /** What hidden units `h` say of inputs and classes, as logits; returns −log p(x, y | h) of the examples. */
  function reconstruct(h: Matrix, { x, labels }: { x: Matrix; labels: Int32Array }): number {
    const z = workspace.matrix("input logits", x.rows, inputs);
    gemmNN(z, [h, W.value]);
    addBias(z, a.value);
    const each = workspace.matrix("input losses", x.rows, inputs);
    softplusForward(each, z);
    const scores = workspace.matrix("class logits", x.rows, classes);
    gemmNT(scores, [h, U.value]);
    addBias(scores, d.value);
    const loss = workspace.matrix("class losses", x.rows, 1);
    softmaxLoss({ loss, dScores: workspace.matrix("dClasses", x.rows, classes) }, scores, labels);
    const [value, logits, losses] = [x.data, z.data, each.data];
    let sum = loss.data.reduce((total, own) => total + own, 0);
    for (let i = 0; i < value.length; i++) sum += losses[i] - value[i] * logits[i];
    return sum;
  }

  /** `out` = classes drawn by their logits, as rows of one 1. */
  function drawClasses(out: Matrix, key: number): void {
    const p = workspace.matrix("class logits", out.rows, classes);
    softmaxForward(p, p);
    const uniform = workspace.matrix("uniform 1", out.rows, 1);
    randomUniform(uniform, { key, lo: 0, hi: 1 });
    out.data.fill(0);
    for (let r = 0; r < out.rows; r++) {
      let left = uniform.data[r], c = 0;
      while (c < classes - 1 && (left -= p.data[r * classes + c]) >= 0) c++;
      out.data[r * classes + c] = 1;
    }
  }
}
