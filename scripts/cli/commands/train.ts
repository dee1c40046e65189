/** `gibbon train`. @module */

import {
  type Batch,
  type Family,
  kernels,
  measure,
  type Model,
  predict,
  type Rates,
  type Reading,
  saveModel,
  train as trainModel,
} from "../../../src/mod.ts";
import { familyNamed, optionsOf } from "../../../src/models/families.ts";
import { readingJson, readingText, writeFitted } from "../../../src/data/reading.ts";
import { attackNamed } from "../../../src/attacks/mod.ts";
import { type AttackedRates, fooledRate } from "../../../src/evaluate/evaluation.ts";
import { measureAnswers } from "../../../src/evaluate/measure.ts";
import { AGAINST, TRAINING, trainingAttack, trainOptionsOf } from "../training_options.ts";
import { type Command, command, type Context } from "../command.ts";
import { compute, COMPUTING } from "../computing.ts";
import { FAMILIES, loadOptions, READ_OPTIONS, SHARED } from "../inputs.ts";
import { selectClasses } from "../classes.ts";
import { prose } from "../help.ts";
import { FORCE } from "../examples_file.ts";
import { choice, flag, text } from "../options.ts";
import { DISTANCES, percent, rates } from "../outputs.ts";
import { RECIPE, recipeOf, SIZES, UPDATE_RULE } from "../recipe.ts";
import { divide, trainResumable } from "../training.ts";
import { loadData } from "../../data/folder.ts";
import { UserError } from "../../errors.ts";
import { checkWritable, writeFileWhole } from "../../files.ts";

/** Trains a model. */
export const train: Command = command({
  name: "train",
  summary: "Train a model and write it to a file",
  options: {
    model: choice(FAMILIES, { help: "Family of the model", placeholder: "FAMILY", required: true }),
    data: SHARED.data,
    ...READ_OPTIONS,
    out: text({ help: "Model file to write", placeholder: "FILE", required: true }),
    force: FORCE,
    ...TRAINING,
    seed: SHARED.seed,
    ...RECIPE,
    ...COMPUTING,
    json: flag("Print one JSON object, rates as fractions"),
  },
  own: [SIZES, UPDATE_RULE, AGAINST],
  examples: [
    "train --model maxout --data digits --epochs 10 --seed 1 --out maxout.safetensors",
    "train --model maxout --data mnist --validation 10000 --adversarial 0.25 --out robust.safetensors",
    "train --model mlp --data digits --adversarial 0.1 --attack pgd --attack-steps 10 --out robust.safetensors",
    "train --model mlp --data digits --adversarial 0.1 --bounds 0,1 --trades 6 --out trades.safetensors",
    "train --model logistic --data digits --classes 3,7 --out logistic.safetensors",
  ],
  async run(values, context) {
    const { out, checkpoint, classes } = values;
    const aim = trainOptionsOf(values);
    if (out === checkpoint) throw new UserError("--out and --checkpoint must be different files", 2);
    await checkWritable(out, { force: values.force });
    if (checkpoint !== undefined) await checkWritable(checkpoint);
    await compute(values);
    const all = await loadData(values.data, { ...loadOptions(values), holdOut: true });
    noteLarge(all.reading, context);
    const data = classes === undefined ? all : selectClasses(all, classes);
    const { train: trainSet, validation } = divide(data, values);
    const ofData = optionsOf(values.model, { inputs: trainSet.x.cols, classes: trainSet.classes });
    const family = familyNamed(values.model, { ...ofData, ...values.own.model[values.model] });
    checkClasses(family, trainSet, data.name);
    const options = {
      ...aim,
      ...recipeOf(family.recipe, values, Object.values(values.own.optimizer)[0]),
      validation,
    };

    using model = await trainResumable(
      checkpoint,
      context,
      (more) => trainModel(family, trainSet, { ...options, ...more }),
    );
    const { reading } = data;
    const record = {
      ...model.record,
      data: data.name,
      reading: writeFitted(reading),
      ...(classes && { classes: classes.join() }),
    };
    await writeFileWhole(out, saveModel({ ...model, record }));

    const clean = measure(model, data.test);
    const attacked = ratesUnderAttack(model, data.test, values);
    const epochs = Number(model.record.epochs);
    const warnings = learntNothing(clean.errorRate, trainSet.labels, data.test.labels);
    for (const { text } of warnings) context.note(`Warning: ${text}`);
    context.print(
      values.json
        ? JSON.stringify({
          model: out,
          family: family.name,
          data: { name: data.name, split: "test", examples: data.test.x.rows, reading: readingJson(reading) },
          kernels: kernels(),
          training: { examples: trainSet.x.rows, epochs, ...model.history[epochs - 1] },
          clean: rates(clean),
          attacked,
          warnings,
        })
        : prose(
          [
            `trained ${family.name} on ${trainSet.x.rows} examples of ${data.name}, ${epochs} epochs`,
            `data: ${readingText(reading)}`,
            ...[clean, ...attacked].map(inWords(data.test.x.rows)),
            `wrote ${out}`,
          ].join("\n"),
          context.width,
        ),
    );
    return 0;
  },
});

