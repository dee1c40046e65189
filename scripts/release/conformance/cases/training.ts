/** Conformance case: training of each family. @module */

import { families } from "@gibbon/gibbon";
import { type Case, tensorBytes, trained } from "../case.ts";

/** The weights of a model of each family, trained by its own recipe. */
export const training: Case = {
  name: "training",
  async run() {
    const outputs = {};
    for (const name of Object.keys(families)) {
      using model = await trained(name);
      Object.assign(outputs, tensorBytes(name, model));
    }
    return outputs;
  },
};
