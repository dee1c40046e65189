/** Conformance case: adversarial training. @module */

import { fgsm, perturbation } from "@gibbon/gibbon";
import { type Case, tensorBytes, trained } from "../case.ts";

/** The weights of a maxout network trained against the fast gradient sign method (paper, section 6). */
export const adversarialTraining: Case = {
  name: "adversarialTraining",
  async run() {
    using model = await trained("maxout", { perturbation: perturbation(fgsm, { epsilon: 0.25 }) });
    return tensorBytes("maxout", model);
  },
};
