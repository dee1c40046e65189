/** What training perturbs its examples with: attacks, and more than their plain results (paper, section 6 and appendix A). @module */

import type { Constraint } from "../constraints/constraint.ts";
import { constraint } from "../constraints/mod.ts";
import { checkEpsilon } from "../constraints/options.ts";
import { InputError } from "../errors.ts";
import { lossGradient } from "../loss.ts";
import { predictedClasses } from "../predict.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import type { Perturbation } from "../models/classifier.ts";
import { fillNormal, rng } from "../rng.ts";
import { any, type AnySchema, choice, number } from "../schema.ts";
import { checkFunction, isList, resolve } from "../checks.ts";
import { shown } from "../wording.ts";
import type { Attack, AttackOptions, SizeOptions } from "./attack.ts";
import type { LossOptions } from "./direction.ts";
import { COMMON } from "./options.ts";

const SCALED = { scale: number("What the gradient is multiplied by", { required: true, above: 0 }) };
const RUBBISH = {
  mean: number("Mean of each input", { default: 0 }),
  std: number("Standard deviation of each input", { default: 1, min: 0 }),
};

/** Which units are dropped while an attack in training is made. */
export const DROPPED = {
  dropped: choice("Dropout in the network that is attacked: of its units alone, or of the same after it", [
    "attack",
    "both",
  ]),
};

/** What any attack takes in training. */
const TRAINING = { ...COMMON, ...DROPPED, labels: any<"true" | "predicted">("Which labels it is told") };

/**
 * An attack as what training perturbs its examples with. With `labels: "predicted"`, whatever the attack, it is told the
 * model's own predictions in place of the labels, so that no perturbed input leaks a label (Kurakin et al. 2017). With `dropped` it
 * meets the network without the units that dropout takes away just then; the paper does not say which network its attack met.
 *
 * @example
 * ```ts
 * import { fgsm, perturbation } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(perturbation(fgsm, { epsilon: 0.25 }).name, 'fgsm {"epsilon":0.25}');
 * ```
 *
 * @throws {InputError} if ε is negative or not finite, or for an option that the attack does not have
 */
export function perturbation<O extends object>(
  attack: Attack<O>,
  options: O & AttackOptions & {
    epsilon: number;
    labels?: "true" | "predicted";
    dropped?: Perturbation["dropped"];
  },
): Perturbation {
  checkFunction("perturb", attack?.perturb, "the attack's perturb");
  const action = `attack by ${attack.name}`;
  resolve<object, AnySchema>(action, { ...TRAINING, ...attack.options }, options);
  checkEpsilon(options.epsilon, action);
  const cached: { made?: Constraint } = {};
  /** Room for what it gives, by rows: all batches but the last have as many. */
  const room = new Map<number, Matrix>();
  const { epsilon, norm = attack.norms[0], bounds, fixed, grid, oneHot, labels, dropped, ...rest } = options;
  // as it would be for one input
  if (bounds !== undefined && !isList(bounds?.[0])) constraint(1, { epsilon: 0, bounds }, action);
  return {
    name: `${attack.name} ${JSON.stringify(options)}`,
    ...(dropped && { dropped }),
    apply(model, batch, key) {
      // the same at each step
      if (cached.made?.inputs !== model.inputs) {
        cached.made = constraint(model.inputs, { epsilon, norm, bounds, fixed, grid, oneHot });
      }
      const { rows, cols } = batch.x;
      let out = room.get(rows);
      if (out?.cols !== cols) room.set(rows, out = matrix(rows, cols));
      return attack.perturb(
        model,
        // what else it does with labels, such as when it ends, leaks nothing either
        labels === "predicted" ? { ...batch, labels: predictedClasses(model, model.scores(batch.x)) } : batch,
        { ...rest, constraint: cached.made, seed: key } as unknown as O & AttackOptions & SizeOptions,
        out,
      );
    },
  };
}

