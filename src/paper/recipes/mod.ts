/** The models that the experiments share, and how each is trained. @module */

import type { FamilyModel } from "../../models/family.ts";
import { train, type TrainOptions } from "../../train/mod.ts";
import { adversarial } from "./adversarial.ts";
import { naive } from "./maxout.ts";
import { radial } from "./rbf.ts";
import { shallow } from "./shallow.ts";
import type { Recipes, Training } from "./training.ts";

/** One line for each file. */
const groups: readonly Recipes[] = [shallow, radial, naive, adversarial];

/** All trainings by name. */
export const trainings: Recipes = (context) => Object.assign({}, ...groups.map((group) => group(context)));

/** The model of a training, in a run from `seed`. */
export function trainOne(
  { family, data, options, seed: offset = 0 }: Training,
  seed: number,
  more: Pick<TrainOptions, "onProgress" | "signal"> = {},
): Promise<FamilyModel> {
  return train(family, data, { ...options, ...more, seed: seed + offset });
}
