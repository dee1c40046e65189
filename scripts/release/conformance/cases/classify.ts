/** Conformance case: predictions. @module */

import { families, predict } from "@gibbon/gibbon";
import { bytesOf, type Case, examples, trained } from "../case.ts";

/** The probabilities, (B, C), that each family's model gives the test examples. */
export const classify: Case = {
  name: "classify",
  async run() {
    const outputs: Record<string, Uint8Array> = {};
    for (const name of Object.keys(families)) {
      using model = await trained(name);
      outputs[name] = bytesOf(predict(model, examples().test.x).probabilities.data);
    }
    return outputs;
  },
};
