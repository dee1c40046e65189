/** What every attack is: a perturbation within a budget, and the model's answer to it. @module */

import { InputError } from "../errors.ts";
import { type Batch, slice } from "../data/batch.ts";
import type { Bounds } from "../kernels/attack.ts";
import { predict, type Predictions } from "../loss.ts";
import type { Matrix } from "../matrix.ts";
import type { Differentiable, Perturbation } from "../models/classifier.ts";
import { rng } from "../rng.ts";
import { inFloat32, targets } from "./budget.ts";
import { checkAttack, checkEpsilon } from "./checks.ts";
import { type Criterion, hit, judge, misclassified } from "./criteria.ts";

/** What every attack takes beside its ε. */
export interface AttackOptions {
  /** Least and greatest value of an input; default none, for the paper does not clip. */
  bounds?: Bounds;
  /** Class that the model is to predict: one for all, or one each, (B); default any wrong one. */
  target?: number | Int32Array;
  /** Seed of what is random; default 0. */
  seed?: number;
  /**
   * Place of the first example in a set that is attacked run by run, a multiple of 250: noise then goes on as if all of
   * the set were attacked at once; default 0.
   */
  first?: number;
}

/** The budget in input units: one for all inputs, or one for each, (D). */
export type Epsilon = number | Float32Array;

/** How far two inputs are from each other. */
export type Distance = "Linf" | "L2" | "L1" | "angle";

/** Attacked examples, with the model's answer to the very bytes in `x`. */
export interface Adversarial extends Batch, Predictions {
  /** Adversarial inputs, (B, D). */
  readonly x: Matrix;
  /** What they were made from, (B, D). */
  readonly original: Matrix;
  /** Name of the attack. */
  readonly attack: string;
  /** Its budget. */
  readonly epsilon: Epsilon;
  /** 1 for each example whose predicted class is not its label, or is the target if there is one; else 0. */
  readonly fooled: Uint8Array;
}

/**
 * An attack. With one ε it gives one set of adversarial examples; with a plain array of them, one set for each.
 * A `Float32Array` of D numbers is one budget for each input.
 */
export interface Attack<O extends AttackOptions = AttackOptions> {
  (model: Differentiable, batch: Batch, options: O & { epsilon: Epsilon }): Adversarial;
  (model: Differentiable, batch: Batch, options: O & { epsilon: readonly number[] }): Adversarial[];
  /** Registry key. */
  readonly attack: string;
  /** Whether the untargeted attack means to raise the loss; noise does not aim. */
  readonly raisesLoss: boolean;
  /** What ε bounds unless an option says otherwise: the distance in a norm, or the angle at the origin in radians. */
  readonly distance: Distance;
  /** Whether it goes no farther than it must, and leaves inputs as they are that would need more than ε. */
  readonly minimal: boolean;
  /**
   * The adversarial examples run by run of `batchSize` (default 500), made as they are asked for: a whole test set in the
   * memory of one run. Noise differs from run to run.
   */
  readonly stream: (
    model: Differentiable,
    batch: Batch,
    options: O & { epsilon: Epsilon; batchSize?: number },
  ) => Generator<Adversarial>;
  /** Adversarial inputs alone, (B, D), unchecked and not judged: what training calls at each step. */
  readonly perturb: (model: Differentiable, batch: Batch, options: O & { epsilon: Epsilon }) => Matrix;
  /** How a gradient goes back through the attack to the loss's gradient it followed; nothing if it cannot. */
  readonly pullback?: (options: O & { epsilon: number }) => Pullback | undefined;
}

/**
 * The vector-Jacobian product, (D), of one adversarial input as a function of the loss's `gradient` at `x`, with the
 * gradient `dX` in that input.
 */
export type Pullback = (
  at: { x: Float64Array; gradient: Float64Array; dX: Float64Array },
) => Float64Array;

/** An attack's own part: looks at the examples once, and gives their perturbed inputs for each ε of the options. */
type Prepare<O> = (
  model: Differentiable,
  batch: Batch,
  options: O & { epsilon: Epsilon | readonly number[] },
) => (epsilon: Epsilon) => Matrix;

/** The attack that `prepare` makes. */
export function makeAttack<O extends AttackOptions>(
  { name, raisesLoss, distance = "Linf", minimal = false, prepare, pullback }: {
    name: string;
    raisesLoss: boolean;
    distance?: Distance;
    minimal?: boolean;
    prepare: Prepare<O>;
    pullback?: Attack<O>["pullback"];
  },
): Attack<O> {
  function attack(model: Differentiable, batch: Batch, options: O & { epsilon: Epsilon }): Adversarial;
  function attack(
    model: Differentiable,
    batch: Batch,
    options: O & { epsilon: readonly number[] },
  ): Adversarial[];
  function attack(
    model: Differentiable,
    batch: Batch,
    options: O & { epsilon: Epsilon | readonly number[] },
  ) {
    checkAttack(name, model, { batch, options });
    const { epsilon, target } = options;
    const criterion = target === undefined ? misclassified(batch.labels) : hit(targets(target, batch));
    const step = prepare(model, batch, inFloat32(options));
    const result = (each: Epsilon) => judged(model, batch, { name, x: step(each), epsilon: each, criterion });
    return Array.isArray(epsilon) ? epsilon.map(result) : result(epsilon as Epsilon);
  }
  const perturb = (model: Differentiable, batch: Batch, options: O & { epsilon: Epsilon }) =>
    prepare(model, batch, inFloat32(options))(options.epsilon);
  function* stream(
    model: Differentiable,
    batch: Batch,
    options: O & { epsilon: Epsilon; batchSize?: number },
  ): Generator<Adversarial> {
    const { batchSize = 500, target, seed = 0 } = options;
    if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
      throw new InputError(
        "value",
        `attack by ${name} with batchSize ${batchSize}`,
        "must be a whole number ≥ 1",
      );
    }
    for (let first = 0; first < batch.labels.length; first += batchSize) {
      const run = slice(batch, first, first + batchSize);
      const aim = target instanceof Int32Array ? target.subarray(first, first + batchSize) : target;
      yield attack(model, run, { ...options, target: aim, seed: rng(seed).split("run", first).key });
    }
  }
  return Object.assign(attack, { attack: name, raisesLoss, distance, minimal, perturb, stream, pullback });
}

/**
 * An attack as what training perturbs its examples with.
 *
 * @example
 * ```ts
 * import { fgsm, perturbation } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(perturbation(fgsm, { epsilon: 0.25 }).name, 'fgsm {"epsilon":0.25}');
 * ```
 *
 * @throws {InputError} if ε is negative or not finite
 */
export function perturbation<O extends AttackOptions>(
  attack: Attack<O>,
  options: O & { epsilon: number },
): Perturbation {
  checkEpsilon(attack.attack, options.epsilon);
  return {
    name: `${attack.attack} ${JSON.stringify(options)}`,
    apply: (model, batch, key) => attack.perturb(model, batch, { ...options, seed: key }),
  };
}

function judged(
  model: Differentiable,
  { x: original, labels, classes }: Batch,
  { name, x, epsilon, criterion }: { name: string; x: Matrix; epsilon: Epsilon; criterion: Criterion },
): Adversarial {
  const predictions = predict(model, x);
  const fooled = judge(predictions, criterion);
  return { x, labels, classes, original, attack: name, epsilon, ...predictions, fooled };
}
