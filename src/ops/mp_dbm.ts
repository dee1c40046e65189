/** The operation `mpDbm`: mean-field inference in a deep Boltzmann machine, with its own training objective. @module */

import { softplusForward } from "../kernels/elementwise.ts";
import { sigmoidForward, softmaxLoss } from "../kernels/heads.ts";
import { randomMask } from "../kernels/random.ts";
import type { Matrix } from "../matrix.ts";
import { fillNormal, rng } from "../rng.ts";
import { integer, integers, number } from "../schema.ts";
import { bernoulli } from "./binary.ts";
import { meanField } from "./mean_field.ts";
import { type Op, type OpContext, type OpInstance, parameter } from "./op.ts";

/** What a multi-prediction deep Boltzmann machine is set to. */
export interface MpDbmAttributes {
  /** Units of each hidden layer. */
  units: readonly number[];
  /** Classes, C. */
  classes: number;
  /** Mean field iterations after the first pass. */
  iterations: number;
  /** Share of an input's own value in what classification goes by. */
  inputShare: number;
  /** What −log p of a label counts for in training. */
  labelWeight: number;
}

/** Probability that training hides a variable. */
const MASKED = 0.5;

/** Names of the layers above the inputs: `layer0`, …, `top`. */
export function layerNames(units: readonly number[]): string[] {
  return [...units.map((_, i) => `layer${i}`), "top"];
}

/**
 * Scores of the class layer of a deep Boltzmann machine after mean field, where each input is `inputShare` of its own
 * value and for the rest what the machine takes it for (the multi-inference trick of Goodfellow et al. 2013); `W` and `b` of
 * each layer, and `b` of the inputs.
 */
export const mpDbm: Op<MpDbmAttributes> = {
  name: "mpDbm",
  summary: "The class scores of a deep Boltzmann machine after mean field",
  arity: [1, 1],
  attributes: {
    units: integers("Units of each hidden layer", { required: true, min: 1 }),
    classes: integer("Classes", { required: true, min: 2 }),
    iterations: integer("Mean field iterations after the first pass", { required: true, min: 1 }),
    inputShare: number("Share of an input's own value", { required: true, above: 0, max: 1 }),
    labelWeight: number("What a label counts for in training", { required: true, min: 0 }),
  },
  rank: 1,
  shape([[inputs]], { units, classes }) {
    if (units.length === 0) return "it has no hidden layer";
    const widths = [inputs, ...units, classes], names = layerNames(units);
    return {
      shape: [classes],
      tensors: Object.fromEntries([
        ...names.flatMap((name, i) => [
          [`${name}.W`, [widths[i + 1], widths[i]]],
          [`${name}.b`, [widths[i + 1]]],
        ]),
        ["inputs.b", [inputs]],
      ]),
    };
  },
  alone: true,
  initial: { "layer0.W": (out, random) => fillNormal(out, random, { std: 0.01 }) },
  instantiate: machine,
};

function machine(context: OpContext<MpDbmAttributes>): OpInstance {
  const { workspace, attributes: { units, iterations, labelWeight, inputShare } } = context;
  const names = layerNames(units);
  const W = names.map((name) => parameter(context, `${name}.W`, { weights: true }));
  const b = ["inputs", ...names].map((name) => parameter(context, `${name}.b`, { weights: false }));
  const field = meanField(workspace, { W, b }, iterations);

  const mask = (name: string, like: { rows: number; cols: number }, key: number) => {
    const m = workspace.matrix(`masked ${name}`, like.rows, like.cols);
    randomMask(m, { key, keep: MASKED, scale: 1 });
    return m;
  };

  /** −log p of the masked inputs and its gradient in what they are the sigmoid of. */
  function inputsLoss(
    z: Matrix,
    { x, masked, scale }: { x: Matrix; masked: Matrix; scale: number },
  ): { sum: number; dZ: Matrix } {
    const each = workspace.matrix("input losses", x.rows, x.cols);
    softplusForward(each, z);
    const dZ = workspace.matrix("dInputs", x.rows, x.cols);
    sigmoidForward(dZ, z);
    const [d, hidden, logits, value, loss] = [dZ.data, masked.data, z.data, x.data, each.data];
    let sum = 0;
    for (let i = 0; i < d.length; i++) {
      sum += hidden[i] * (loss[i] - value[i] * logits[i]);
      d[i] = scale * hidden[i] * (d[i] - value[i]);
    }
    return { sum, dZ };
  }

  /** −log p of the masked classes and its gradient in the scores. */
  function classesLoss(
    scores: Matrix,
    { labels, masked, scale }: { labels: Int32Array; masked: Matrix; scale: number },
  ): { sum: number; dScores: Matrix } {
    const loss = workspace.matrix("class losses", scores.rows, 1);
    const dScores = workspace.matrix("dClasses", scores.rows, scores.cols);
    softmaxLoss({ loss, dScores, scale }, scores, labels);
    let sum = 0;
    masked.data.forEach((hidden, r) => {
      if (hidden === 0) dScores.data.fill(0, r * scores.cols, (r + 1) * scores.cols);
      else sum += loss.data[r];
    });
    return { sum, dScores };
  }

  return {
    parameters: [...W, ...b],
    forward([x]) {
      const predicted = workspace.matrix("predicted inputs", x.rows, x.cols);
      predicted.data.fill(1 - inputShare);
      return field.infer({ x, predicted }, { inputs: false }).scores;
    },
    backward: (dScores, _, wanted) => [field.differentiate({ scores: dScores }, wanted)],
    objective(means, labels, { scale, parameters, key }) {
      const random = rng(key);
      const x = workspace.matrix("binary inputs", means.rows, means.cols);
      bernoulli(x, means, { key: random.split("inputs").key, workspace });
      const inputs = mask("inputs", x, random.split("masked inputs").key);
      const classes = mask("classes", { rows: x.rows, cols: 1 }, random.split("masked classes").key);
      const evidence = { x, predicted: inputs, classes: { labels, predicted: classes } };
      const ends = field.infer(evidence, { inputs: true });
      const ofInputs = inputsLoss(ends.inputs!, { x, masked: inputs, scale });
      const ofClasses = classesLoss(ends.scores, { labels, masked: classes, scale: scale * labelWeight });
      field.differentiate({ scores: ofClasses.dScores, inputs: ofInputs.dZ }, { inputs: false, parameters });
      return ofInputs.sum + labelWeight * ofClasses.sum;
    },
  };
}
