/** Experiment, appendix A: inputs that are no digits at all. @module */

import { directedRubbish, rubbish } from "../attacks/rubbish.ts";
import { measure, measureRubbish } from "../evaluate/measure.ts";
import type { Model } from "../models/model.ts";
import { EPSILON, type Experiment, type Measurements, percent } from "./experiment.ts";
import { type Image, imagesFigure, rowOf } from "./images.ts";
import type { Figure } from "./figure.ts";

/** Noise that is moved toward each class. */
const DIRECTED = 200;

/** The step along the gradient itself: the length of the sign step of .25 in 784 pixels. */
const LENGTH = 7;

/** Range of noise in figures. */
const RANGE = [-3, 3] as const;

/** Classes of the paper's remark on skew. */
const MOST = 5, NONE = 8;

/** Appendix A: inputs that are no digits at all. */
export const rubbishExperiment: Experiment = {
  id: "rubbish",
  title: "Is noise taken for a digit?",
  explains:
    "Gaussian noise is no digit, and a good model would say so by giving no class more than half. The " +
    "paper counts how often its models do, and says that a network can be taught that noise is nothing, " +
    "but is fooled again after one step along the gradient.",
  models: () => ["maxout", "sigmoidMaxout", "rubbishMaxout", "softmax", "rbf"],
  async run({ test, seed, model: trained, progress }) {
    const naive = await trained("maxout");
    const independent = await trained("sigmoidMaxout");
    const taught = await trained("rubbishMaxout");
    const noise = measureRubbish(rubbish(naive, { seed }));
    const shares = noise.classes;
    progress(0.2);
    const measurements: Record<string, number | null> = {
      "maxout.error": percent(noise.errorRate),
      ...named("softmax", await trained("softmax"), { seed }),
      ...named("rbf", await trained("rbf"), { seed }),
      ...named("sigmoid", independent, { seed }),
      ...named("taught", taught, { seed }),
      [`share of ${MOST}`]: percent(shares[MOST]),
      [`share of ${NONE}`]: percent(shares[NONE]),
      "largest share": percent(Math.max(...shares)),
      "least share": percent(Math.min(...shares)),
    };
    const errorOf = (model: Model) => percent(measure(model, test).errorRate)!;
    measurements["sigmoid.clean.error"] = errorOf(independent);
    measurements["taught.clean.error"] = errorOf(taught);
    measurements["taught.clean.harm"] = errorOf(taught) - errorOf(independent);
    progress(0.4);

    const toward = (model: Model, step: "sign" | "gradient", epsilon: number) =>
      Array.from(
        { length: model.classes },
        (_, target) => directedRubbish(model, { target, epsilon, step, samples: DIRECTED, seed }),
      );
    const bySign = toward(naive, "sign", EPSILON);
    const byGradient = toward(naive, "gradient", LENGTH);
    progress(0.7);
    const again = toward(taught, "sign", EPSILON);
    const mean = (of: typeof bySign) =>
      percent(of.reduce((sum, { successRate }) => sum + successRate, 0) / of.length);
    bySign.forEach(({ successRate }, c) => measurements[`directed.${c}.success`] = percent(successRate));
    measurements["directed.success"] = mean(bySign);
    measurements["directed.hardest.success"] = percent(Math.min(...bySign.map((each) => each.successRate)));
    measurements["directed by gradient.success"] = mean(byGradient);
    measurements["taught.directed.success"] = mean(again);
    return {
      measurements,
      figures: [skew(shares), rates(bySign, byGradient, again), ...galleries(naive, seed)],
    };
  },
};

function named(name: string, model: Model, options: { seed: number }): Measurements {
  const { errorRate, confidenceOnErrors } = measureRubbish(rubbish(model, options));
  return { [`${name}.error`]: percent(errorRate), [`${name}.confidence`]: percent(confidenceOnErrors) };
}

function skew(shares: readonly number[]): Figure {
  return {
    kind: "bars",
    id: "shares",
    title: "What noise is taken for",
    caption:
      "Of the Gaussian noise that the naive maxout network takes for a digit: the share of each digit.",
    x: { label: "Taken for" },
    y: { label: "Share", unit: "%" },
    groups: [{ name: "maxout", values: shares.map((share, c) => ({ x: `${c}`, value: percent(share)! })) }],
  };
}

type Directed = readonly { readonly successRate: number }[];

function rates(bySign: Directed, byGradient: Directed, taught: Directed): Figure {
  const group = (name: string, rates: Directed) => ({
    name,
    values: rates.map(({ successRate }, c) => ({ x: `${c}`, value: percent(successRate)! })),
  });
  return {
    kind: "bars",
    id: "directed",
    title: "Noise moved one step toward a class",
    caption:
      `How often Gaussian noise has p ≥ .5 of the class it was moved toward, after one step of ±${EPSILON} by the gradient's sign ` +
      `or of ${LENGTH} times the gradient of p itself, against the naive network; and by sign against the one that was taught ` +
      "that noise is nothing.",
    x: { label: "Class" },
    y: { label: "Success", unit: "%", domain: [0, 100] },
    groups: [
      group("by sign", bySign),
      group("by gradient", byGradient),
      group("by sign, network taught that noise is nothing", taught),
    ],
  };
}

function galleries(model: Model, seed: number): Figure[] {
  const imagesOf = (noise: ReturnType<typeof rubbish>): Image[] =>
    Array.from(noise.predicted, (c, i) => ({
      values: rowOf(noise.x, i),
      label: `${c} (${Math.round(100 * noise.confidence[i])} %)`,
      marked: noise.fooled[i] === 1,
    }));
  const plain = rubbish(model, { samples: 10, seed });
  // one of each class
  const directed = Array.from(
    { length: model.classes },
    (_, target) => imagesOf(directedRubbish(model, { target, epsilon: EPSILON, samples: 1, seed })),
  );
  const shown = { columns: 10, range: RANGE };
  return [
    imagesFigure(
      {
        id: "noise",
        title: "Noise, and what maxout takes it for",
        caption: "Gaussian noise as drawn. Framed where some class has more than half of the probability.",
      },
      imagesOf(plain),
      shown,
    ),
    imagesFigure(
      {
        id: "gallery",
        title: "Noise moved toward each class",
        caption:
          `Gaussian noise after one step of ε = ${EPSILON} by the gradient's sign toward each class, from 0 to 9. Framed where ` +
          "the step reached the class.",
      },
      directed.flat(),
      shown,
    ),
  ];
}
