/** The model families. @module */

import type { Family } from "./family.ts";
import { logistic } from "./logistic.ts";
import { maxout, type MaxoutOptions } from "./maxout.ts";
import { rbf, type RbfOptions } from "./rbf.ts";
import { softmaxLinear } from "./softmax_linear.ts";

/** Options of any family: `inputs` and `classes`, and those of its own. */
export type FamilyOptions = { inputs: number; classes: number } & Partial<MaxoutOptions & RbfOptions>;

/** All families by name. */
export const families: Readonly<Record<string, (options: FamilyOptions) => Family>> = {
  softmaxLinear,
  logistic,
  maxout,
  rbf,
};

export { logistic, maxout, rbf, softmaxLinear };
