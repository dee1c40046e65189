/** The queries of an attack, and the chunk of examples it works on. @module */

import type { Constraint, Region } from "../constraints/constraint.ts";
import type { ScoreGradient } from "../loss.ts";
import type { Matrix } from "../matrix.ts";
import type { Classifier } from "../models/classifier.ts";
import type { Rng } from "../rng.ts";

/** A query: the labels of some inputs, their scores, or the gradient of a function of the scores. */
export interface Query {
  /** What is asked for. */
  readonly ask: "labels" | "scores" | "gradient";
  /** The inputs, (N, D). */
  readonly x: Matrix;
  /** Which examples of the chunk they are, (N); default all, in order. */
  readonly rows?: Int32Array;
  /** Writes the function's gradient in the scores of the inputs from `first` on; for a gradient. */
  readonly dScores?: ScoreGradient;
  /** Names the function, so that sizes that are tried in turn share its gradient at the chunk's own inputs; default none. */
  readonly key?: string;
  /** How much of the attack is done before this question, in [0, 1]; for the line of progress. */
  readonly done?: number;
}

/** The answer to a query, valid until the next query. */
export interface Answer {
  /** Scores, (N, S); empty where the classifier gives labels alone. */
  readonly scores: Matrix;
  /** The gradient in the inputs, (N, D), if it was asked for; the attack may write over it. */
  readonly gradient: Matrix;
  /** The predicted classes, (N). */
  predicted(): Int32Array;
  /** 1 for each input that counts as fooled, (N). */
  fooled(): Uint8Array;
}

/** An attack running on one chunk of examples: it yields queries and returns adversarial inputs, (B, D). */
export type AttackRun = Generator<Query, Matrix, Answer>;

/** What an attack works with: a chunk of B examples. */
export interface Chunk {
  /** The inputs, (B, D); not to be written to. */
  readonly x: Matrix;
  /** True classes, (B). */
  readonly labels: Int32Array;
  /** The classes aimed at, (B), or nothing without a target. */
  readonly target?: Int32Array;
  /** What is allowed around the inputs. */
  readonly region: Region;
  /** The same for any inputs. */
  readonly constraint: Constraint;
  /** What is known of the classifier. */
  readonly model: Pick<Classifier, "inputs" | "classes" | "head">;
  /** The stream of random numbers of an example, its own wherever the example stands. */
  rng(row: number): Rng;
  /** A matrix to work in, near the model; default of the inputs' shape. The same name gives the same memory. */
  matrix(name: string, rows?: number, cols?: number): Matrix;
}
