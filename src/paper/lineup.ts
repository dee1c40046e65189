import { type Batch, slice } from "../data/batch.ts";
import type { Laboratory } from "./experiment.ts";

/** The models that are compared throughout: trained name, and name in figures. */
export const LINEUP = [
  ["softmax", "softmax regression"],
  ["maxout", "maxout"],
  ["adversarialMaxout", "maxout, adversarially trained"],
  ["signNoiseMaxout", "maxout, trained on noise"],
  ["sigmoidMaxout", "maxout, sigmoid top"],
  ["rbf", "RBF"],
  ["deepRbf", "RBF, deeper"],
  ["classRbm", "classification RBM"],
  ["mpDbm", "Boltzmann machine"],
] as const;

/** The test images that comparisons of many models look at: the first 2,000, in a quick run 1,000. */
export function sampleOf({ test, budget }: Pick<Laboratory, "test" | "budget">): Batch {
  return slice(test, 0, budget.name === "quick" ? 1000 : 2000);
}
