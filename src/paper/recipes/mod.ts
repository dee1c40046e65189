/** The models that the experiments share, and how each is trained. @module */

import { adversarial } from "./adversarial.ts";
import { controls } from "./controls.ts";
import { ensemble } from "./ensemble.ts";
import { generative } from "./generative.ts";
import { naive } from "./maxout.ts";
import { noise } from "./noise.ts";
import { radial } from "./rbf.ts";
import { shallow } from "./shallow.ts";
import { sigmoid } from "./sigmoid.ts";
import type { Recipes } from "./training.ts";

/** One line for each file. */
const groups: readonly Recipes[] = [
  shallow,
  radial,
  naive,
  adversarial,
  controls,
  noise,
  sigmoid,
  ensemble,
  generative,
];

/** All trainings by name. */
export const trainings: Recipes = (context) => Object.assign({}, ...groups.map((group) => group(context)));
