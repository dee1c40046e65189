/** `gibbon check`. @module */

import { InputError, readingJson, readingText } from "../../../src/mod.ts";
import { type CheckReport, checkReport, type Verdict } from "../../../src/evaluate/check.ts";
import { GATE, type Gate, trialsOf } from "../../../src/evaluate/gate.ts";
import { readGate } from "../../../src/evaluate/read_gate.ts";
import { outcomes } from "../../../src/evaluate/outcomes.ts";
import { type Command, command, type Context } from "../command.ts";
import { compute, COMPUTING } from "../computing.ts";
import { examplesFor, READ_OPTIONS, readFile, type ReadingValues, readModel, SHARED } from "../inputs.ts";
import { junit } from "../junit.ts";
import { flag, text } from "../options.ts";
import { runInterruptible } from "../turns.ts";
import { wrapped } from "../help.ts";
import { conditionsText, LEGEND, percent, ratesTables, table } from "../outputs.ts";
import { EXIT, UserError } from "../../errors.ts";
import { checkWritable, writeFileWhole } from "../../files.ts";

/** What of the options is needed. */
interface Given extends ReadingValues {
  readonly model: string;
  readonly data: string;
  readonly config: string;
  readonly split: "test" | "train";
  readonly limit: number | undefined;
  readonly kernels: "auto" | "baseline" | "relaxed";
  readonly threads: number;
  readonly junit?: string;
  readonly json: boolean;
}

const NOTES = `The exit code is 0 if all thresholds are met, 1 if one is not, 2 if they could not be judged.

A gate is a JSON file. Its thresholds are the most that rates may be: on "clean" examples, under an attack, or under "noise", the control. The rates are errorRate, confidenceOnErrors, and for attacks errorOverNoise, the error beyond that under noise of the same size. A threshold without epsilon is on each. All but the thresholds may be left out:

  {
    "attacks": ["fgsm"],
    "epsilons": [0.1, 0.25],
    "norm": "Linf",
    "labels": "true",
    "bounds": [0, 1],
    "seed": 0,
    "perClass": false,
    "thresholds": [
      { "on": "clean", "errorRate": 0.1 },
      { "on": "fgsm", "epsilon": 0.1, "errorRate": 0.5 },
      { "on": "fgsm", "epsilon": 0.1, "confidenceOnErrors": 0.8 },
      { "on": "fgsm", "errorOverNoise": 0.9 }
    ]
  }`;

/** Attacks a model, and judges it by thresholds. */
export const check: Command = command({
  name: "check",
  summary: "Attack a model and judge it by thresholds, for continuous integration",
  options: {
    model: SHARED.model,
    data: SHARED.data,
    ...READ_OPTIONS,
    config: text({
      help: "The gate: what to try and what to ask for, as below",
      placeholder: "FILE",
      required: true,
    }),
    split: SHARED.split,
    limit: SHARED.limit,
    ...COMPUTING,
    junit: text({
      help: "JUnit XML file to write, a test case for each threshold; by default none",
      placeholder: "FILE",
    }),
    json: flag("Print one JSON object, rates as fractions"),
  },
  notes: NOTES,
  examples: [
    "check --model maxout.safetensors --data digits --config gate.json",
    "check --model maxout.safetensors --data mnist --config gate.json --junit gate.xml --json",
  ],
  // 1 is for models that are judged, and fail
  failure: EXIT.usage,
  run: judge,
});

async function judge(values: Given, context: Context): Promise<number> {
  if (values.junit !== undefined) await checkWritable(values.junit);
  const gate = await readGateFile(values.config);
  await compute(values);
  using model = await readModel(values.model);
  const examples = await examplesFor(model, values.model, values);
  const trials = trialsOf(gate, model.inputs);
  const found = await runInterruptible(outcomes(model, examples, trials), context, {
    title: "check",
    kept: "there is no verdict, and the same command begins anew; --limit N takes fewer examples",
  });
  const report = checkReport(gate, found, {
    examples,
    model: values.model,
    data: values.data,
    split: values.split,
  });
  if (values.junit !== undefined) await writeFileWhole(values.junit, await junit(suiteOf(report)));
  const data = { ...report.data, reading: readingJson(examples.reading) };
  const reading = readingText(examples.reading);
  context.print(
    values.json
      ? JSON.stringify({ ...report, data })
      : inWords(report, { family: model.family.name, reading, width: context.width }),
  );
  return report.passed ? 0 : 1;
}

async function readGateFile(path: string): Promise<Gate> {
  const fail = (problem: string) => new UserError(`Cannot use gate ${path}: ${problem}`, EXIT.usage);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path)));
  } catch (error) {
    throw error instanceof UserError ? error : fail("it is not JSON");
  }
  try {
    const gate = { ...GATE, ...readGate(value) };
    if (!gate.thresholds?.length) throw fail("it has no thresholds, and would let everything pass");
    trialsOf(gate, 1);
    return gate;
  } catch (error) {
    throw error instanceof InputError ? fail(error.reason) : error;
  }
}

function inWords(
  report: CheckReport,
  { family, reading, width }: { family: string; reading: string; width: number },
): string {
  const { model, data, clean, attacked, noise, verdicts, conditions, kernels } = report;
  const failed = verdicts.filter(({ passed }) => !passed).length;
  return [
    [
      `${model} (${family}) on ${data.examples} examples of ${data.name}`,
      ...wrapped(`data: ${reading}`, width),
    ]
      .join("\n"),
    ratesTables(clean, [...attacked, ...noise], width),
    table([
      ["", "rate", "at most"],
      ...verdicts.map((each) => [
        `${each.passed ? "pass" : "FAIL"}  ${nameOf(each)}`,
        percent(each.value),
        percent(each.max),
      ]),
    ], width),
    [conditionsText(conditions, { split: data.split, kernels, width }), ...wrapped(LEGEND, width)].join("\n"),
    ...attacked.filter(({ zeroGradients }) => zeroGradients > 0).map(({ attack, epsilon, zeroGradients }) =>
      wrapped(
        `Warning: at ${zeroGradients} of ${data.examples} examples ${attack} ${epsilon} met a gradient of 0 in every input, and is blind to them`,
        width,
      ).join("\n")
    ),
    failed === 0 ? "All thresholds are met" : `${failed} of ${verdicts.length} thresholds are not met`,
  ].join("\n\n");
}

function nameOf({ on, epsilon, rate }: Verdict): string {
  return epsilon === null ? `${on} ${rate}` : `${on} ${epsilon} ${rate}`;
}

function suiteOf({ model, data, verdicts }: CheckReport) {
  return {
    name: `${model} on ${data.name}`,
    cases: verdicts.map((each) => ({
      name: nameOf(each),
      failure: each.passed
        ? undefined
        : `${nameOf(each)} is ${percent(each.value)}, at most ${percent(each.max)}`,
    })),
  };
}
