/** The cases of the conformance run. @module */

import type { Case } from "../case.ts";
import { adversarialTraining } from "./adversarial_training.ts";
import { classify } from "./classify.ts";
import { digits } from "./digits.ts";
import { directedRubbish } from "./directed_rubbish.ts";
import { fgsm } from "./fgsm.ts";
import { host } from "./host.ts";
import { rubbish } from "./rubbish.ts";
import { threads } from "./threads.ts";
import { training } from "./training.ts";

/** All cases, what later ones build on first. */
export const cases: readonly Case[] = [
  digits,
  training,
  classify,
  fgsm,
  rubbish,
  directedRubbish,
  adversarialTraining,
  threads,
  host,
];
