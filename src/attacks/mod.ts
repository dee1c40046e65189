/** The attacks. @module */

import type { Attack } from "./attack.ts";
import { fgsm } from "./fgsm.ts";
import { lbfgs } from "./lbfgs.ts";
import { signNoise, uniformNoise } from "./noise.ts";
import { rotation } from "./rotation.ts";

/** All attacks by name. */
export const attacks: Readonly<Record<string, Attack>> = {
  fgsm,
  lbfgs,
  rotation,
  signNoise,
  uniformNoise,
};

export { fgsm, lbfgs, rotation, signNoise, uniformNoise };
