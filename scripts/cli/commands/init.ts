/** `gibbon init`. @module */

import { formOf } from "../../../src/certify/form.ts";
import { readingText } from "../../../src/data/reading.ts";
import { checkSteps } from "../../../src/evaluate/check.ts";
import { GATE, type Gate } from "../../../src/evaluate/gate.ts";
import { EFFORTS } from "../../../src/evaluate/efforts.ts";
import { robustnessSteps } from "../../../src/evaluate/robustness.ts";
import { kebabCase } from "../../../src/fields.ts";
import { InputError, type Model, slice } from "../../../src/mod.ts";
import { EXIT, UserError } from "../../errors.ts";
import { checkWritable, writeFileWhole } from "../../files.ts";
import { BOUNDED } from "../attacking.ts";
import { type Command, command, type Context } from "../command.ts";
import { compute, COMPUTING } from "../computing.ts";
import { FORCE } from "../examples_file.ts";
import { boundsOf, dataIn, limitFor, modelsIn, sizeOf, sizesFor } from "../gate/found.ts";
import { SCHEMA_URL } from "../gate/schema.ts";
import { intervalText, placeOf } from "../gate/words.ts";
import { wrapped } from "../help.ts";
import { type Examples, examplesFor, READ_OPTIONS, type ReadingValues, rowWidth, SHARED } from "../inputs.ts";
import { readModel } from "../model_file.ts";
import { BEFORE, type BeforeValues } from "../preprocessing.ts";
import { choice, flag, numbers, type Options, text } from "../options.ts";
import { nameShown, percent, table } from "../outputs.ts";
import { NOTHING_KEPT, runInterruptible } from "../turns.ts";

/** Examples that sizes are tried on. */
const TRIED = 200;

/** Writes a first gate for a model. */
export const init: Command = command({
  name: "init",
  summary: "Write a gate file for a model and data, with thresholds from what is measured",
  options: {
    model: text({ help: "Model file; by default the one in this folder", placeholder: "FILE" }),
    data: text({
      help: "Examples, a file or a folder; by default those in this folder",
      placeholder: "PATH",
    }),
    ...BEFORE,
    ...READ_OPTIONS,
    epsilon: numbers({
      help: "Sizes of the perturbation; by default one that leaves half of the examples right",
      placeholder: "E,…",
      above: 0,
    }),
    norm: choice(["Linf", "L2", "L1"], { help: "Norm that bounds a perturbation", default: "Linf" }),
    bounds: {
      ...BOUNDED.bounds,
      help: "Minimum and maximum of an input; by default 0,1, -1,1 or 0,255 if that fits",
    },
    effort: choice(EFFORTS, { help: "How hard to look for the worst case", default: "standard" }),
    split: SHARED.split,
    limit: SHARED.limit,
    ...COMPUTING,
    out: text({ help: "Gate file to write", placeholder: "FILE", default: "gate.json" }),
    yes: flag("Ask no questions; take what is found"),
    force: FORCE,
  },
  notes:
    `On a terminal, what is found is asked about first, and what is not found is asked for; options answer before the question. Each threshold is the upper end of the 95 % interval (Wilson) of the error that was measured: raise or lower it to what the model's use needs.`,
  examples: ["init --yes", "init --model model.onnx --data test.csv --epsilon 0.1 --bounds 0,1"],
  async run(values, context) {
    const { out, force, split, limit, norm, effort } = values;
    await checkWritable(out, { force });
    const chosen = (name: "model" | "data", found: string[]) =>
      values[name] ?? chosenOf(name, found, values.yes ? {} : context);
    const model = chosen("model", modelsIn("."));
    const data = chosen("data", dataIn("."));
    await compute(values);
    using read = await readModel(model, values);
    const examples = await examplesFor(read, model, { ...values, data });
    const bounds = values.bounds ?? boundsOf(examples.x);
    const within = { ...(bounds && { bounds: [bounds[0], bounds[1]] as const }), norm };
    const epsilons = values.epsilon ?? await sizesOf(read, examples, { ...within, context });
    const asked: Gate = {
      ...GATE,
      ...within,
      epsilons,
      effort,
      ...(isExact(read) && { certify: "auto" }),
      seed: 0,
    };
    const { report } = await runInterruptible(
      checkSteps(read, examples, asked, {
        model,
        data,
        split,
        width: rowWidth(examples.reading),
        now: () => performance.now(),
      }),
      context,
      { title: "init", kept: NOTHING_KEPT },
    );
    const measured = report.outcomes.map(({ on, epsilon, errors }) => ({
      on,
      ...(epsilon !== null && { epsilon }),
      errorRate: limitFor(errors, report.data.examples),
    }));
    const { attacks: _, ...rest } = asked;
    await writeFileWhole(
      out,
      `${JSON.stringify({ $schema: SCHEMA_URL, ...rest, thresholds: measured }, null, 2)}\n`,
    );
    const { classNames } = examples;
    context.print(
      [
        ...wrapped(
          `${model}: ${read.inputs} inputs, ${read.classes} classes${
            classNames
              ? `: ${classNames.slice(0, 6).map(nameShown).join(", ")}${classNames.length > 6 ? ", …" : ""}`
              : ""
          }`,
          context.width,
        ),
        ...wrapped(
          `${report.data.examples} ${split} examples of ${data}: ${readingText(examples.reading)}`,
          context.width,
        ),
        bounds ? `inputs within ${bounds.join(" … ")}` : "inputs without bounds",
        "",
        table([
          ["", "error", "95 % interval", "threshold"],
          ...report.outcomes.map((each, i) => [
            placeOf(each),
            percent(each.errors / report.data.examples),
            intervalText(each.interval),
            percent(measured[i].errorRate),
          ]),
        ], context.width),
        "",
        `wrote ${out}; to check with it:`,
        `  ${
          ["gibbon check", ...flags({ model, data, ...readingOf(values), config: out, split, limit })].join(
            " ",
          )
        }`,
      ].join("\n"),
    );
    return 0;
  },
});

