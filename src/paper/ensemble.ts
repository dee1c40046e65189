import { fgsm, type FgsmOptions } from "../attacks/fgsm.ts";
import { measure } from "../measure/measure.ts";
import { ensemble } from "../models/ensemble.ts";
import type { FamilyModel } from "../models/family.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { sampleOf } from "./lineup.ts";
import { members } from "./recipes/ensemble.ts";

/** Section 9: do many models see what one does not? */
export const ensembleExperiment: Experiment = {
  id: "ensemble",
  title: "An ensemble gives no shelter",
  explains:
    "Perhaps each network has blind spots of its own, and many together see what one does not. Twelve networks that differ " +
    "in their seed alone answer with the mean of their probabilities. Attacked as a whole they fall as one does; and nearly as " +
    "well through one member that the attacker happens to have, for all of them make the same mistakes.",
  models: () => members,
  async run(laboratory) {
    const { test, trained, progress } = laboratory;
    const all: FamilyModel[] = [];
    for (const name of members) all.push(await trained(name));
    const together = ensemble(all);
    const byScores = ensemble(all, { rule: "scores" });
    const on = (model: typeof together, from: typeof together, gradient?: FgsmOptions["gradient"]) =>
      measure(model, fgsm(from, test, { epsilon: EPSILON, gradient }));
    const whole = on(together, together);
    progress(0.4);
    const single = on(together, all[0]);
    const alone = on(all[0], all[0]);
    progress(0.6);
    const sample = sampleOf(laboratory);
    const whole2 = measure(byScores, fgsm(byScores, sample, { epsilon: EPSILON }));
    return {
      measurements: {
        "clean.error": percent(measure(together, test).errorRate),
        "member.clean.error": percent(measure(all[0], test).errorRate),
        "member.fgsm.error": percent(alone.errorRate),
        "whole.error": percent(whole.errorRate),
        "whole.confidence": percent(whole.confidenceOnErrors),
        "margin": percent(whole.errorRate - single.errorRate),
        "single.error": percent(single.errorRate),
        "whole in float32.error": percent(on(together, together, "float32").errorRate),
        "single in float32.error": percent(on(together, all[0], "float32").errorRate),
        "single.confidence": percent(single.confidenceOnErrors),
        "whole by mean scores.error": percent(whole2.errorRate),
      },
    };
  },
};
