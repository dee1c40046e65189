/** Conformance case: two threads. @module */

import { fgsm } from "@gibbon/gibbon";
import { bytesOf, type Case, examples, tensorBytes, trained } from "../case.ts";

/** On two threads what `training` and `fgsm` do on one: the same bytes. */
export const threads: Case = {
  name: "threads",
  threads: 2,
  async run() {
    using model = await trained("maxout");
    return {
      ...tensorBytes("maxout", model),
      "maxout.Linf": bytesOf(fgsm(model, examples().test, { epsilon: 0.25 }).x.data),
    };
  },
};
