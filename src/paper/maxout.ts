import { fgsm } from "../attacks/fgsm.ts";
import { measure } from "../measure/measure.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { answered, firstOfEach, imagesFigure } from "./images.ts";
import { select } from "../data/batch.ts";
import { float32Standing, standing } from "./standing.ts";

/** Section 4 and appendix A: the deep maxout network. */
export const maxoutExperiment: Experiment = {
  id: "maxout",
  title: "A deep maxout network falls too",
  explains:
    "A maxout unit gives the greatest of several weighted sums, so the network is linear over wide ranges of its input, " +
    "which makes it easy to train. It errs on one clean digit in a hundred; but the same linearity lets the one step " +
    "of the fast gradient sign method mislead it on most digits, and with great confidence. The gradient that plain " +
    "single-precision arithmetic gives is a little weaker: where a probability rounds to 1 it loses its main term.",
  models: () => ["maxout"],
  async run(laboratory) {
    const model = await laboratory.trained("maxout");
    const { test } = laboratory;
    const clipped = measure(model, fgsm(model, test, { epsilon: EPSILON, bounds: [0, 1] }));
    const shown = select(test, firstOfEach(test, 1));
    const attacked = fgsm(model, shown, { epsilon: EPSILON });
    return {
      measurements: {
        ...standing(model, laboratory),
        ...float32Standing(model, laboratory),
        "fgsm clipped.error": percent(clipped.errorRate),
        "fgsm clipped.confidence": percent(clipped.confidenceOnErrors),
      },
      figures: [imagesFigure(
        {
          id: "digits",
          title: "Digits before and after the attack",
          caption:
            "The first test image of each class, above as it is and below with every pixel moved by ±.25. Under each: what the " +
            "network takes it for, and how surely; framed where it is right.",
        },
        [...answered(model, shown), ...answered(model, attacked)],
        { columns: 10, range: [-EPSILON, 1 + EPSILON] },
      )],
    };
  },
};
