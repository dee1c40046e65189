/** The models that several figures compare. @module */

import { type Batch, slice } from "../data/batch.ts";
import type { ExperimentContext } from "./experiment.ts";
import { MODEL_NAMES } from "./names.ts";

/** The models that are compared throughout: trained name, and that in pictures. */
export const LINEUP = [
  "softmax",
  "maxout",
  "adversarialMaxout",
  "signNoiseMaxout",
  "sigmoidMaxout",
  "rbf",
  "deepRbf",
  "classRbm",
  "mpDbm",
].map((name) => [name, MODEL_NAMES[name]] as const);

/** The test images that comparisons of many models look at: the first 2,000, in a quick run 500. */
export function sampleOf({ test, budget }: Pick<ExperimentContext, "test" | "budget">): Batch {
  return slice(test, 0, budget.name === "quick" ? 500 : 2000);
}
