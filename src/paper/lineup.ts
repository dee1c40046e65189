import { type Batch, slice } from "../data/batch.ts";
import type { ExperimentContext } from "./experiment.ts";

/**
 * The models that are compared throughout: trained name, and a short one for figures. The noise is random ±ε; sigmoids are
 * independent probabilities on top.
 */
export const LINEUP = [
  ["softmax", "softmax"],
  ["maxout", "maxout"],
  ["adversarialMaxout", "adversarial maxout"],
  ["signNoiseMaxout", "noise maxout"],
  ["sigmoidMaxout", "sigmoid maxout"],
  ["rbf", "RBF"],
  ["deepRbf", "deep RBF"],
  ["classRbm", "class RBM"],
  ["mpDbm", "DBM"],
] as const;

/** The test images that comparisons of many models look at: the first 2,000, in a quick run 1,000. */
export function sampleOf({ test, budget }: Pick<ExperimentContext, "test" | "budget">): Batch {
  return slice(test, 0, budget.name === "quick" ? 1000 : 2000);
}
