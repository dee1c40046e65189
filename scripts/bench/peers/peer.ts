/** The interface to another library: the work and its results. @module */

import type { Batch, Tensors } from "../../../src/mod.ts";
import type { Subject } from "../measure.ts";
import type { Shape } from "../products.ts";

/** Convolutional networks, by windows of so many rows and columns. */
export type Convolutional = "cnn3" | "cnn5";

/** The models that are trained: `adversarial` is maxout against the fast gradient sign method. */
export type Trained = "softmax" | "maxout" | "adversarial" | "rbf" | Convolutional;

/** The models that are attacked: `softmax` and `maxout` by one step, the others by forty. */
export type Attacked = "softmax" | "maxout" | "relu" | Convolutional;

/** Whether it is a convolutional network. */
export function isConvolutional(what: string): what is Convolutional {
  return what === "cnn3" || what === "cnn5";
}

/** Whether it is attacked by forty steps. */
export function isWalked(what: Attacked): boolean {
  return what === "relu" || isConvolutional(what);
}

/** Work that is ready to be timed, with the result of a trial. */
export interface Ready<Result> {
  readonly result: Result;
  readonly sample: Subject["sample"];
}

/** Numbers of a model by the names of its tensors. */
export type Numbers = Readonly<Record<string, { readonly data: ArrayLike<number> }>>;

/** A library. What it cannot do is left out. */
export interface Peer {
  readonly name: string;
  /** Version, instruction set, libraries below it. */
  readonly about: string;
  readonly threads: number;
  /** Whether heavy work takes it minutes. */
  readonly slow?: boolean;
  /** `result` is the product of `a` and `b`, row after row. */
  product?(shape: Shape, a: Float32Array, b: Float32Array): Promise<Ready<ArrayLike<number>>>;
  /**
   * `result` are the parameters after one plain step on all of `batch` at rate `CHECK_RATE`; the timed work is a step
   * of the paper's recipe on 100 or 200 examples.
   */
  training?(what: Trained, tensors: Tensors, batch: Batch): Promise<Ready<Numbers>>;
  /** `result` are the adversarial inputs, row after row; nothing if it does not attack such a model so. */
  attack?(what: Attacked, tensors: Tensors, batch: Batch): Promise<Ready<ArrayLike<number>> | undefined>;
  /** Ends its process or backend. */
  close?(): void | Promise<void>;
}
