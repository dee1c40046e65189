/** The fast gradient sign method: on many images, and on one. @module */

import { fgsm, slice } from "../../src/mod.ts";
import { repeated, type Subject } from "./measure.ts";
import { ATTACK, families, verifiedModel } from "./models.ts";
import { forEachConfig, images, type Part } from "./part.ts";

/** On a whole test set: the adversarial inputs alone, then with the model's answers to them. */
export const attacking: Part = (setting) => {
  const batch = images(setting.quick ? 300 : 10000);
  return forEachConfig(
    setting,
    (config) =>
      Object.entries(families()).flatMap(([name, family]): Subject[] => {
        const model = verifiedModel(family, batch);
        const shared = { config, unit: "ms", amount: 1 } as const;
        return [
          {
            name: `${name}, ${batch.x.rows} images`,
            ...shared,
            sample: repeated(() => void fgsm.perturb(model, batch, ATTACK)),
          },
          {
            name: `${name}, and its answers`,
            ...shared,
            sample: repeated(() => void fgsm(model, batch, ATTACK)),
          },
        ];
      }),
  );
};

/** On one image, from the call to the result. */
export const latency: Part = (setting) => {
  const one = slice(images(100), 0, 1);
  return forEachConfig(
    setting,
    (config) =>
      Object.entries(families()).flatMap(([name, family]): Subject[] => {
        const model = verifiedModel(family, one);
        const subject = (what: string, call: () => unknown): Subject => ({
          name: `${name}, ${what}`,
          config,
          unit: "µs",
          amount: 1,
          sample: repeated(() => void call()),
        });
        return [
          subject("scores", () => model.scores(one.x)),
          subject("scores and adversarial input", () => {
            model.scores(one.x);
            fgsm.perturb(model, one, ATTACK);
          }),
          subject("fgsm, checked and answered", () => fgsm(model, one, ATTACK)),
        ];
      }),
  );
};
