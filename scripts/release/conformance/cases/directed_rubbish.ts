/** Conformance case: rubbish inputs toward a class. @module */

import { directedRubbish as draw, families } from "@gibbon/gibbon";
import { bytesOf, type Case, trained } from "../case.ts";

/** Noise moved toward a class, by the sign of the gradient and by the gradient itself. */
export const directedRubbish: Case = {
  name: "directedRubbish",
  async run() {
    const outputs: Record<string, Uint8Array> = {};
    for (const name of Object.keys(families)) {
      using model = await trained(name);
      for (const step of ["sign", "gradient"] as const) {
        const { x } = draw(model, { target: 1, epsilon: 0.5, samples: 10, seed: 3, attempts: 3, step });
        outputs[`${name}.${step}`] = bytesOf(x.data);
      }
    }
    return outputs;
  },
};