/** Inputs from which on gradient descent is slow, or diverges. */
const LARGE = 30;

function noteLarge({ scaling, range }: Reading, context: Context): void {
  const largest = Math.max(...range.map(Math.abs));
  if (scaling.kind !== "none" || largest <= LARGE) return;
  context.note(
    `inputs reach ${Number(largest.toPrecision(4))}; --scale standard or minmax would train better`,
  );
}

/** A warning if the error on test labels is no less than that of always saying the commonest class of the training set. */
function learntNothing(
  errorRate: number,
  trained: Batch["labels"],
  test: Batch["labels"],
): { name: "nothingLearnt"; text: string }[] {
  const counts = new Map<number, number>();
  for (const label of trained) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [commonest] = [...counts].reduce((a, b) => b[1] > a[1] ? b : a);
  const constant = test.filter((label) => label !== commonest).length / test.length;
  if (errorRate === 0 || errorRate < constant) return [];
  return [{
    name: "nothingLearnt",
    text:
      `the model has learnt nothing: its test error is ${
        percent(errorRate)
      }, that of always saying the commonest class ` +
      `${percent(constant)}; more --epochs or another --learning-rate may help`,
  }];
}

function checkClasses({ name, classes }: Family, trainSet: Batch, data: string): void {
  if (trainSet.classes <= classes) return;
  throw new UserError(
    `Cannot train ${name} on ${data}: it has ${trainSet.classes} classes, the model ${classes}; choose them with --classes`,
  );
}

/** The rates under the attack that training was against, as evaluations have them. */
function ratesUnderAttack(
  model: Model,
  test: Batch,
  values: Parameters<typeof trainingAttack>[0],
): AttackedRates[] {
  const tried = trainingAttack(values);
  if (!tried) return [];
  const epsilon = values.adversarial!;
  const { bounds } = values;
  const [adversarial] = attackNamed(tried.attack).sweep(model, test, {
    ...tried.options,
    ...(bounds && { bounds: [bounds[0], bounds[1]] as [number, number] }),
    epsilons: [epsilon],
  });
  return [{
    attack: tried.name,
    distance: tried.distance,
    epsilon,
    ...rates(measureAnswers(adversarial, test)),
    fooledRate: fooledRate(predict(model, test.x), adversarial, test.labels),
    zeroGradients: adversarial.zeroGradients,
  }];
}

function inWords(examples: number): (measures: Rates | AttackedRates) => string {
  return (measures) => {
    const { errorRate, confidence } = measures;
    const how = "attack" in measures
      ? `${measures.attack}, epsilon ${measures.epsilon} (${DISTANCES[measures.distance]})`
      : "clean";
    return `${how}: test error ${percent(errorRate)} of ${examples} examples, confidence ${
      percent(confidence)
    }`;
  };
}
