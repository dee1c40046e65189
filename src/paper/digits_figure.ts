import { fgsm } from "../attacks/fgsm.ts";
import { type Batch, select } from "../data/batch.ts";
import type { Differentiable } from "../models/classifier.ts";
import { EPSILON } from "./experiment.ts";
import type { ImagesFigure } from "./figure.ts";
import { answered, firstOfEach, imagesFigure } from "./images.ts";

/** The first test image of each class before and after the attack on `model`, with what it takes them for. */
export function digitsFigure(model: Differentiable, test: Batch): ImagesFigure {
  const shown = select(test, firstOfEach(test, 1));
  const attacked = fgsm(model, shown, { epsilon: EPSILON });
  return imagesFigure(
    {
      id: "digits",
      title: "Digits before and after the attack",
      caption:
        "The first test image of each class, above as it is and below with every pixel moved by ±.25. Under each: what the " +
        "network takes it for, and how surely; framed where it is right.",
    },
    [...answered(model, shown), ...answered(model, attacked)],
    { columns: 10, range: [-EPSILON, 1 + EPSILON] },
  );
}
