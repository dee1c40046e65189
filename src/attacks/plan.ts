/** What an attack is to do to a batch: what the driver is given. @module */

import type { Constraint } from "../constraints/constraint.ts";
import type { Batch } from "../data/batch.ts";
import type { Criterion } from "./criteria.ts";
import type { AttackRun, Chunk } from "./query.ts";

/** Examples that are attacked at once: enough for the matrix product, small enough to stay in cache. */
export const CHUNK = 250;

/** What is to be done to a batch. */
export interface Plan {
  /** Name of the attack, for messages. */
  readonly name: string;
  /** Its steps. */
  readonly run: (chunk: Chunk) => AttackRun;
  /** Whether it finds the nearest inputs, whatever the size: it then runs once for all constraints. */
  readonly nearest: boolean;
  /** Constraints that differ in size; one result for each. */
  readonly constraints: readonly Constraint[];
  /** `places`: of each example in a set of which these are some; default as `first` says. */
  readonly batch: Batch & { readonly places?: ArrayLike<number> };
  readonly target?: Int32Array;
  readonly criterion: Criterion;
  readonly seed: number;
  /** Place of the first example: an example draws from the stream of random numbers of its place. */
  readonly first: number;
  /** Examples that are attacked at once; default 250. */
  readonly chunk?: number;
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}
