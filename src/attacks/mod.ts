/** The attacks. @module */

import type { Attack } from "./attack.ts";
import { fgsm } from "./fgsm.ts";
import { signNoise, uniformNoise } from "./noise.ts";
import { rotation } from "./rotation.ts";

/** All attacks by name. */
export const attacks: Readonly<Record<string, Attack>> = { fgsm, rotation, signNoise, uniformNoise };

export { fgsm, rotation, signNoise, uniformNoise };
