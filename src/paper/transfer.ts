/** Experiment, section 8: every model's adversarial examples on every other. @module */

import { fgsm } from "../attacks/fgsm.ts";
import { transfer } from "../evaluate/agreement.ts";
import type { Model } from "../models/model.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { testSample } from "./examples.ts";
import { COMPARED } from "./names.ts";

/** Section 8: every model's adversarial examples on every other. */
export const transferExperiment: Experiment = {
  id: "transfer",
  title: "From every model to every other",
  explains: "Each model is attacked, and the images that come of it are shown to every other.",
  models: () => COMPARED.map(([name]) => name),
  async run(context) {
    const { model: trained } = context;
    const models: Model[] = [];
    for (const [name] of COMPARED) models.push(await trained(name));
    const sample = testSample(context);
    const { errors, agreements } = transfer(models, sample, { attack: fgsm, epsilon: EPSILON });
    const names = COMPARED.map(([, name]) => name);
    const measurements: Record<string, number | null> = {};
    COMPARED.forEach(([from], i) =>
      COMPARED.forEach(([to], j) => measurements[`from ${from} to ${to}.error`] = percent(errors[i][j]))
    );
    return {
      measurements,
      figures: [{
        kind: "matrix",
        id: "errors",
        title: "Error on adversarial examples made against each model",
        caption:
          `One step of ±${EPSILON} a pixel, made by the gradient of the row's model and shown to the column's. The ` +
          "diagonal is each model under its own attack.",
        rows: names,
        columns: names,
        values: errors.map((row) => row.map(percent)),
        rowLabel: "Made against",
        columnLabel: "Shown to",
        unit: "%",
      }, {
        kind: "matrix",
        id: "agreement",
        title: "How often another model makes the same mistake",
        caption:
          "Of the images that mislead the row's model under its own attack of ε = .25: the share that the column's model puts into " +
          "the same wrong class.",
        rows: names,
        columns: names,
        values: agreements.map((row) => row.map(({ onMistakes }) => percent(onMistakes))),
        rowLabel: "Misled",
        columnLabel: "Asked",
        unit: "%",
      }],
    };
  },
};
