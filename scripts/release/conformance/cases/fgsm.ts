/** Conformance case: the fast gradient sign method. @module */

import { type AttackOptions, families, fgsm as attack } from "@gibbon/gibbon";
import { bytesOf, type Case, examples, trained, within } from "../case.ts";

const VARIANTS: Readonly<Record<string, Omit<AttackOptions, "constraint"> & { epsilon: number }>> = {
  "Linf": { epsilon: 0.25 },
  "Linf.bounds": { epsilon: 0.1, bounds: [0, 1] },
  "L2": { epsilon: 1.5, norm: "L2" },
  "L1": { epsilon: 3, norm: "L1" },
  "target": { epsilon: 0.25, target: 1 },
};

/** Adversarial examples, (B, D), against each family: every norm, with bounds, and toward a class. */
export const fgsm: Case = {
  name: "fgsm",
  async run() {
    const outputs: Record<string, Uint8Array> = {};
    for (const name of Object.keys(families)) {
      using model = await trained(name);
      const test = within(examples().test, model.classes);
      for (const [variant, options] of Object.entries(VARIANTS)) {
        outputs[`${name}.${variant}`] = bytesOf(attack(model, test, options).x.data);
      }
    }
    return outputs;
  },
};
