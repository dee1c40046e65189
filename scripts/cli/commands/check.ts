/** `gibbon check`. @module */

import { InputError } from "../../../src/mod.ts";
import { readingJson, readingText } from "../../../src/data/reading.ts";
import { METHODS } from "../../../src/certify/certify.ts";
import { type CheckReport, checkSteps, type Verdict } from "../../../src/evaluate/check.ts";
import { type Effort, EFFORTS } from "../../../src/evaluate/efforts.ts";
import { GATE, type Gate, type Threshold, trialsOf } from "../../../src/evaluate/gate.ts";
import { readGate } from "../../../src/evaluate/read_gate.ts";
import { BOUNDED } from "../attacking.ts";
import { type Command, command, type Context } from "../command.ts";
import { compute, COMPUTING } from "../computing.ts";
import {
  examplesFor,
  READ_OPTIONS,
  readFile,
  type ReadingValues,
  readModel,
  rowWidth,
  SHARED,
} from "../inputs.ts";
import { junit } from "../junit.ts";
import { choice, flag, number, numbers, text } from "../options.ts";
import { runInterruptible } from "../turns.ts";
import { wrapped } from "../help.ts";
import {
  bracketTables,
  conditionsText,
  LEGEND,
  percent,
  ratesTables,
  table,
  warningLines,
} from "../outputs.ts";
import { EXIT, UserError } from "../../errors.ts";
import { checkWritable, writeFileWhole } from "../../files.ts";

/** What of the options is needed. */
interface Given extends ReadingValues {
  readonly model: string;
  readonly data: string;
  readonly config?: string;
  readonly epsilon?: readonly number[];
  readonly norm?: "Linf" | "L2" | "L1";
  readonly bounds?: readonly number[];
  readonly effort?: Effort | "none";
  readonly certify?: Gate["certify"];
  readonly maxClean?: number;
  readonly maxAttacked?: number;
  readonly maxCertified?: number;
  readonly timeLimit?: number;
  readonly split: "test" | "train";
  readonly limit: number | undefined;
  readonly kernels: "auto" | "baseline" | "relaxed";
  readonly threads: number;
  readonly junit?: string;
  readonly json: boolean;
}

const NOTES = `The exit code is 0 if all thresholds are met, 1 if one is not, 2 if they could not be judged.

The thresholds are the most that rates may be. They come from the options above, from a gate, or both; options stand above the gate's members. Those on "attacked" are about the worst case over many attacks, as robustness looks for it; those on "certified" about the error that no certificate excludes. Both are at each epsilon unless they name one.

A gate is a JSON file, all of which may be left out. Its thresholds may also be on "clean" examples, on an attack that is named, or on "noise", the control, and limit errorRate, confidenceOnErrors (not of the worst case), and errorOverNoise, the error beyond that under noise of the same size:

  {
    "epsilons": [0.1, 0.25],
    "norm": "Linf",
    "bounds": [0, 1],
    "effort": "standard",
    "certify": "auto",
    "attacks": ["fgsm", { "attack": "pgd", "steps": 100 }],
    "labels": "true",
    "seed": 0,
    "perClass": false,
    "thresholds": [
      { "on": "clean", "errorRate": 0.1 },
      { "on": "attacked", "epsilon": 0.1, "errorRate": 0.5 },
      { "on": "certified", "epsilon": 0.1, "errorRate": 0.9 },
      { "on": "fgsm", "epsilon": 0.1, "confidenceOnErrors": 0.8 },
      { "on": "pgd", "errorOverNoise": 0.9 }
    ]
  }

A gate that names attacks, and has no threshold on attacked or certified and no effort, tries these alone: that is no bound on robustness.`;

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
    }),
    epsilon: numbers({ help: "Sizes of the perturbation; by default 0.25", placeholder: "E,…", min: 0 }),
    norm: choice(["Linf", "L2", "L1"], { help: "Norm that bounds a perturbation; by default Linf" }),
    bounds: BOUNDED.bounds,
    effort: choice([...EFFORTS, "none"], {
      help: "How hard to look for the worst case over many attacks; by default standard",
    }),
    certify: choice([...METHODS, "none"], {
      help: "Bounds that certify; by default those there are, where a threshold is on certified error",
    }),
    maxClean: rate("Greatest error as the examples are"),
    maxAttacked: rate("Greatest error in the worst case, at each size"),
    maxCertified: rate("Greatest error that no certificate excludes, at each size"),
    timeLimit: number({
      help: "Seconds after which nothing further begins; what is not judged by then ends with 2",
      placeholder: "S",
      above: 0,
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
    "check --model maxout.safetensors --data digits --epsilon 0.1 --bounds 0,1 --max-attacked 0.4",
    "check --model maxout.safetensors --data digits --config gate.json",
    "check --model maxout.safetensors --data mnist --config gate.json --junit gate.xml --json",
  ],
  // 1 is for models that are judged, and fail
  failure: EXIT.usage,
  run: judge,
});

