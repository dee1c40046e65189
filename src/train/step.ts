import type { Batch } from "../data/batch.ts";
import { type Matrix, matrix } from "../matrix.ts";
import type { FamilyModel } from "../models/family.ts";
import type { Network } from "../models/network.ts";
import type { Rng } from "../rng.ts";
import type { Settled } from "./options.ts";

/** Leaves the objective's gradient in the network's parameters; returns the sum of the examples' losses. */
export type Step = (indices: Int32Array, random: Rng) => number;

/** The step on batches of `data`, perturbed if the options say so. Works in memory that it keeps. */
export function makeStep(
  network: Network,
  model: FamilyModel,
  { data, settled }: { data: Batch; settled: Settled },
): Step {
  const { recipe: { batchSize, dropout = {} }, perturbation, alpha } = settled;
  if (network.objective && settled.recipe.dropout) {
    throw new RangeError(
      `Cannot train ${model.family.name} with dropout: its objective has no use for it`,
    );
  }
  const { workspace } = network;
  const inputs = new Float32Array(batchSize * data.x.cols);
  const classes = new Int32Array(batchSize);

  const gather = (indices: Int32Array): Batch => {
    const D = data.x.cols;
    indices.forEach((index, i) => {
      inputs.set(data.x.data.subarray(index * D, (index + 1) * D), i * D);
      classes[i] = data.labels[index];
    });
    const x = matrix(indices.length, D, inputs.subarray(0, indices.length * D));
    return { x, labels: classes.subarray(0, indices.length), classes: data.classes };
  };

  const pass = (
    x: Matrix,
    labels: Int32Array,
    how: { weight: number; add: boolean; last: boolean; key: number },
  ): number => {
    const parameters = how.add ? "add" : "replace";
    const scale = how.weight / x.rows;
    if (network.objective) {
      return how.weight *
        network.objective(workspace.copy("x", x), labels, { scale, parameters, key: how.key });
    }
    const scores = network.forward(workspace.copy("x", x), { dropout, key: how.key });
    const loss = workspace.matrix("loss", scores.rows, 1);
    const dScores = workspace.matrix("dScores", scores.rows, scores.cols);
    model.head.loss({ loss, dScores, scale }, scores, labels);
    const sum = loss.data.reduce((a, b) => a + b, 0);
    network.backward(dScores, { inputs: false, parameters, last: how.last });
    return how.weight * sum;
  };

  return (indices, random) => {
    const examples = gather(indices);
    // found before the plain pass, for both work in the same memory; with the whole network, no unit dropped
    const perturbed = perturbation?.apply(model, examples, random.split("perturbation").key);
    let sum = 0;
    if (alpha > 0) {
      sum += pass(examples.x, examples.labels, {
        weight: alpha,
        add: false,
        last: !perturbed,
        key: random.split("dropout").key,
      });
    }
    if (perturbed) {
      sum += pass(perturbed, examples.labels, {
        weight: 1 - alpha,
        add: alpha > 0,
        last: true,
        key: random.split("perturbed dropout").key,
      });
    }
    return sum;
  };
}
