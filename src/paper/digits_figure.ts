/** Digits before and after an attack, as a figure. @module */

import { fgsm } from "../attacks/fgsm.ts";
import { added } from "../evaluate/perturbations.ts";
import { type Batch, select } from "../data/batch.ts";
import type { Differentiable } from "../models/classifier.ts";
import { EPSILON } from "./experiment.ts";
import type { ImagesFigure } from "./figure.ts";
import { answered, firstOfEach, imagesFigure } from "./images.ts";

/** The class whose first image is taken apart, as in the paper's figure 4. */
const SUMMED = 4;

/** The first test image of each class before and after the attack on `model`, with what it takes them for. */
export function digitsFigure(model: Differentiable, test: Batch): ImagesFigure {
  const shown = select(test, firstOfEach(test, 1));
  const attacked = fgsm(model, shown, { epsilon: EPSILON });
  return imagesFigure(
    {
      id: "digits",
      title: "Digits before and after the attack",
      caption:
        "The first test image of each class, above as it is and below with every pixel moved by ε = .25 up or down. Under each: what the " +
        "network takes it for, and how surely; framed where it is right.",
    },
    [...answered(model, shown), ...answered(model, attacked)],
    { columns: 10, range: [-EPSILON, 1 + EPSILON] },
  );
}

/** A test image, the sign of its gradient times ε, and their sum, with what `model` takes each for. */
export function sumFigure(model: Differentiable, test: Batch): ImagesFigure {
  const one = select(test, [firstOfEach(test, 1)[SUMMED] ?? 0]);
  const attacked = fgsm(model, one, { epsilon: EPSILON });
  const pattern = { x: added(attacked), labels: one.labels };
  const [clean, sign, sum] = [one, pattern, attacked].map((each) => answered(model, each)[0]);
  return imagesFigure(
    {
      id: "sum",
      title: "A digit, plus ε times a sign pattern",
      caption:
        `The first ${
          one.labels[0]
        } among the test images; the sign of the loss's gradient, times ε = ${EPSILON}; and ` +
        "the sum. Under each: what the maxout network takes it for, and how surely; framed where that is right.",
    },
    [clean, { ...sign, marked: false, label: `+ ε · sign: ${sign.label}` }, {
      ...sum,
      label: `= ${sum.label}`,
    }],
    { columns: 3, range: [-EPSILON, 1 + EPSILON] },
  );
}
