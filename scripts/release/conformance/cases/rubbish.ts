/** Conformance case: Gaussian rubbish inputs. @module */

import { families, rubbish as draw } from "@gibbon/gibbon";
import { bytesOf, type Case, trained } from "../case.ts";

/** Gaussian noise, and the probabilities that each family's model gives it. */
export const rubbish: Case = {
  name: "rubbish",
  async run() {
    const outputs: Record<string, Uint8Array> = {};
    for (const name of Object.keys(families)) {
      using model = await trained(name);
      const { x, probabilities } = draw(model, { samples: 20, seed: 3 });
      outputs.x = bytesOf(x.data);
      outputs[name] = bytesOf(probabilities.data);
    }
    return outputs;
  },
};
