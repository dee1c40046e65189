/** `gibbon robustness`. @module */

import { METHODS } from "../../../src/certify/certify.ts";
import { EFFORTS } from "../../../src/evaluate/efforts.ts";
import { type RobustnessReport, robustnessSteps } from "../../../src/mod.ts";
import { readingJson, readingText } from "../../../src/data/reading.ts";
import { BOUNDED, constraintOptions } from "../attacking.ts";
import { type Command, command } from "../command.ts";
import { compute, COMPUTING } from "../computing.ts";
import { wrapped } from "../help.ts";
import { examplesFor, READ_OPTIONS, readModel, rowWidth, SHARED } from "../inputs.ts";
import { choice, flag, number, numbers } from "../options.ts";
import { BRACKET_LEGEND, bracketTables, percent, warningLines } from "../outputs.ts";
import { NOTHING_KEPT, runInterruptible } from "../turns.ts";

/** Looks for the worst case, and certifies what it can. */
export const robustness: Command = command({
  name: "robustness",
  summary: "Bracket a model's worst-case error between the attacks that fool it and what is certified",
  options: {
    model: SHARED.model,
    data: SHARED.data,
    ...READ_OPTIONS,
    epsilon: numbers({
      help: "Sizes of the perturbation, in input units",
      placeholder: "E,…",
      above: 0,
      required: true,
    }),
    norm: choice(["Linf", "L2", "L1"], { help: "Norm that bounds a perturbation", default: "Linf" }),
    ...BOUNDED,
    effort: choice(EFFORTS, { help: "How hard to look for the worst case", default: "standard" }),
    certify: choice([...METHODS, "none"], {
      help: "Bounds that certify; by default those there are for the model",
    }),
    timeLimit: number({
      help: "Seconds after which no further attack or certificate begins",
      placeholder: "S",
      above: 0,
    }),
    split: SHARED.split,
    limit: SHARED.limit,
    seed: SHARED.seed,
    ...COMPUTING,
    perExample: flag("JSON tells of every example"),
    json: flag("Print one JSON object, rates as fractions"),
  },
  notes:
    `An example that no attack fooled and no certificate settled is unresolved: nothing is known of it, and it
never counts as robust. The true worst-case error lies between attacked and certified.`,
  examples: [
    "robustness --model maxout.safetensors --data mnist --epsilon 0.05,0.1 --bounds 0,1",
    "robustness --model linear.safetensors --data train.csv --epsilon 0.1 --norm L2 --json",
  ],
  async run(values, context) {
    await compute(values);
    using model = await readModel(values.model);
    const examples = await examplesFor(model, values.model, values);
    const { epsilon: epsilons, norm, effort, certify, timeLimit, perExample, split } = values;
    const steps = robustnessSteps(model, examples, {
      epsilons,
      norm,
      effort,
      certify,
      timeLimit,
      perExample,
      width: rowWidth(examples.reading),
      ...constraintOptions(values),
      now: () => performance.now(),
    });
    const report = await runInterruptible(steps, context, { title: "robustness", kept: NOTHING_KEPT });
    if (values.json) {
      const { examples: count, ...rest } = report;
      const data = { name: values.data, split, examples: count, reading: readingJson(examples.reading) };
      context.print(JSON.stringify({ model: values.model, data, ...rest }));
      return 0;
    }
    const { width } = context;
    context.print(`${values.model} (${model.family.name}) on ${report.examples} examples of ${values.data}`);
    context.print(`${wrapped(`data: ${readingText(examples.reading)}`, width).join("\n")}\n`);
    context.print(inWords(report, { split, width }));
    return 0;
  },
});

function inWords(report: RobustnessReport, { split, width }: { split: string; width: number }): string {
  const { clean, bounds, seed, warnings } = report;
  const conditions = `${split} examples, ${
    bounds ? `inputs within ${bounds.join(" … ")}` : "inputs without bounds"
  }, seed ${seed}.`;
  return [
    `clean error ${percent(clean.errorRate)}\n`,
    `${bracketTables(report, width)}\n`,
    ...wrapped(BRACKET_LEGEND, width),
    ...wrapped(conditions, width),
    ...(warnings.length > 0 ? [warningLines(warnings, width)] : []),
  ].join("\n");
}
