import { softplusForward } from "../kernels/elementwise.ts";
import { sigmoidForward, softmaxLoss } from "../kernels/heads.ts";
import { randomMask } from "../kernels/random.ts";
import type { Workspace } from "../runtime/workspace.ts";
import type { Matrix } from "../matrix.ts";
import { rng } from "../rng.ts";
import { bernoulli } from "./binary.ts";
import { meanField } from "./mean_field.ts";
import type { Layer, Objective, Parameter } from "./network.ts";

/** Probability that training hides a variable. */
const MASKED = 0.5;

/**
 * Scores of the class layer of a deep Boltzmann machine after mean field, where each input is `inputShare` of its own
 * value and for the rest what the machine takes it for (the multi-inference trick of Goodfellow et al. 2013); `W` and `b` by
 * layer from below, one more of `b`, that of the inputs, first.
 */
export function mpDbmLayer(
  workspace: Workspace,
  { W, b }: { W: readonly Parameter[]; b: readonly Parameter[] },
  { iterations, labelWeight, inputShare }: { iterations: number; labelWeight: number; inputShare: number },
): Layer & { readonly objective: Objective } {
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
    forward(x) {
      const predicted = workspace.matrix("predicted inputs", x.rows, x.cols);
      predicted.data.fill(1 - inputShare);
      return field.infer({ x, predicted }, { inputs: false }).scores;
    },
    backward: (dScores, _, wanted) => field.differentiate({ scores: dScores }, wanted),
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
