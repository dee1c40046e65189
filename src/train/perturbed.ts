/** What perturbations do to a training step. */

import { InputError } from "../errors.ts";
import { type Matrix, matrix, shape } from "../matrix.ts";
import { asModel } from "../models/model.ts";
import type { Differentiable, Perturbation } from "../models/classifier.ts";
import type { Executor } from "../graph/executor.ts";
import type { TrainingPass } from "../graph/training_pass.ts";
import { shown } from "../wording.ts";
import { type Examples, type PassExamples, residentLabels } from "./batch_memory.ts";

/** What a pass of training runs on. */
export interface Perturbed extends PassExamples {
  readonly shift?: TrainingPass["shift"];
}

/** The label of what belongs to no class: heads of independent probabilities take it for none of theirs. */
const NONE = -1;

/**
 * How `perturbation` changes the examples of a step, whose plain pass is given too.
 *
 * @throws {InputError} if it perturbs a layer that the network has not
 * @throws {InputError} if it gives rubbish, and the model's probabilities cannot all be 0
 */
export function perturber(
  network: Executor,
  model: Differentiable,
  { perturbation, batchSize }: { perturbation: Perturbation; batchSize: number },
): (examples: Examples, key: number, plain: TrainingPass) => Perturbed {
  const { layer = 0, rubbish = false, dropped, pullback } = perturbation;
  const last = network.layers - 1;
  const refuse = (what: string, reason: string): never => {
    throw new InputError("value", `train ${what}`, reason);
  };
  if (!Number.isInteger(layer) || layer < 0 || layer > last) {
    refuse(`with a perturbation of layer ${layer}`, `the model has layers 0 … ${last}`);
  }
  if (layer > 0 && (pullback || rubbish)) {
    refuse(`with ${perturbation.name} at layer ${layer}`, "only at the inputs, layer 0");
  }
  // such a network has no later layer
  if (network.objective && (pullback || rubbish)) {
    refuse(`with ${perturbation.name}`, "the model's objective is its own");
  }
  if (dropped && (layer > 0 || pullback || network.objective)) {
    refuse(`with ${perturbation.name}`, "only the inputs of a network with dropout can be so perturbed");
  }
  const { head: { name } } = model;
  if (rubbish && (name === "softmax" || name === "binary")) {
    refuse(
      `against rubbish with head ${name}`,
      `its probabilities sum to 1, and none can say "no class"`,
    );
  }
  const memory = network.training.scope();
  const labelsOf = (labels: Int32Array) => ({
    labels,
    labelsResident: residentLabels(memory.matrix("labels", labels.length, 1), labels),
  });
  const resident = (name: string, m: Matrix) => network.workspace.holds(m) ? m : memory.copy(name, m);
  if (layer > 0) {
    const added = hidden(network, model, { perturbation, layer, batchSize });
    return (examples, key) => {
      const value = added(examples, key);
      return { x: memory.copy("x", examples.x), ...labelsOf(examples.labels), shift: { layer, value } };
    };
  }
  const none = new Int32Array(rubbish ? batchSize : 0).fill(NONE);
  let pass: TrainingPass | undefined;
  const attacked = dropped
    ? asModel(network, { forward: (x) => network.forward(x, pass), backward: network.backward }, model)
    : model;
  return (examples, key, plain) => {
    pass = plain;
    const x = perturbation.apply(attacked, examples, key);
    checkPerturbed(perturbation.name, x, examples.x);
    return {
      x: resident("perturbed", x),
      ...labelsOf(rubbish ? none.subarray(0, examples.labels.length) : examples.labels),
    };
  };
}

/** @throws {InputError} unless a perturbation gave as many numbers as it was given */
function checkPerturbed(name: string, perturbed: Matrix, { rows, cols }: Matrix): void {
  if (perturbed?.rows === rows && perturbed.cols === cols && perturbed.data?.length === rows * cols) return;
  throw new InputError(
    "shape",
    `train with ${name}`,
    `it must give inputs of shape (${rows}, ${cols}), not ${
      perturbed?.rows === undefined ? shown(perturbed) : shape(perturbed)
    }`,
  );
}

/** What the perturbation adds to the inputs of a later layer of the whole network, no unit dropped. */
function hidden(
  network: Executor,
  { classes, head }: Differentiable,
  { perturbation, layer, batchSize }: { perturbation: Perturbation; layer: number; batchSize: number },
): (examples: Examples, key: number) => Matrix {
  const { before, after } = network.cut(layer);
  const memory = network.training.scope();
  let kept: { rest: Differentiable; data: Float32Array } | undefined;
  return (examples, key) => {
    const received = before.forward(memory.copy("x", examples.x));
    const { rows, cols } = received;
    kept ??= {
      rest: asModel(network, after, { inputs: cols, classes, head }),
      data: new Float32Array(batchSize * cols),
    };
    kept.data.set(received.data);
    const h = matrix(rows, cols, kept.data.subarray(0, rows * cols));
    const perturbed = perturbation.apply(kept.rest, { ...examples, x: h }, key);
    checkPerturbed(perturbation.name, perturbed, h);
    const value = memory.matrix("shift", rows, cols);
    const [to, from] = [value.data, perturbed.data];
    for (let i = 0; i < to.length; i++) to[i] = from[i] - h.data[i];
    return value;
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
  { examples: { x, labelsResident }, along }: { examples: PassExamples; along: Matrix },
): void {
  const { training } = network;
  const moved = training.matrix("moved inputs", x.rows, x.cols);
  const lengthOf = (row: number) => {
    const { data } = along;
    let sum = 0;
    for (let i = row * x.cols; i < (row + 1) * x.cols; i++) sum += data[i] * data[i];
    return Math.sqrt(sum);
  };
  for (const sign of [1, -1]) {
    const [from, w, to] = [x.data, along.data, moved.data];
    for (let row = 0; row < x.rows; row++) {
      const length = lengthOf(row);
      for (let i = row * x.cols; i < (row + 1) * x.cols; i++) {
        to[i] = length > 0 ? from[i] + sign * STEP * (w[i] / length) : from[i];
      }
    }
    const scores = network.forward(moved);
    const dScores = training.matrix("dScores", scores.rows, scores.cols);
    model.head.loss({ loss: training.matrix("loss", x.rows, 1), dScores }, scores, labelsResident);
    const { data, cols } = dScores;
    for (let row = 0; row < x.rows; row++) {
      const factor = sign * lengthOf(row) / (2 * STEP);
      for (let i = row * cols; i < (row + 1) * cols; i++) data[i] *= factor;
    }
    network.backward(dScores, { inputs: false, parameters: "add", last: sign < 0 });
  }
}
