/** The model families. @module */

import { deepRbf, type DeepRbfOptions } from "./deep_rbf.ts";
import type { Family } from "./family.ts";
import { classRbm, type ClassRbmOptions } from "./class_rbm.ts";
import { logistic } from "./logistic.ts";
import { maxout, type MaxoutOptions } from "./maxout.ts";
import { mpDbm, type MpDbmOptions } from "./mp_dbm.ts";
import { rbf, type RbfOptions } from "./rbf.ts";
import { softmaxLinear } from "./softmax_linear.ts";

/** Options of any family: `inputs` and `classes`, and those of its own. */
export type FamilyOptions =
  & { inputs: number; classes: number }
  & Partial<MaxoutOptions & RbfOptions & DeepRbfOptions & MpDbmOptions & ClassRbmOptions>;

/** All families by name. */
export const families: Readonly<Record<string, (options: FamilyOptions) => Family>> = {
  softmaxLinear,
  logistic,
  maxout,
  rbf,
  deepRbf,
  mpDbm,
  classRbm,
};

export { classRbm, deepRbf, logistic, maxout, mpDbm, rbf, softmaxLinear };
