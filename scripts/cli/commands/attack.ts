/** `gibbon attack`. @module */

import { optionsFor } from "../../../src/attacks/attack.ts";
import {
  type Adversarial,
  attackNamed,
  type Batch,
  kernels,
  measure,
  type Model,
  predict,
  readingJson,
  readingText,
} from "../../../src/mod.ts";
import { ATTACKING, attackOptions, ATTACKS } from "../attacking.ts";
import { type Command, command } from "../command.ts";
import { compute, COMPUTING } from "../computing.ts";
import { examplesFor, READING, readModel, SHARED } from "../inputs.ts";
import { choice, flag, text, whole } from "../options.ts";
import { matrixTensor, percent, rates, vectorTensor, writeTensors } from "../outputs.ts";
import { UserError } from "../../errors.ts";
import { checkWritable } from "../../files.ts";

/** Attacks examples and keeps what came of them. */
export const attack: Command = command({
  name: "attack",
  summary: "Make adversarial examples and keep them in a file",
  options: {
    model: SHARED.model,
    data: SHARED.data,
    ...READING,
    attack: choice(ATTACKS, { help: "How to attack", default: "fgsm" }),
    epsilon: SHARED.epsilon,
    target: whole({
      help: "Class that the model is to predict; by default any wrong one",
      placeholder: "K",
      min: 0,
    }),
    ...ATTACKING,
    split: SHARED.split,
    limit: SHARED.limit,
    seed: SHARED.seed,
    ...COMPUTING,
    out: text({ help: "Safetensors file to write; by default none", placeholder: "FILE" }),
    json: flag("Print one JSON object, rates as fractions"),
  },
  examples: [
    "attack --model maxout.safetensors --data digits --epsilon 0.25 --out adversarial.safetensors",
    "attack --model maxout.safetensors --data digits --epsilon 0.25 --target 3 --bounds 0,1 --limit 100",
  ],
  async run(values, context) {
    const { model: file, attack: name, epsilon, out } = values;
    const options = attackOptions([name], values);
    if (out !== undefined) await checkWritable(out);
    await compute(values);
    using model = await readModel(file);
    if (values.target !== undefined) checkTarget(values.target, model);
    const examples = await examplesFor(model, file, values);
    using progress = context.progress(name);
    const chosen = attackNamed(name);
    const adversarial = chosen(model, examples, {
      ...optionsFor(chosen, options),
      epsilon,
      onProgress: (fraction: number) => progress.update(fraction),
    });
    progress.end();
    if (out !== undefined) {
      const said = { attack: name, epsilon: `${epsilon}`, data: values.data, split: values.split };
      const given = Object.entries(options).filter(([, value]) => value !== undefined)
        .map(([key, value]) => [key, `${value}`]);
      await writeAttacked(out, { model, examples, adversarial }, { ...said, ...Object.fromEntries(given) });
    }

    const clean = measure(model, examples);
    const attacked = measure(model, adversarial);
    const fooledRate = adversarial.fooled.reduce((sum, each) => sum + each, 0) / adversarial.fooled.length;
    const data = { name: values.data, examples: examples.x.rows, reading: readingJson(examples.reading) };
    if (values.json) {
      const rest = { clean: rates(clean), attacked: rates(attacked), fooledRate };
      context.print(
        JSON.stringify({ model: file, data, kernels: kernels(), attack: name, epsilon, ...rest }),
      );
      return 0;
    }
    context.print(`${name} with epsilon ${epsilon} on ${data.examples} examples of ${data.name}`);
    context.print(`data: ${readingText(examples.reading)}`);
    context.print(
      `error ${percent(attacked.errorRate)} (clean ${percent(clean.errorRate)}), ` +
        `confidence ${percent(attacked.confidence)}, on errors ${percent(attacked.confidenceOnErrors)}`,
    );
    if (values.target !== undefined) {
      context.print(`taken for class ${values.target}: ${percent(fooledRate)}`);
    }
    if (out !== undefined) context.print(`wrote ${out}`);
    return 0;
  },
});

function checkTarget(target: number, { classes }: Model): void {
  if (target >= classes) {
    throw new UserError(`--target must be in 0 … ${classes - 1}, the classes of the model, not ${target}`, 2);
  }
}

async function writeAttacked(
  path: string,
  { model, examples, adversarial }: { model: Model; examples: Batch; adversarial: Adversarial },
  said: Readonly<Record<string, string>>,
): Promise<void> {
  const tensors = {
    x: matrixTensor(examples.x),
    xAdv: matrixTensor(adversarial.x),
    label: vectorTensor(examples.labels),
    predicted: vectorTensor(predict(model, examples.x).predicted),
    predictedAdv: vectorTensor(adversarial.predicted),
    probabilityAdv: matrixTensor(adversarial.probabilities),
  };
  await writeTensors(path, tensors, { ...said, family: model.family.name, kernels: kernels() });
}
