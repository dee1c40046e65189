/** Experiment, section 4, end: another way to follow the gradient. @module */

import { rotation } from "../attacks/rotation.ts";
import { measure, sweep } from "../evaluate/measure.ts";
import { type Experiment, percent } from "./experiment.ts";
import { testSample } from "./examples.ts";
import { COMPARED } from "./names.ts";

/** Angles that are tried, in radians. */
const ANGLES = [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 1];

/** The angle by which the paper's step moves an image of usual norm: of tangent .25·28 over about 9. */
const LARGE = 0.65;

/** The small angle of the claims. */
const SMALL = 0.3;

/** Section 4, end: another way to follow the gradient. */
export const rotationExperiment: Experiment = {
  id: "rotation",
  title: "Turning the input toward the gradient",
  explains:
    "The sign of the gradient is one way to use it among many. Here the image, as a vector, is turned by " +
    "an angle toward the gradient and keeps its length. The paper says that this too reliably gives " +
    "adversarial examples, without a figure. An angle of .65 moves an image about as far as the sign step " +
    "of .25.",
  models: () => COMPARED.map(([name]) => name),
  async run(context) {
    const { model: trained, progress } = context;
    const sample = testSample(context);
    const measurements: Record<string, number | null> = {};
    const series = [];
    for (const [i, [name, title]] of COMPARED.entries()) {
      const model = await trained(name);
      const turned = sweep(model, sample, { attack: rotation, epsilons: ANGLES });
      measurements[`${name}.clean.error`] = percent(measure(model, sample).errorRate);
      for (const [what, angle] of [["small", SMALL], ["large", LARGE]] as const) {
        const { errorRate, confidenceOnErrors } = turned[ANGLES.indexOf(angle)];
        measurements[`${name}.${what}.error`] = percent(errorRate);
        measurements[`${name}.${what}.confidence`] = percent(confidenceOnErrors);
      }
      series.push({
        name: title,
        points: turned.map(({ epsilon, errorRate }) => [epsilon, percent(errorRate)!] as const),
        ...(name === "maxout" && { emphasis: true }),
      });
      progress((i + 1) / COMPARED.length);
    }
    return {
      measurements,
      figures: [{
        kind: "lines",
        id: "errors",
        title: "Error against the angle",
        caption:
          `Of the first ${sample.labels.length} test images, each turned about the origin toward its gradient.`,
        x: { label: "Angle", unit: "rad" },
        y: { label: "Error", unit: "%", domain: [0, 100] },
        series,
      }],
    };
  },
};