/**
 * An attack as what training perturbs its examples with, the gradient of training flowing through the attack: for
 * `rotation`, and for `fgsm` in L2, the step along the scaled gradient. The sign has no derivative to follow.
 *
 * @example
 * ```ts
 * import { differentiable, rotation } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(differentiable(rotation, { epsilon: 0.2 }).name, 'rotation {"epsilon":0.2}, differentiated');
 * ```
 *
 * @throws {InputError} if the attack is not differentiable in its gradient, or aims at other than the true labels
 * @throws {InputError} if ε is negative or not finite
 */
export function differentiable<O extends object>(
  attack: Attack<O>,
  options: O & AttackOptions & { epsilon: number },
): Perturbation {
  const plain = perturbation(attack, options);
  const pullback = attack.pullback?.(options);
  if (!pullback) {
    throw new InputError(
      "value",
      `differentiate through ${plain.name}`,
      "it is no smooth function of a gradient",
    );
  }
  if (
    options.target !== undefined || (options as LossOptions).labels === "predicted" || options.bounds ||
    options.fixed ||
    options.grid || options.oneHot
  ) {
    throw new InputError(
      "value",
      `differentiate through ${plain.name}`,
      "only at the true labels, without bounds and the like",
    );
  }
  return {
    ...plain,
    name: `${plain.name}, differentiated`,
    pullback(model, examples, dX) {
      const gradient = lossGradient(model, examples);
      const out = matrix(dX.rows, dX.cols);
      for (let i = 0; i < dX.rows; i++) {
        const row = (m: typeof dX) => new Float64Array(rowsOf(m, i, i + 1).data);
        out.data.set(pullback({ x: row(examples.x), gradient: row(gradient), dX: row(dX) }), i * dX.cols);
      }
      return out;
    },
  };
}

/**
 * The gradient itself, `scale` times, added to the inputs: x + scale·∇ₓJ(x), the gradient of training flowing through it
 * (paper, section 6). It is no attack of a size: the surer the model, the smaller the step.
 *
 * @throws {InputError} if `scale` is not a finite number > 0
 */
export function scaledGradient(options: { scale: number }): Perturbation {
  const { scale } = resolve("perturb by the gradient", SCALED, options);
  const times = (m: Matrix) => matrix(m.rows, m.cols, m.data.map((value) => scale * value));
  return {
    name: `scaledGradient ${JSON.stringify({ scale })}, differentiated`,
    apply(model, examples) {
      const step = times(lossGradient(model, examples));
      return matrix(step.rows, step.cols, step.data.map((value, i) => examples.x.data[i] + value));
    },
    pullback: (_model, _examples, dX) => times(dX),
  };
}

/**
 * The same perturbation of what a hidden layer receives: `layer` counts from 0, the inputs, so that 1 is the first
 * hidden layer's output. What is added counts as a constant, and parameters before it are trained through it.
 */
export function atLayer(inner: Perturbation, layer: number): Perturbation {
  checkFunction("perturb a layer", inner?.apply, "the perturbation's apply");
  if (typeof inner.name !== "string") {
    throw new InputError(
      "shape",
      "perturb a layer",
      `the perturbation's name must be a text, not ${shown(inner.name)}`,
    );
  }
  return { ...inner, name: `${inner.name} at layer ${shown(layer)}`, layer };
}

/**
 * Gaussian noise N(mean, std²·I) in place of the examples, as inputs that belong to no class: every probability is
 * trained toward 0 (paper, appendix A). For heads of independent probabilities.
 */
export function rubbishClass(options: { mean?: number; std?: number } = {}): Perturbation {
  const { mean, std } = resolve("perturb by rubbish", RUBBISH, options);
  return {
    // checkpoints hold this name
    name: `rubbish ${JSON.stringify({ mean, deviation: std })}`,
    rubbish: true,
    apply(_, { x }, key) {
      const noise = matrix(x.rows, x.cols);
      fillNormal(noise, rng(key), { mean, std });
      return noise;
    },
  };
}
