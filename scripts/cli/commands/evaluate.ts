/** `gibbon evaluate`. @module */

import { type Evaluation, evaluation } from "../../../src/evaluate/evaluation.ts";
import { finish, outcomes } from "../../../src/evaluate/outcomes.ts";
import { attackNamed, readingJson, readingText } from "../../../src/mod.ts";
import { ATTACKING, attackOptions, ATTACKS } from "../attacking.ts";
import { type Command, command } from "../command.ts";
import { compute, COMPUTING } from "../computing.ts";
import { type Examples, examplesFor, READING, readModel, SHARED } from "../inputs.ts";
import { choicesOf, flag, numbers } from "../options.ts";
import { percent, ratesTable, table } from "../outputs.ts";

/** Measures a model, clean and under attack. */
export const evaluate: Command = command({
  name: "evaluate",
  summary: "Measure a model's error and confidence, clean and under attack",
  options: {
    model: SHARED.model,
    data: SHARED.data,
    ...READING,
    epsilon: numbers({
      help: "Sizes of the perturbation, in input units",
      placeholder: "E,…",
      min: 0,
      default: [0.25],
    }),
    attack: choicesOf(ATTACKS, { help: "How to attack", default: ["fgsm"] }),
    ...ATTACKING,
    split: SHARED.split,
    limit: SHARED.limit,
    seed: SHARED.seed,
    ...COMPUTING,
    perClass: flag("Add the measures of each true class"),
    json: flag("Print one JSON object, rates as fractions"),
  },
  examples: [
    "evaluate --model maxout.safetensors --data digits --epsilon 0,0.1,0.25",
    "evaluate --model maxout.safetensors --data mnist --attack fgsm,signNoise --json",
  ],
  async run(values, context) {
    const options = attackOptions(values.attack, values);
    await compute(values);
    using model = await readModel(values.model);
    const examples = await examplesFor(model, values.model, values);
    using progress = context.progress("evaluate");
    const trials = values.attack.map((name) => ({
      attack: attackNamed(name),
      epsilons: values.epsilon,
      options,
    }));
    const found = finish(outcomes(model, examples, trials), (fraction) => progress.update(fraction));
    progress.end();
    const { perClass } = values;
    const said = evaluation(found, examples, { model: values.model, data: values.data, perClass });
    if (values.json) {
      context.print(
        JSON.stringify({ ...said, data: { ...said.data, reading: readingJson(examples.reading) } }),
      );
      return 0;
    }
    context.print(
      `${said.model} (${model.family.name}) on ${said.data.examples} examples of ${said.data.name}\n` +
        `data: ${readingText(examples.reading)}\n`,
    );
    context.print(ratesTable(said.clean, said.attacked));
    if (perClass) context.print(`\nError by true class\n${byClass(said, examples)}`);
    return 0;
  },
});

function byClass({ clean, attacked }: Evaluation, { labels, classNames }: Examples): string {
  return table([
    ["class", "examples", "clean", ...attacked.map(({ attack, epsilon }) => `${attack} ${epsilon}`)],
    ...clean.perClass!.map((_, label) => [
      classNames?.[label] ?? `${label}`,
      `${labels.filter((each) => each === label).length}`,
      ...[clean, ...attacked].map(({ perClass }) => percent(perClass![label]?.errorRate ?? null)),
    ]),
  ]);
}