function rate(help: string) {
  return number({ help: `${help}, a fraction`, placeholder: "R", min: 0, max: 1 });
}

async function judge(values: Given, context: Context): Promise<number> {
  if (values.junit !== undefined) await checkWritable(values.junit);
  const gate = await gateOf(values);
  await compute(values);
  using model = await readModel(values.model);
  const examples = await examplesFor(model, values.model, values);
  const steps = checkSteps(model, examples, gate, {
    model: values.model,
    data: values.data,
    split: values.split,
    timeLimit: values.timeLimit,
    width: rowWidth(examples.reading),
    now: () => performance.now(),
  });
  const { report } = await runInterruptible(steps, context, {
    title: "check",
    kept: "there is no verdict, and the same command begins anew; --limit N takes fewer examples",
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

/** The gate of the file that is named, if one is, with what the other options say. */
async function gateOf({ config, ...values }: Given): Promise<Gate> {
  const fail = (problem: string) =>
    new UserError(
      config === undefined ? `Cannot check: ${problem}` : `Cannot use gate ${config}: ${problem}`,
      EXIT.usage,
    );
  const { epsilon: epsilons, norm, bounds, effort, certify, maxClean, maxAttacked, maxCertified } = values;
  const limits = { clean: maxClean, attacked: maxAttacked, certified: maxCertified };
  const given = Object.entries({ epsilons, norm, bounds, effort, certify }).filter(([, value]) =>
    value !== undefined
  );
  try {
    const read = {
      ...(config !== undefined && readGate(await gateFile(config, fail))),
      ...readGate(Object.fromEntries(given)),
    };
    const thresholds: Threshold[] = [
      ...read.thresholds ?? [],
      ...Object.entries(limits).flatMap(([on, errorRate]) =>
        errorRate === undefined ? [] : [{ on, errorRate }]
      ),
    ];
    const gate = { ...GATE, ...read, thresholds };
    if (thresholds.length === 0) {
      throw fail(
        config === undefined
          ? "there is nothing to ask for; give --max-attacked R, the greatest error in the worst case, or --config FILE"
          : "it has no thresholds, and would let everything pass",
      );
    }
    trialsOf(gate, 1);
    return gate;
  } catch (error) {
    throw error instanceof InputError ? fail(error.reason) : error;
  }
}

/** What stands in the file at `path`, as JSON. */
async function gateFile(path: string, fail: (problem: string) => UserError): Promise<unknown> {
  const bytes = await readFile(path);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw fail("it is not JSON");
  }
}

function inWords(
  report: CheckReport,
  { family, reading, width }: { family: string; reading: string; width: number },
): string {
  const { model, data, clean, attacked, noise, verdicts, conditions, kernels, robustness, notes } = report;
  const failed = verdicts.filter(({ passed }) => !passed).length;
  return [
    [
      `${model} (${family}) on ${data.examples} examples of ${data.name}`,
      ...wrapped(`data: ${reading}`, width),
    ]
      .join("\n"),
    ratesTables(clean, [...attacked, ...noise], width),
    ...(robustness ? [bracketTables(robustness, width)] : []),
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
    ...(robustness && robustness.warnings.length > 0 ? [warningLines(robustness.warnings, width)] : []),
    ...notes.map((note) => wrapped(`Note: ${note}`, width).join("\n")),
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
