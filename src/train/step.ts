/** A step of training: the gradient of the objective on some examples. @module */

import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import type { Executor } from "../graph/executor.ts";
import { type Matrix, matrix } from "../matrix.ts";
import type { Model } from "../models/model.ts";
import type { Rng } from "../rng.ts";
import type { ResolvedOptions } from "./options.ts";
import { addThrough, type Perturbed, perturber } from "./perturbed.ts";
import { batchMemory, type Examples } from "./batch_memory.ts";

/**
 * Leaves the objective's gradient on the examples `order[from]` … `order[from + count − 1]` in the model's parameters;
 * returns the sum of their losses.
 */
export type Step = (order: Int32Array, from: number, count: number, random: Rng) => number;

/** The step on batches of `data`, perturbed if the options say so. Works in memory that it keeps. */
export function makeStep(
  network: Executor,
  model: Model,
  { data, options }: { data: Batch; options: ResolvedOptions },
): Step {
  const { recipe: { batchSize, dropout = {} }, perturbation, objective, alpha } = options;
  const unused = options.recipe.dropout ? "dropout" : objective?.name;
  if (network.objective && unused) {
    throw new InputError(
      "value",
      `train ${model.family.name} with ${unused}`,
      "its objective has no use for it",
    );
  }
  const kept = batchMemory(network, { data, batchSize });
  const memory = network.training.scope();

  /** The sum of losses; with `inputs`, the gradient in the inputs too. */
  const pass = (
    { x, labels, labelsResident, shift }: Perturbed,
    how: { weight: number; add: boolean; last: boolean; key: number; inputs?: boolean },
  ): { loss: number; dX?: Matrix } => {
    const parameters = how.add ? "add" : "replace";
    const scale = how.weight / x.rows;
    if (network.objective) {
      const loss = network.objective(x, labels, { scale, parameters, key: how.key });
      return { loss: how.weight * loss };
    }
    const scores = network.forward(x, { dropout, key: how.key, shift });
    const loss = memory.matrix("loss", scores.rows, 1);
    const dScores = memory.matrix("dScores", scores.rows, scores.cols);
    model.head.loss({ loss, dScores, scale }, scores, labelsResident);
    const sum = sumOf(loss);
    const dX = network.backward(dScores, { inputs: how.inputs ?? false, parameters, last: how.last });
    return { loss: how.weight * sum, dX };
  };

  const sumOf = ({ data }: Matrix) => data.reduce((a, b) => a + b, 0);
  const perturb = perturbation && perturber(network, model, { perturbation, batchSize });
  const dX = perturbation?.pullback && new Float32Array(batchSize * data.x.cols);
  return (order, from, count, random) => {
    const examples: Examples = kept.gather(order, from, count);
    const plain = { dropout, key: random.split("dropout").key };
    // found before the plain pass: both work in the same memory
    const perturbed = perturb?.(examples, random.split("perturbation").key, plain);
    if (objective) {
      return objective.step({
        network,
        model,
        memory,
        pass: plain,
        perturbed: perturbed!,
        plain: () => kept.plain(examples),
      });
    }
    let sum = 0;
    if (alpha > 0) {
      sum += pass(kept.plain(examples), {
        weight: alpha,
        add: false,
        last: !perturbed,
        key: plain.key,
      }).loss;
    }
    if (perturbed) {
      const found = pass(perturbed, {
        weight: 1 - alpha,
        add: alpha > 0,
        last: !dX,
        inputs: dX !== undefined,
        key: perturbation!.dropped === "both" ? plain.key : random.split("perturbed dropout").key,
      });
      sum += found.loss;
      if (dX) {
        // a copy: whoever differentiates next writes over it
        dX.set(found.dX!.data);
        const gradient = matrix(count, data.x.cols, dX.subarray(0, count * data.x.cols));
        const along = perturbation!.pullback!(model, examples, gradient);
        addThrough(network, model, { examples: kept.plain(examples), along });
      }
    }
    return sum;
  };
}
