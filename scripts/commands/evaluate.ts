/** `gibbon evaluate`. @module */

import { type AttackedMeasures, type ClassMeasures, kernels, measure, sweep } from "../../src/mod.ts";
import { ATTACKING, attackOptions, ATTACKS, underAttack } from "../cli/attacking.ts";
import { type Command, command } from "../cli/command.ts";
import { compute, COMPUTING } from "../cli/computing.ts";
import { examplesFor, readModel, SHARED } from "../cli/inputs.ts";
import { choicesOf, flag, numbers } from "../cli/options.ts";
import { percent, rates, table } from "../cli/outputs.ts";
import { watched } from "../cli/watch.ts";

/** Measures a model, clean and under attack. */
export const evaluate: Command = command({
  name: "evaluate",
  summary: "Measure a model's error and confidence, clean and under attack",
  options: {
    model: SHARED.model,
    data: SHARED.data,
    epsilon: numbers({
      help: "Sizes of the perturbation, in input units",
      placeholder: "E,…",
      least: 0,
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
    compute(values);
    using model = await readModel(values.model);
    const examples = await examplesFor(model, values.model, values);
    using progress = context.progress("clean");
    const clean = measure(watched(model, progress, { rows: examples.x.rows, passes: 1 }), examples);
    progress.end();
    const attacked = values.attack.flatMap((name) =>
      underAttack(
        name,
        { model, examples, context, epsilons: values.epsilon.length, options },
        (attack, model) => sweep(model, examples, { attack, epsilons: values.epsilon, ...options }),
      )
    );
    const data = { name: values.data, examples: examples.x.rows };
    if (values.json) {
      const all = (measures: ClassMeasures) => ({
        ...rates(measures),
        ...(values.perClass && { perClass: measures.perClass.map((own) => own && rates(own)) }),
      });
      context.print(JSON.stringify({
        model: values.model,
        data,
        kernels: kernels(),
        clean: all(clean),
        attacked: attacked.map((each) => ({ attack: each.attack, epsilon: each.epsilon, ...all(each) })),
      }));
      return 0;
    }
    context.print(`${values.model} (${model.family.name}) on ${data.examples} examples of ${data.name}\n`);
    context.print(overall(clean, attacked));
    if (values.perClass) context.print(`\nError by true class\n${byClass(clean, attacked)}`);
    return 0;
  },
});

function overall(clean: ClassMeasures, attacked: readonly AttackedMeasures[]): string {
  const cells = ({ errorRate, confidence, confidenceOnErrors }: ClassMeasures) =>
    [errorRate, confidence, confidenceOnErrors].map(percent);
  return table([
    ["attack", "epsilon", "error", "confidence", "on errors"],
    ["none", "", ...cells(clean)],
    ...attacked.map((each) => [each.attack, `${each.epsilon}`, ...cells(each)]),
  ]);
}

function byClass(clean: ClassMeasures, attacked: readonly AttackedMeasures[]): string {
  return table([
    ["class", "examples", "clean", ...attacked.map(({ attack, epsilon }) => `${attack} ${epsilon}`)],
    ...clean.perClass.map((own, label) => [
      `${label}`,
      `${own?.examples ?? 0}`,
      ...[clean, ...attacked].map(({ perClass }) => percent(perClass[label]?.errorRate ?? null)),
    ]),
  ]);
}
