/** Experiment, section 9: do many models see what one does not? @module */

import type { LossOptions } from "../attacks/direction.ts";
import { fgsm } from "../attacks/fgsm.ts";
import { measure } from "../evaluate/measure.ts";
import { ensemble } from "../models/ensemble.ts";
import type { Model } from "../models/model.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { testSample } from "./examples.ts";
import { underAttack } from "./measures.ts";
import { members } from "./recipes/ensemble.ts";

/** Section 9: do many models see what one does not? */
export const ensembleExperiment: Experiment = {
  id: "ensemble",
  title: "Does an ensemble protect?",
  explains:
    "Twelve networks that differ in their seed alone answer with the mean of their probabilities. They " +
    "are attacked as a whole, and through one member that the attacker happens to have. The paper finds " +
    "little shelter in either.",
  models: () => members,
  async run(context) {
    const { test, model: trained, progress } = context;
    const all: Model[] = [];
    for (const name of members) all.push(await trained(name));
    const together = ensemble(all);
    const byScores = ensemble(all, { rule: "scores" });
    const through = (gradient?: LossOptions["gradient"]) =>
      measure(together, fgsm(all[0], test, { epsilon: EPSILON, gradient }));
    const whole = underAttack(together, test);
    progress(0.4);
    const single = through();
    const alone = underAttack(all[0], test);
    progress(0.6);
    const sample = testSample(context);
    const whole2 = underAttack(byScores, sample);
    const clean = measure(together, test);
    const memberClean = measure(all[0], test);
    return {
      measurements: {
        "clean.error": percent(clean.errorRate),
        "member.clean.error": percent(memberClean.errorRate),
        "member.fgsm.error": percent(alone.errorRate),
        "whole.error": percent(whole.errorRate),
        "whole.confidence": percent(whole.confidenceOnErrors),
        "single.error": percent(single.errorRate),
        "whole in float32.error": percent(underAttack(together, test, { gradient: "float32" }).errorRate),
        "single in float32.error": percent(through("float32").errorRate),
        "single.confidence": percent(single.confidenceOnErrors),
        "whole by mean scores.error": percent(whole2.errorRate),
      },
      figures: [{
        kind: "bars",
        id: "errors",
        title: "One network, and twelve together",
        caption: `Error on test images, clean and after one step of ±${EPSILON} a pixel.`,
        x: { label: "networks, and attack" },
        y: { label: "Error", unit: "%", domain: [0, 100] },
        groups: [{
          name: "error",
          values: ([
            ["one, clean", memberClean],
            ["twelve, clean", clean],
            ["one, attacked", alone],
            ["twelve, attacked through one", single],
            ["twelve, attacked as a whole", whole],
          ] as const).map(([x, { errorRate }]) => ({ x, value: 100 * errorRate })),
        }],
      }],
    };
  },
};
