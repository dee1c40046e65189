import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import { type Matrix, matrix } from "../matrix.ts";
import type { Model } from "../models/model.ts";
import type { Executor } from "../graph/executor.ts";
import type { Rng } from "../rng.ts";
import type { ResolvedOptions } from "./options.ts";
import { addThrough, type Perturbed, perturber } from "./perturbed.ts";

/** Leaves the objective's gradient in the network's parameters; returns the sum of the examples' losses. */
export type Step = (indices: Int32Array, random: Rng) => number;

/** The step on batches of `data`, perturbed if the options say so. Works in memory that it keeps. */
export function makeStep(
  network: Executor,
  model: Model,
  { data, settled }: { data: Batch; settled: ResolvedOptions },
): Step {
  const { recipe: { batchSize, dropout = {} }, perturbation, alpha } = settled;
  if (network.objective && settled.recipe.dropout) {
    throw new InputError(
      "value",
      `train ${model.family.name} with dropout`,
      "its objective has no use for it",
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
    { x, labels, shift }: Perturbed,
    how: { weight: number; add: boolean; last: boolean; key: number; inputs?: boolean },
  ): { loss: number; dX?: Matrix } => {
    const parameters = how.add ? "add" : "replace";
    const scale = how.weight / x.rows;
    if (network.objective) {
      const loss = network.objective(workspace.copy("x", x), labels, { scale, parameters, key: how.key });
      return { loss: how.weight * loss };
    }
    const scores = network.forward(workspace.copy("x", x), { dropout, key: how.key, shift });
    const loss = workspace.matrix("loss", scores.rows, 1);
    const dScores = workspace.matrix("dScores", scores.rows, scores.cols);
    model.head.loss({ loss, dScores, scale }, scores, labels);
    const sum = loss.data.reduce((a, b) => a + b, 0);
    const dX = network.backward(dScores, { inputs: how.inputs ?? false, parameters, last: how.last });
    // a copy, for whoever differentiates next writes over it
    return { loss: how.weight * sum, dX: dX && matrix(dX.rows, dX.cols, dX.data.slice()) };
  };

  const perturb = perturbation && perturber(network, model, perturbation);
  return (indices, random) => {
    const examples = gather(indices);
    // found before the plain pass, for both work in the same memory; with the whole network, no unit dropped
    const perturbed = perturb?.(examples, random.split("perturbation").key);
    let sum = 0;
    if (alpha > 0) {
      sum += pass(examples, {
        weight: alpha,
        add: false,
        last: !perturbed,
        key: random.split("dropout").key,
      }).loss;
    }
    if (perturbed) {
      const through = perturbation!.pullback !== undefined;
      const { loss, dX } = pass(perturbed, {
        weight: 1 - alpha,
        add: alpha > 0,
        last: !through,
        inputs: through,
        key: random.split("perturbed dropout").key,
      });
      sum += loss;
      if (dX) addThrough(network, model, { examples, along: perturbation!.pullback!(model, examples, dX) });
    }
    return sum;
  };
}
