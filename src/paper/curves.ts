/** Experiment, beyond the paper: the whole curve, of which it reports one point. @module */

import { fgsm, signNoise } from "../attacks/mod.ts";
import { sweep } from "../evaluate/measure.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { MODEL_NAMES } from "./names.ts";
import { testSample } from "./examples.ts";
import { COMPARED } from "./names.ts";

/** Sizes of the step that are tried. */
const EPSILONS = [0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5];

/** The largest of them: what is not reached within it counts as reached there. */
export const LARGEST = EPSILONS[EPSILONS.length - 1];

/** Beyond the paper: the whole curve, of which it reports one point. */
export const curvesExperiment: Experiment = {
  id: "curves",
  title: "Error at every size of step",
  explains:
    "The paper attacks with one size of step, a quarter of the way from paper to ink. Here it grows from " +
    "nothing to a half, for every model under its own attack. One network was trained against the step of " +
    ".25; whether it withstands smaller steps as well is seen here alone.",
  models: () => COMPARED.map(([name]) => name),
  async run(context) {
    const { seed, model: trained, progress } = context;
    const sample = testSample(context);
    const measurements: Record<string, number | null> = {};
    const series = [];
    for (const [i, [name, title]] of COMPARED.entries()) {
      const model = await trained(name);
      const attacked = sweep(model, sample, { attack: fgsm, epsilons: EPSILONS });
      const points = attacked.map(({ epsilon, errorRate }) => [epsilon, percent(errorRate)!] as const);
      measurements[`${name}.half`] = crossing(points, 50) ?? LARGEST;
      const within = points.filter(([epsilon]) => epsilon <= EPSILON).map(([, error]) => error);
      measurements[`${name}.worst`] = Math.max(...within);
      series.push({ name: title, points, ...(name === "maxout" && { emphasis: true }) });
      if (name === "maxout") {
        const noisy = sweep(model, sample, { attack: signNoise, epsilons: EPSILONS, seed });
        const points = noisy.map(({ epsilon, errorRate }) => [epsilon, percent(errorRate)!] as const);
        measurements["maxout.noise.error"] = points.at(-1)![1];
        series.push({ name: `${MODEL_NAMES.maxout}, random signs`, points });
      }
      progress((i + 1) / COMPARED.length);
    }
    return {
      measurements,
      figures: [{
        kind: "lines",
        id: "errors",
        title: "Error against the size of the step",
        caption:
          `Of the first ${sample.labels.length} test images, each model under its own attack in the maximum norm.`,
        x: { label: "size of the step, ε" },
        y: { label: "Error", unit: "%", domain: [0, 100] },
        series,
        marks: [{ x: EPSILON, label: "the paper's ε" }],
      }],
    };
  },
};

/** Where a curve first reaches `level`, by straight lines between its points; null if it does not. */
function crossing(points: readonly (readonly [number, number])[], level: number): number | null {
  const after = points.findIndex(([, y]) => y >= level);
  if (after < 0) return null;
  if (after === 0) return points[0][0];
  const [[x0, y0], [x1, y1]] = [points[after - 1], points[after]];
  return x0 + (level - y0) / (y1 - y0) * (x1 - x0);
}
