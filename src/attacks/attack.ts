/** What every attack is: a perturbation within a constraint, and the model's answer to it. @module */

import type { Constraint, ConstraintOptions, Distance, Epsilon } from "../constraints/constraint.ts";
import type { Batch, Examples } from "../data/batch.ts";
import type { Predictions } from "../predict.ts";
import type { Matrix } from "../matrix.ts";
import type { AsyncClassifier, Differentiable } from "../models/classifier.ts";
import type { Schema } from "../schema.ts";
import type { Criterion } from "./criteria.ts";

/** What every attack takes beside its size: what else bounds it, and how it runs. */
export interface AttackOptions extends Omit<ConstraintOptions, "epsilon"> {
  /** All of what bounds it, as one object, in place of `epsilon`, `norm`, `bounds`, `fixed`, `grid` and `oneHot`. */
  constraint?: Constraint;
  /** Class that the model is to predict: one for all, or one each, (B); default any wrong one. */
  target?: number | Int32Array;
  /** What counts as fooled; default a class that is not the label, or that is the target if there is one. */
  criterion?: Criterion;
  /** Seed of the random numbers; default 0. */
  seed?: number;
  /** Place of the first example in a set that is attacked run by run, each example of which has random numbers of its own; default 0. */
  first?: number;
  /** Called often, with the fraction done. */
  onProgress?: (fraction: number) => void;
  /** Stops the attack, which then throws the signal's reason. */
  signal?: AbortSignal;
}

/** The size of an attack, unless its constraint is given whole. */
export type SizeOptions = { epsilon: Epsilon } | { constraint: Constraint; epsilon?: undefined };

/** How an attack was made. */
export interface AttackConditions {
  /** Name of the attack. */
  readonly attack: string;
  /** The attack's own options. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What bounded it. */
  readonly constraint: Constraint;
  /** The class aimed at, if it was one for all; the classes, if one each. */
  readonly target?: number | Int32Array;
  /** Seed of the random numbers. */
  readonly seed: number;
  /** Build of the kernels. */
  readonly kernels: string;
}

/** Attacked examples, with the model's answer to the very bytes in `x`. */
export interface Adversarial extends Batch, Predictions {
  /** Adversarial inputs, (B, D). */
  readonly x: Matrix;
  /** What they were made from, (B, D). */
  readonly original: Matrix;
  /** Name of the attack. */
  readonly attack: string;
  /** Its size. */
  readonly epsilon: Epsilon;
  /** 1 for each example whose predicted class is not its label, or is the target if there is one; else 0. */
  readonly fooled: Uint8Array;
  /** Queries of the model for each example, (B). */
  readonly queries: Int32Array;
  /** Examples whose gradient was 0 in every input when it was asked: an attack that follows gradients is blind to them. */
  readonly zeroGradients: number;
  /** How it was made. */
  readonly conditions: AttackConditions;
}

/** What an attack asks of a model; each word includes those before it. */
export type Needs = "labels" | "scores" | "gradients";

/** An attack on models of type `M`. */
export interface Attack<O extends object = object, M = Differentiable> {
  /** The adversarial examples of one size. */
  (model: M, batch: Examples, options: O & AttackOptions & SizeOptions): Adversarial;
  /** Registry key. */
  readonly name: string;
  /** One line of what it does, without a period. */
  readonly summary: string;
  /** What it asks of the model. */
  readonly needs: Needs;
  /** Whether it uses the size it is given, or looks for the nearest inputs and leaves those that need more as they are. */
  readonly goal: "within" | "nearest";
  /** About how many inputs it asks a model of so many inputs about, for each example, in each of its repeats; default 1. */
  readonly asks?: (inputs: number) => number;
  /** What its size may be measured by, the default first. */
  readonly norms: readonly Distance[];
  /** Its own options. */
  readonly options: Schema<O>;
  /** The adversarial examples of each of several sizes; what they have in common is done once. */
  readonly sweep: (
    model: M,
    batch: Examples,
    options: O & AttackOptions & { epsilons: readonly number[] },
  ) => Adversarial[];
  /**
   * The same as `sweep`, in steps: yields the fraction done before each query, so that the caller may show
   * it, wait or stop. A query holds at most `chunk` examples; default 250.
   */
  readonly steps: (
    model: M,
    batch: Examples,
    options: O & AttackOptions & { epsilons: readonly number[]; chunk?: number },
  ) => Generator<number, Adversarial[]>;
  /**
   * The adversarial examples run by run of `batchSize` (default 500), made as they are asked for: a whole test set in the
   * memory of one run.
   */
  readonly stream: (
    model: M,
    batch: Examples,
    options: O & AttackOptions & SizeOptions & { batchSize?: number },
  ) => Generator<Adversarial>;
  /** The same on a classifier whose answers may be promises; for attacks that need no gradient. */
  readonly async: (
    model: AsyncClassifier,
    batch: Examples,
    options: O & AttackOptions & SizeOptions,
  ) => Promise<Adversarial>;
  /** Adversarial inputs alone, (B, D), unchecked and not judged, written to `out`: what training calls at each step. */
  readonly perturb: (
    model: Differentiable,
    batch: Batch,
    options: O & AttackOptions & SizeOptions,
    out?: Matrix,
  ) => Matrix;
  /** The vector-Jacobian product through the attack; undefined if the attack is not differentiable. */
  readonly pullback?: (options: O & AttackOptions & { epsilon: number }) => Pullback | undefined;
}

/**
 * The vector-Jacobian product, (D), of one adversarial input as a function of the loss's `gradient` at `x`, with the
 * gradient `dX` in that input.
 */
export type Pullback = (
  at: { x: Float64Array; gradient: Float64Array; dX: Float64Array },
) => Float64Array;
