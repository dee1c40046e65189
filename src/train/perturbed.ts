/** What perturbations do to a training step. */

import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import { type Matrix, matrix } from "../matrix.ts";
import { asModel } from "../models/model.ts";
import type { Differentiable, Perturbation } from "../models/classifier.ts";
import type { Executor } from "../graph/executor.ts";
import type { TrainingPass } from "../graph/training_pass.ts";

/** What a pass of training runs on. */
export interface Perturbed {
  readonly x: Matrix;
  readonly labels: Int32Array;
  readonly shift?: TrainingPass["shift"];
}

/** The label of what belongs to no class: heads of independent probabilities take it for none of theirs. */
const NONE = -1;

/**
 * How `perturbation` changes the examples of a step.
 *
 * @throws {InputError} if it perturbs a layer that the network has not
 * @throws {InputError} if it gives rubbish, and the model's probabilities cannot all be 0
 */
export function perturber(
  network: Executor,
  model: Differentiable,
  perturbation: Perturbation,
): (examples: Batch, key: number) => Perturbed {
  const { layer = 0, rubbish = false, pullback } = perturbation;
  const most = network.layers - 1;
  if (!Number.isInteger(layer) || layer < 0 || layer > most) {
    throw new InputError(
      "value",
      `train with a perturbation of layer ${layer}`,
      `the model has layers 0 … ${most}`,
    );
  }
  if (layer > 0 && (pullback || rubbish)) {
    throw new InputError(
      "value",
      `train with ${perturbation.name} at layer ${layer}`,
      "only at the inputs, layer 0",
    );
  }
  if (network.objective && (layer > 0 || pullback || rubbish)) {
    throw new InputError("value", `train with ${perturbation.name}`, "the model's objective is its own");
  }
  const { head: { name } } = model;
  if (rubbish && (name === "softmax" || name === "binary")) {
    throw new InputError(
      "value",
      `train against rubbish with head ${name}`,
      `its probabilities sum to 1, and none can say "no class"`,
    );
  }
  if (layer > 0) return hidden(network, model, { perturbation, layer });
  return (examples, key) => {
    const x = perturbation.apply(model, examples, key);
    return { x, labels: rubbish ? examples.labels.map(() => NONE) : examples.labels };
  };
}

/** The same inputs, with what the perturbation adds to those of a later layer of the whole network, no unit dropped. */
function hidden(
  network: Executor,
  { classes, head }: Differentiable,
  { perturbation, layer }: { perturbation: Perturbation; layer: number },
): (examples: Batch, key: number) => Perturbed {
  const { before, after } = network.cut(layer);
  return (examples, key) => {
    const received = before.forward(network.workspace.copy("x", examples.x));
    const h = matrix(received.rows, received.cols, received.data.slice());
    const rest = asModel(network, after, { inputs: h.cols, classes, head });
    const perturbed = perturbation.apply(rest, { ...examples, x: h }, key);
    const value = matrix(h.rows, h.cols, perturbed.data.map((each, i) => each - h.data[i]));
    return { ...examples, shift: { layer, value } };
  };
}

/**
 * Length of the steps between which gradients are compared, in input units: small beside the distance to where a unit
 * changes its winner, which a difference across would take for curvature; large beside rounding.
 */
const STEP = 0.003;

/**
 * Adds to the gradients of the parameters the derivative of Σ ∇ₓJ(x) · w, example by example, in them: what flows
 * through a perturbation made from ∇ₓJ(x), if w is `along`. It is the derivative of the parameters' gradient along w,
 * (∇J(x + hw) − ∇J(x − hw)) / 2h with h‖w‖ = 0.003, of the whole network, no unit dropped. Between kinks of a piecewise
 * linear network that misses the exact derivative by some h² of the head's third derivatives.
 */
export function addThrough(
  network: Executor,
  model: Differentiable,
  { examples: { x, labels }, along }: { examples: Batch; along: Matrix },
): void {
  const lengths = Array.from({ length: x.rows }, (_, row) => {
    const w = along.data.subarray(row * x.cols, (row + 1) * x.cols);
    return Math.sqrt(w.reduce((sum, value) => sum + value * value, 0));
  });
  for (const sign of [1, -1]) {
    const moved = x.data.map((value, i) => {
      const length = lengths[Math.floor(i / x.cols)];
      return length > 0 ? value + sign * STEP * (along.data[i] / length) : value;
    });
    const scores = network.forward(network.workspace.copy("x", matrix(x.rows, x.cols, moved)));
    const dScores = network.workspace.matrix("dScores", scores.rows, scores.cols);
    model.head.loss({ loss: network.workspace.matrix("loss", x.rows, 1), dScores }, scores, labels);
    const { data } = dScores;
    for (let i = 0; i < data.length; i++) {
      data[i] *= sign * lengths[Math.floor(i / scores.cols)] / (2 * STEP);
    }
    network.backward(dScores, { inputs: false, parameters: "add", last: sign < 0 });
  }
}
