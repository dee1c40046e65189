/** What another library is asked to do, and how it answers. @module */

import type { Batch, Tensors } from "../../../src/mod.ts";
import type { Subject } from "../measure.ts";
import type { Shape } from "../products.ts";

/** The models that are trained: `adversarial` is maxout against the fast gradient sign method. */
export type Trained = "softmax" | "maxout" | "adversarial" | "rbf";

/** The models that are attacked: `relu` by forty steps, the others by one. */
export type Attacked = "softmax" | "maxout" | "relu";

/** Something ready to be timed, with what it gave when it was tried. */
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
  /** Whether heavy work would take it minutes. */
  readonly slow?: boolean;
  /** `result` is the product of `a` and `b`, row after row. */
  product?(shape: Shape, a: Float32Array, b: Float32Array): Promise<Ready<ArrayLike<number>>>;
  /**
   * `result` are the parameters after one plain step on all of `batch` at rate `CHECK_RATE`; what is timed is a step of
   * the paper's recipe on a hundred or two.
   */
  training?(what: Trained, tensors: Tensors, batch: Batch): Promise<Ready<Numbers>>;
  /** `result` are the adversarial inputs, row after row; nothing if it does not attack such a model so. */
  attack?(what: Attacked, tensors: Tensors, batch: Batch): Promise<Ready<ArrayLike<number>> | undefined>;
  /** Ends what runs beside. */
  close?(): void | Promise<void>;
}
