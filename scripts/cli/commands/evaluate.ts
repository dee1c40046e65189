/** `gibbon evaluate`. @module */

import { attackNamed } from "../../../src/attacks/mod.ts";
import { readingJson, readingText } from "../../../src/data/reading.ts";
import { confusion } from "../../../src/evaluate/measure.ts";
import { noBoundText } from "../../../src/evaluate/attack_choice.ts";
import { type Evaluation, evaluation } from "../../../src/evaluate/evaluation.ts";
import { type Outcomes, outcomes, type Trial } from "../../../src/evaluate/outcomes.ts";
import { ATTACK_OPTIONS, ATTACKS, BOUNDED, configureAttacks, constraintOptions } from "../attacking.ts";
import { type Command, command, type Context, type OwnValues } from "../command.ts";
import { ASKING, askRemote, isRemote, outcomesOf, remoteAt } from "../remote.ts";
import { compute, COMPUTING } from "../computing.ts";
import { wrapped } from "../help.ts";
import { type Examples, examplesFor, loadExamples, READ_OPTIONS, SHARED } from "../inputs.ts";
import { ASKED, openModel } from "../model_file.ts";
import { choicesOf, flag, numbers } from "../options.ts";
import { conditionsText, LEGEND, nameShown, percent, ratesTables, table } from "../outputs.ts";
import { NOTHING_KEPT, runInterruptible } from "../turns.ts";

/** Measures a model, clean and under attack. */
export const evaluate: Command = command({
  name: "evaluate",
  summary: "Measure a model's error and confidence, clean and under attack",
  options: {
    model: SHARED.modelOrUrl,
    data: SHARED.data,
    ...ASKED,
    ...READ_OPTIONS,
    epsilon: numbers({
      help: "Sizes of the perturbation, in input units",
      placeholder: "E,…",
      min: 0,
      default: [0.25],
    }),
    attack: choicesOf(ATTACKS, { help: "How to attack", default: ["fgsm"] }),
    ...BOUNDED,
    split: SHARED.split,
    limit: SHARED.limit,
    seed: SHARED.seed,
    ...COMPUTING,
    perClass: flag("Add the measures of each true class"),
    confusion: flag(
      "Add a confusion table: how many examples of each true class are predicted as which class",
    ),
    json: flag("Print one JSON object, rates as fractions"),
  },
  own: [ATTACK_OPTIONS, ASKING],
  examples: [
    "evaluate --model maxout.safetensors --data digits --epsilon 0,0.1,0.25",
    "evaluate --model maxout.safetensors --data mnist --attack fgsm,signNoise --json",
    "evaluate --model https://models.example/digits --data digits --attack signNoise --restarts 20",
  ],
  async run(values, context) {
    const bounded = constraintOptions(values);
    const tried = configureAttacks(values.attack, values.own);
    await compute(values);
    const trials = tried.map(({ name, attack, distance, options }) => ({
      name,
      distance,
      attack: attackNamed(attack),
      epsilons: values.epsilon,
      options: { ...options, ...bounded },
    }));
    const { examples, found, kind } = await answersTo(values, trials, context);
    const { perClass, split } = values;
    const report = evaluation(found, examples, {
      model: values.model,
      data: values.data,
      split,
      perClass,
      conditions: { bounds: null, ...bounded, attacks: tried },
    });
    if (values.json) {
      const data = { ...report.data, reading: readingJson(examples.reading) };
      const counts = values.confusion && {
        confusion: {
          clean: confusion(found.clean, examples),
          attacked: found.attacked.map((each) => confusion(each, examples)),
        },
      };
      context.print(JSON.stringify({ ...report, data, ...counts }));
      return 0;
    }
    const { width } = context;
    const { kernels, data, clean, attacked, conditions } = report;
    context.print(`${report.model} (${kind}) on ${data.examples} examples of ${data.name}`);
    context.print(`${wrapped(`data: ${readingText(examples.reading)}`, width).join("\n")}\n`);
    context.print(ratesTables(clean, attacked, width));
    if (perClass) context.print(`\nError by true class\n${byClass(report, examples, width)}`);
    if (values.confusion) context.print(`\n${confusionTables(found, report, { examples, width })}`);
    context.print(`\n${conditionsText(conditions, { split, kernels, width })}`);
    context.print(wrapped(LEGEND, width).join("\n"));
    context.print(
      wrapped(`Note: ${noBoundText(tried.map(({ name }) => name))}; gibbon robustness tries many.`, width)
        .join("\n"),
    );
    return 0;
  },
});

/** The outcomes of `trials` on the named model, of a file or a remote one, with the name of its kind. */
async function answersTo(
  values: Parameters<typeof examplesFor>[2] & { model: string; own: OwnValues },
  trials: readonly Trial[],
  context: Context,
): Promise<{ examples: Examples; found: Outcomes; kind: string }> {
  if (isRemote(values.model)) {
    const examples = await loadExamples(values);
    const remote = remoteAt(values.model, examples, values.own);
    const found = outcomesOf(await askRemote(remote, examples, { trials, title: "evaluate", context }));
    return { examples, found, kind: "remote" };
  }
  using model = await openModel(values.model, values, context.note);
  const examples = await examplesFor(model, values.model, values);
  const found = await runInterruptible(outcomes(model, examples, trials), context, {
    title: "evaluate",
    kept: NOTHING_KEPT,
  });
  return { examples, found, kind: model.family.name };
}

/** What each true class is taken for, clean and under each attack. */
function confusionTables(
  found: Outcomes,
  { attacked }: Evaluation,
  { examples, width }: { examples: Examples; width: number },
): string {
  const { classes, classNames } = examples;
  const names = Array.from(
    { length: classes },
    (_, k) => classNames === undefined ? `${k}` : nameShown(classNames[k]),
  );
  const of = (title: string, answers: Parameters<typeof confusion>[0]) =>
    `True class, and what it is taken for: ${title}\n${
      table(
        [["", ...names], ...confusion(answers, examples).map((row, t) => [names[t], ...row.map(String)])],
        width,
      )
    }`;
  return [
    of("clean", found.clean),
    ...found.attacked.map((each, i) => of(`${attacked[i].attack} ${attacked[i].epsilon}`, each)),
  ].join("\n\n");
}

function byClass({ clean, attacked }: Evaluation, { labels, classNames }: Examples, width: number): string {
  return table([
    ["class", "examples", "clean", ...attacked.map(({ attack, epsilon }) => `${attack} ${epsilon}`)],
    ...clean.perClass!.map((_, label) => [
      classNames === undefined ? `${label}` : nameShown(classNames[label]),
      `${labels.filter((each) => each === label).length}`,
      ...[clean, ...attacked].map(({ perClass }) => percent(perClass![label]?.errorRate ?? null)),
    ]),
  ], width);
}
