/** The attacks. @module */

import type { Attack } from "./attack.ts";
import { fgsm } from "./fgsm.ts";
import { signNoise, uniformNoise } from "./noise.ts";

/** All attacks by name. */
export const attacks: Readonly<Record<string, Attack>> = { fgsm, signNoise, uniformNoise };

export { fgsm, signNoise, uniformNoise };
