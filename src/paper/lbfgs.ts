/** Experiment, section 2: what the fast gradient sign method replaced. @module */

import { fgsm } from "../attacks/fgsm.ts";
import { lbfgs } from "../attacks/lbfgs.ts";
import { type Batch, select } from "../data/batch.ts";
import { predict } from "../predict.ts";
import { rowsOf } from "../matrix.ts";
import { added } from "../evaluate/perturbations.ts";
import type { Differentiable } from "../models/classifier.ts";
import { EPSILON, type Experiment, type Measurements, percent } from "./experiment.ts";
import { answered, firstOfEach, imagesFigure } from "./images.ts";

/** Images of each class that are attacked. */
const EACH = { quick: 2, standard: 10, full: 10 };

/** ‖r‖₂ that counts as found: all images lie within twice that of each other. */
const MOST = 10;

/** As the paper's authors had it: one class, and nothing after the search. */
const PLAIN = { targets: "runnerUp", refinements: 0 } as const;

/** Sign steps that are tried for the least that misleads. */
const STEPS = Array.from({ length: 100 }, (_, i) => (i + 1) / 200);

/** Trained name, name in measurements. */
const MODELS = [["maxout", "maxout"], ["adversarialMaxout", "adversarial"]] as const;

/** Section 2: what the fast gradient sign method replaced. */
export const lbfgsExperiment: Experiment = {
  id: "lbfgs",
  title: "L-BFGS, the method before",
  explains:
    "Szegedy et al. found adversarial examples by an optimizer: for each image it looks for the smallest " +
    "change that the network takes for another class. It takes many gradients an image, where the sign " +
    "step takes one.",
  models: () => MODELS.map(([name]) => name),
  async run({ test, budget, model: trained, progress }) {
    const chosen = select(test, firstOfEach(test, EACH[budget.name]));
    const measurements: Record<string, number | null> = {};
    for (const [i, [name, short]] of MODELS.entries()) {
      const found = compare(await trained(name), chosen);
      for (const [quantity, value] of Object.entries(found)) measurements[`${short}.${quantity}`] = value;
      progress((i + 1) / MODELS.length);
    }
    const model = await trained("maxout");
    const shown = select(test, firstOfEach(test, 1));
    const near = lbfgs(model, shown, { ...PLAIN, epsilon: MOST, bounds: [0, 1] });
    const sign = fgsm(model, shown, { epsilon: EPSILON });
    return {
      measurements,
      figures: [imagesFigure(
        {
          id: "digits",
          title: "Adversarial examples by L-BFGS and by the sign step",
          caption:
            "Above the first test image of each class, in the middle the nearest input that L-BFGS finds which the network " +
            "takes for another class, below the sign step of ε = .25. Under each: what it is taken for, and how surely; framed " +
            "where that is right.",
        },
        [shown, near, sign].flatMap((each) => answered(model, each)),
        { columns: 10, range: [-EPSILON, 1 + EPSILON] },
      )],
    };
  },
};

/** Distortion and cost of both methods on the images that the model gets right. */
function compare(plain: Differentiable, examples: Batch): Measurements {
  const { predicted } = predict(plain, examples.x);
  const right = select(
    examples,
    Array.from(predicted.keys()).filter((i) => predicted[i] === examples.labels[i]),
  );
  const count = right.labels.length;
  const free = lbfgs(plain, right, { ...PLAIN, epsilon: MOST });
  // one question is for the runner-up, the others are gradients
  const cost = free.queries.reduce((sum, each) => sum + each - 1, 0) / count;
  const signs = fgsm.sweep(plain, right, { epsilons: STEPS });
  const first = Array.from({ length: count }, (_, i) => signs.findIndex(({ fooled }) => fooled[i]));
  // where both mislead
  const both = Array.from(first.keys()).filter((i) => first[i] >= 0 && free.fooled[i]);
  const lengths = (each: typeof free) => {
    const r = added(each);
    return Array.from({ length: count }, (_, i) => Math.sqrt(square(rowsOf(r, i, i + 1).data)));
  };
  const mean = (values: readonly number[], of: readonly number[]) =>
    of.length > 0 ? of.reduce((sum, i) => sum + values[i], 0) / of.length : null;
  const near = lengths(free);
  const rate = (fooled: Uint8Array) => percent(fooled.reduce((sum, each) => sum + each, 0) / count);
  const inBoth = mean(near, both);
  const bySign = mean(
    first.map((at, i) => at < 0 ? 0 : Math.sqrt(square(rowsOf(added(signs[at]), i, i + 1).data))),
    both,
  );
  return {
    "found": rate(free.fooled),
    "sign step.found": rate(signs[STEPS.indexOf(EPSILON)].fooled),
    "distance": inBoth,
    "sign step.distance": bySign,
    "sign step.epsilon": mean(first.map((at) => STEPS[at] ?? 0), both),
    // both are means over the same images, so neither is null alone
    "shorter": inBoth && bySign! / inBoth,
    "gradients": cost,
  };
}

function square(v: Float32Array): number {
  return v.reduce((sum, value) => sum + value * value, 0);
}
