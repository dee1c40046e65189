/** `gibbon train`. @module */

import {
  attacks,
  type Batch,
  type ClassMeasures,
  type FamilyModel,
  fgsm,
  kernels,
  measure,
  type Perturbation,
  perturbation,
  saveModel,
  slice,
  sweep,
  train as trainModel,
  type TrainOptions,
  type TrainProgress,
} from "../../src/mod.ts";
import { readCheckpoint, resumeError } from "../cli/checkpoint.ts";
import { type Command, command, type Context } from "../cli/command.ts";
import { FAMILIES, onlyClasses, SHARED, useKernels } from "../cli/inputs.ts";
import { choice, flag, number, text, whole, wholes } from "../cli/options.ts";
import { checkWritable, percent, rates } from "../cli/outputs.ts";
import type { Progress } from "../cli/progress.ts";
import { familyOf, RECIPE, recipeOf, SIZES } from "../cli/recipe.ts";
import { type Data, loadData } from "../data/folder.ts";
import { UserError } from "../errors.ts";
import { writeFileWhole } from "../files.ts";

/** Trains a model. */
export const train: Command = command({
  name: "train",
  summary: "Train a model and keep it in a file",
  options: {
    model: choice(FAMILIES, { help: "Family of the model", placeholder: "FAMILY", required: true }),
    data: SHARED.data,
    out: text({ help: "Model file to write", placeholder: "FILE", required: true }),
    epochs: whole({ help: "Passes over the examples", least: 1, default: 10 }),
    seed: SHARED.seed,
    ...SIZES,
    ...RECIPE,
    adversarial: number({ help: "Train against the fast gradient sign method too", placeholder: "E", least: 0 }),
    noise: choice(["sign", "uniform"], { help: "Train against noise instead" }),
    noiseEpsilon: number({ help: "Size of that noise; by default 0.25", placeholder: "E", least: 0 }),
    alpha: number({ help: "Weight of the clean loss against the perturbed one; by default 0.5", least: 0, most: 1 }),
    classes: wholes({ help: "Keep these classes only, relabelled 0, 1, …, as 3,7", least: 0 }),
    limit: whole({ help: "Learn from the first N examples only", least: 1 }),
    validation: whole({ help: "Hold out the last N examples; their error picks the best epoch", least: 1 }),
    validationEpsilon: number({
      help: "Attack those by the fast gradient sign method; by default not",
      placeholder: "E",
      least: 0,
    }),
    patience: whole({ help: "Stop after N epochs without a better one; by default 100", least: 1 }),
    checkpoint: text({ help: "Keep the state of training here, and go on from it if it is there", placeholder: "FILE" }),
    kernels: SHARED.kernels,
    json: flag("Print one JSON object, rates as fractions"),
  },
  examples: [
    "train --model maxout --data digits --epochs 10 --seed 1 --out maxout.safetensors",
    "train --model maxout --data ../shared/mnist --validation 10000 --adversarial 0.25 --out robust.safetensors",
    "train --model logistic --data digits --classes 3,7 --out logistic.safetensors",
  ],
  async run(values, context) {
    const { model: name, out, checkpoint, classes } = values;
    const settings = settingsOf(values);
    await checkWritable(out);
    if (checkpoint !== undefined) await checkWritable(checkpoint);
    useKernels(values.kernels);
    const all = await loadData(values.data);
    const data = classes === undefined ? all : onlyClasses(all, classes);
    const { learn, validation } = divide(data, values);
    const { units, pieces, head, precision } = values;
    const family = familyOf(name, { inputs: learn.x.cols, classes: learn.classes }, { units, pieces, head, precision });
    if (family.classes < learn.classes) {
      throw new UserError(
        `Cannot train ${name} on the ${learn.classes} classes of ${data.name}: keep ${family.classes} of them ` +
          "with --classes, as --classes 3,7",
      );
    }

    let last: TrainProgress | undefined;
    const options = {
      ...settings,
      ...recipeOf(family.recipe, values),
      validation,
      onProgress: (progress: TrainProgress) => void (last = progress),
    };
    const start = performance.now();
    using trained = await withCheckpoint(checkpoint, context, (more) => trainModel(family, learn, { ...options, ...more }));
    const seconds = (performance.now() - start) / 1000;
    const record = { ...trained.record, data: data.name, ...(classes && { classes: classes.join() }) };
    await writeFileWhole(out, saveModel({ ...trained, record }));
    const { x: { rows: examples } } = learn;
    report({ ...values, family: name, trained, data, seconds, examples, last }, context);
    return 0;
  },
});