/** The model or the data to take: asked about on a terminal, else the only one there is. */
function chosenOf(name: "model" | "data", found: readonly string[], { ask }: Pick<Context, "ask">): string {
  const usage = (problem: string) =>
    new UserError(`${problem}; give --${name} ${name === "model" ? "FILE" : "PATH"}`, EXIT.usage);
  if (ask) {
    const choices = found.length > 1 ? ` (${found.join(", ")})` : "";
    const answer = ask(
      `${name === "model" ? "Model file" : "Data, a file or a folder"}${choices}:`,
      found[0],
    );
    if (answer) return answer;
    throw usage(`No ${name} was named`);
  }
  if (found.length === 1) return found[0];
  throw usage(
    found.length === 0 ? `There is no ${name} here` : `There are several: ${found.slice(0, 6).join(", ")}`,
  );
}

/** One size that is neither too small to fool a model nor so large that everything does. */
async function sizesOf(
  model: Model,
  examples: Examples,
  { norm, bounds, context }: {
    norm: "Linf" | "L2" | "L1";
    bounds?: readonly [number, number];
    context: Context;
  },
): Promise<readonly number[]> {
  if (norm !== "Linf") {
    throw new UserError(
      `--norm ${norm} needs --epsilon E,…: without it, sizes are searched in Linf only`,
      EXIT.usage,
    );
  }
  const steps = robustnessSteps(model, slice(examples, 0, Math.min(TRIED, examples.x.rows)), {
    epsilons: sizesFor(examples.x, bounds),
    ...(bounds && { bounds }),
    effort: "quick",
    certify: "none",
    width: rowWidth(examples.reading),
  });
  return [sizeOf(await runInterruptible(steps, context, { title: "sizes", kept: NOTHING_KEPT }))];
}

/** Whether certificates of `model` are exact, and therefore fast. */
function isExact(model: Model): boolean {
  try {
    return formOf(model).kind !== "chain";
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** Options that differ from their defaults, as they are typed. */
function flags(given: Readonly<Record<string, string | number | undefined>>): string[] {
  return Object.entries(given).filter(([name, value]) =>
    value !== undefined && !(name === "split" && value === "test")
  )
    .map(([name, value]) => `--${kebabCase(name)} ${quoted(`${value}`)}`);
}

/** The options that say how model and data are read. */
function readingOf(values: BeforeValues & ReadingValues): Record<string, string | number | undefined> {
  const options: Options = { ...BEFORE, ...READ_OPTIONS };
  return Object.fromEntries(
    Object.entries(values as Readonly<Record<string, unknown>>)
      .filter(([name, value]) => name in options && value !== options[name].field.default)
      .map(([name, value]) => [name, `${value}`]),
  );
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./:-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
