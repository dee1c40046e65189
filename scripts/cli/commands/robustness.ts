/** `gibbon robustness`. @module */

import { METHODS } from "../../../src/certify/options.ts";
import { EFFORTS } from "../../../src/evaluate/efforts.ts";
import { matrix, predict, type RobustnessReport } from "../../../src/mod.ts";
import { rowsOf } from "../../../src/matrix.ts";
import { readingJson, readingText } from "../../../src/data/reading.ts";
import { BOUNDED, constraintOptions } from "../attacking.ts";
import { type Command, command } from "../command.ts";
import { wrapped } from "../help.ts";
import { FORCE } from "../examples_file.ts";
import { type Examples, examplesFor, READ_OPTIONS, rowWidth, SHARED } from "../inputs.ts";
import { ASKED, type Asked, openModel } from "../model_file.ts";
import { choice, flag, number, numbers, text } from "../options.ts";
import { BRACKET_LEGEND, bracketTables, percent, warningLines } from "../outputs.ts";
import { type Bracket, bracketHtml, type Shown } from "../../report/bracket.ts";
import { UserError } from "../../errors.ts";
import { checkWritable, writeFileWhole } from "../../files.ts";
import { inOne, inParts, SHOWN } from "../robustness_search.ts";
import { computeSpread, SPREAD } from "../spread.ts";

/** Looks for the worst case, and certifies what it can. */
export const robustness: Command = command({
  name: "robustness",
  summary: "Bracket a model's worst-case error between the attacks that fool it and what is certified",
  options: {
    model: SHARED.model,
    data: SHARED.data,
    ...ASKED,
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
      help: "Certify by these bounds; by default, and without a name, by those that the model allows",
      alone: "auto",
    }),
    timeLimit: number({
      help: "Seconds after which no further attack or certificate starts",
      placeholder: "S",
      above: 0,
    }),
    split: SHARED.split,
    limit: SHARED.limit,
    seed: SHARED.seed,
    ...SPREAD,
    perExample: flag("JSON lists every example"),
    html: text({
      help: "File for a page with the curve, and pictures if inputs are images",
      placeholder: "FILE",
    }),
    force: FORCE,
    json: flag("Print one JSON object, rates as fractions"),
  },
  notes:
    `An example that no attack fooled and no certificate settled is unresolved: nothing is known of it, and it
never counts as robust. The true worst-case error lies between attacked and certified.`,
  examples: [
    "robustness --model maxout.safetensors --data mnist --epsilon 0.05,0.1 --bounds 0,1",
    "robustness --model maxout.safetensors --data digits --epsilon 0.02,0.05,0.1 --html bracket.html",
    "robustness --model linear.safetensors --data train.csv --epsilon 0.1 --norm L2 --json",
  ],
  async run(values, context) {
    if (values.html !== undefined) await checkWritable(values.html, { force: values.force });
    await computeSpread(values);
    using model = await openModel(values.model, values, context.note);
    const examples = await examplesFor(model, values.model, values);
    const { epsilon: epsilons, norm, effort, certify, timeLimit, perExample, split } = values;
    const page = values.html !== undefined;
    const options = {
      epsilons,
      norm,
      effort,
      certify,
      timeLimit,
      width: rowWidth(examples.reading),
      ...constraintOptions(values),
    };
    if (values.queue !== undefined && timeLimit !== undefined) {
      throw new UserError(
        "--time-limit cannot go with --queue: what is found within a time limit differs between machines",
        2,
      );
    }
    const how = { options, perExample: perExample || page, page, context };
    const { report, found } = "graph" in model
      ? await inParts(model, examples, { ...how, values })
      : await inOne(model, examples, how);
    if (values.html !== undefined) {
      await writeFileWhole(
        values.html,
        bracketHtml({
          report,
          model: `${values.model} (${model.family.name})`,
          data: values.data,
          conditions: conditionsOf(report, split),
          shown: shownOf(model, examples, report, found),
        }),
      );
    }
    if (values.json) {
      const { examples: count, perExample: each, ...rest } = report;
      const data = { name: values.data, split, examples: count, reading: readingJson(examples.reading) };
      context.print(
        JSON.stringify({ model: values.model, data, ...rest, ...(perExample && { perExample: each }) }),
      );
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
  const { clean, warnings } = report;
  return [
    `clean error ${percent(clean.errorRate)}\n`,
    `${bracketTables(report, width)}\n`,
    ...wrapped(BRACKET_LEGEND, width),
    ...wrapped(`${conditionsOf(report, split)}.`, width),
    ...(warnings.length > 0 ? [warningLines(warnings, width)] : []),
  ].join("\n");
}

function conditionsOf({ bounds, seed }: RobustnessReport, split: string): string {
  return `${split} examples, ${
    bounds ? `inputs within ${bounds.join(" … ")}` : "inputs without bounds"
  }, seed ${seed}`;
}

/** The examples that the smallest and the largest changes fool; nothing where inputs are no images. */
function shownOf(
  model: Asked,
  { x, labels, classNames, reading: { image } }: Examples,
  { perExample, bounds }: RobustnessReport,
  found: ReadonlyMap<number, Float32Array>,
): Bracket["shown"] {
  if (!image) return undefined;
  const nameOf = (label: number) => classNames?.[label] ?? `${label}`;
  const sizeOf = (i: number) => perExample![i].size ?? Infinity;
  // examples that are misclassified as they are need no change
  const order = Array.from(labels.keys()).filter((i) => sizeOf(i) > 0).sort((a, b) =>
    sizeOf(a) - sizeOf(b) || a - b
  );
  const shown = (i: number, kind: Shown["kind"]): Shown => {
    const fooled = found.get(i);
    return {
      kind,
      known: perExample![i],
      label: nameOf(labels[i]),
      x: rowsOf(x, i, i + 1).data,
      ...(fooled && {
        fooled: { x: fooled, predicted: nameOf(predict(model, matrix(1, x.cols, fooled)).predicted[0]) },
      }),
    };
  };
  const easiest = order.slice(0, SHOWN).filter((i) => found.has(i));
  const hardest = order.slice(easiest.length).slice(-SHOWN).reverse();
  const pair = Array.isArray(bounds?.[0]) ? undefined : bounds as readonly [number, number] | null;
  return {
    image,
    range: pair ?? [0, 1],
    examples: [...easiest.map((i) => shown(i, "easiest")), ...hardest.map((i) => shown(i, "hardest"))],
  };
}
