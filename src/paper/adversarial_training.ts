/** Experiment, section 6: training against the attack, and what carries over between the two networks. @module */

import type { LossOptions } from "../attacks/direction.ts";
import { fgsm } from "../attacks/fgsm.ts";
import { localization } from "./localization.ts";
import { measure } from "../evaluate/measure.ts";
import type { Model } from "../models/model.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { weightsFigure } from "./images.ts";
import { attackedInFloat32, cleanAttackedAndRubbish } from "./measures.ts";

/** Units whose filters are shown, of each network. */
const SHOWN = 4;

/** Section 6: training against the attack, and what carries over between the two networks. */
export const adversarialTrainingExperiment: Experiment = {
  id: "adversarial",
  title: "Training against the attack",
  explains:
    "Here half of the loss at each step is that of the batch as the attack would change it just then. The " +
    "paper's network learnt to withstand most of those steps, and classified clean digits better as well; " +
    "its filters became more localized.",
  models: () => ["maxout", "adversarialMaxout"],
  async run(context) {
    const naive = await context.model("maxout");
    const hardened = await context.model("adversarialMaxout");
    const { test } = context;
    const transfer = (from: typeof naive, to: typeof naive, gradient?: LossOptions["gradient"]) =>
      percent(measure(to, fgsm(from, test, { epsilon: EPSILON, gradient })).errorRate);
    const gain = measure(naive, test).errorRate - measure(hardened, test).errorRate;
    const blind = measure(hardened, fgsm(hardened, test, { epsilon: EPSILON, labels: "predicted" }));
    const [before, after] = [filtersOf(naive), filtersOf(hardened)];
    return {
      measurements: {
        ...cleanAttackedAndRubbish(hardened, context),
        ...attackedInFloat32(hardened, context),
        "transfer from naive.error": transfer(naive, hardened),
        "transfer to naive.error": transfer(hardened, naive),
        "transfer from naive in float32.error": transfer(naive, hardened, "float32"),
        "transfer to naive in float32.error": transfer(hardened, naive, "float32"),
        "clean.gain": percent(gain),
        "fgsm on predictions.error": percent(blind.errorRate),
        "epochs": Number(hardened.record.epochs),
        "filters.naive.spread": before.spread,
        "filters.adversarial.spread": after.spread,
        "filters.naive.participation": before.participation,
        "filters.adversarial.participation": after.participation,
      },
      figures: [
        shown(before, { id: "naive-filters", title: "Filters of maxout" }),
        shown(after, { id: "adversarial-filters", title: "Filters of adversarially trained maxout" }),
      ],
    };
  },
};

/** The first layer's filters with the means of their measures. */
interface Filters {
  readonly pieces: number;
  readonly units: number;
  readonly rows: readonly Float32Array[];
  readonly spread: number;
  readonly participation: number;
}

function filtersOf(model: Model): Filters {
  const { shape: [pieces, units, inputs], data } = model.tensors()["layer0.W"];
  const rows = Array.from(
    { length: pieces * units },
    (_, row) => data.subarray(row * inputs, (row + 1) * inputs) as Float32Array,
  );
  const measures = rows.map((row) => localization(row, { width: Math.sqrt(inputs) })).filter((each) =>
    each !== null
  );
  const mean = (of: (each: typeof measures[number]) => number) =>
    measures.reduce((sum, each) => sum + of(each), 0) / measures.length;
  return {
    pieces,
    units,
    rows,
    spread: mean(({ spread }) => spread),
    participation: mean(({ participation }) => participation),
  };
}

function shown(
  { pieces, units, rows, spread, participation }: Filters,
  about: { id: string; title: string },
) {
  // a row for each unit, of all its pieces; tensors have pieces major
  const images = Array.from({ length: SHOWN * pieces }, (_, i) => ({
    values: rows[i % pieces * units + Math.floor(i / pieces)],
  }));
  const caption =
    `The weights of ${SHOWN} units of the first layer, a row for each with its ${pieces} pieces. Over all units the ` +
    `energy of a filter lies within ${
      spread.toFixed(1)
    } pixels of its centroid (root mean square), and as if on ` +
    `${(100 * participation).toFixed(0)} % of the pixels (participation ratio).`;
  return weightsFigure({ ...about, caption }, images, { columns: pieces });
}
