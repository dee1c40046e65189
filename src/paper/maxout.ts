import { fgsm } from "../attacks/fgsm.ts";
import { measure } from "../evaluate/measure.ts";
import { digitsFigure } from "./digits_figure.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { attackedInFloat32, cleanAttackedAndRubbish } from "./standing.ts";

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
  async run(context) {
    const model = await context.model("maxout");
    const { test } = context;
    const clipped = measure(model, fgsm(model, test, { epsilon: EPSILON, bounds: [0, 1] }));
    return {
      measurements: {
        ...cleanAttackedAndRubbish(model, context),
        ...attackedInFloat32(model, context),
        "fgsm clipped.error": percent(clipped.errorRate),
        "fgsm clipped.confidence": percent(clipped.confidenceOnErrors),
      },
      figures: [digitsFigure(model, test)],
    };
  },
};
