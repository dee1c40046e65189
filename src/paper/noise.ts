import { EPSILON, type Experiment, type Measurements } from "./experiment.ts";
import { attackedStanding } from "./standing.ts";

/** Trained name, name in measurements, name in the figure. */
const MODELS = [
  ["maxout", "naive", "none"],
  ["signNoiseMaxout", "sign", "random ±ε"],
  ["uniformNoiseMaxout", "uniform", "uniform in ±ε"],
  ["adversarialMaxout", "adversarial", "the attack"],
] as const;

/** Section 6: is it the noise, and not its direction, that teaches? */
export const noiseExperiment: Experiment = {
  id: "noise",
  title: "Noise of the same size teaches little",
  explains:
    "If any perturbation made a network robust, training on noise would do. Random signs move every pixel exactly as far as " +
    "the attack does, uniform noise up to as far. But in many dimensions a random direction has hardly anything in common " +
    "with the one that matters, so that noise averages out in each weighted sum: a network trained on it falls to the " +
    "attack nearly as the naive one does.",
  models: () => MODELS.map(([name]) => name),
  async run(laboratory) {
    const measurements: Record<string, number | null> = {};
    for (const [i, [name, short]] of MODELS.entries()) {
      const own: Measurements = attackedStanding(await laboratory.trained(name), laboratory);
      for (const [quantity, value] of Object.entries(own)) measurements[`${short}.${quantity}`] = value;
      laboratory.progress((i + 1) / MODELS.length);
    }
    const error = (short: string) => measurements[`${short}.fgsm.error`]!;
    measurements["distance from naive"] = Math.max(
      ...["sign", "uniform"].map((short) => Math.abs(error(short) - error("naive"))),
    );
    measurements["advantage of the attack"] = Math.min(error("sign"), error("uniform")) -
      error("adversarial");
    const bars = (quantity: string) =>
      MODELS.map(([, short, x]) => ({ x, value: measurements[`${short}.${quantity}`] ?? 0 }));
    return {
      measurements,
      figures: [{
        kind: "bars",
        id: "errors",
        title: "What networks were trained against, and what it helped",
        caption:
          `Error on test images, clean and after one step of ±${EPSILON} a pixel against the network itself. ` +
          "All but the last are misled by it on most images.",
        x: { label: "Trained against" },
        y: { label: "Error", unit: "%", domain: [0, 100] },
        groups: [
          { name: "clean", values: bars("clean.error") },
          { name: "attacked", values: bars("fgsm.error") },
        ],
      }],
    };
  },
};
