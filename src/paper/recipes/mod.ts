/** The models that the experiments share, and how each is trained. @module */

import { adversarial } from "./adversarial.ts";
import { naive } from "./maxout.ts";
import { radial } from "./rbf.ts";
import { shallow } from "./shallow.ts";
import type { Recipes } from "./training.ts";

/** One line for each file. */
const groups: readonly Recipes[] = [shallow, radial, naive, adversarial];

/** All trainings by name. */
export const trainings: Recipes = (context) => Object.assign({}, ...groups.map((group) => group(context)));
