/** `gibbon check`. @module */

import { readingJson, readingText } from "../../../src/data/reading.ts";
import { checkSteps } from "../../../src/evaluate/check.ts";
import type { CheckReport } from "../../../src/evaluate/check_report.ts";
import { type Command, command, type Context } from "../command.ts";
import { compute, COMPUTING } from "../computing.ts";
import { examplesFor, READ_OPTIONS, type ReadingValues, rowWidth, SHARED } from "../inputs.ts";
import { ASKED, type AskedValues, openModel } from "../model_file.ts";
import { evidence } from "../gate/evidence.ts";
import { markdown } from "../gate/markdown.ts";
import { baselineOf, GATE_OPTIONS, gateOf, type GateValues } from "../gate/options.ts";
import { provenanceOf } from "../gate/provenance.ts";
import { sarif } from "../gate/sarif.ts";
import { inWords, nameOf, valuesOf } from "../gate/words.ts";
import { junit } from "../junit.ts";
import { flag, number, text } from "../options.ts";
import { runInterruptible } from "../turns.ts";
import { EXIT } from "../../errors.ts";
import { checkWritable, writeFileWhole } from "../../files.ts";

/** Files that report a check. */
const FILES = {
  out: text({
    help: "JSON report to write, as --json prints it and --baseline reads it; by default none",
    placeholder: "FILE",
  }),
  summary: text({
    help: "Markdown to write, for the summary of a job; by default none",
    placeholder: "FILE",
  }),
  junit: text({
    help: "JUnit XML file to write, a test case for each threshold; by default none",
    placeholder: "FILE",
  }),
  sarif: text({
    help: "SARIF file to write, a result for each threshold that is not met; by default none",
    placeholder: "FILE",
  }),
  evidence: text({
    help:
      "CycloneDX file to write, with hashes, conditions, results and the requirements they bear on; by default none",
    placeholder: "FILE",
  }),
} as const;

/** The options used here. */
interface Given extends AskedValues, ReadingValues, GateValues, Partial<Record<keyof typeof FILES, string>> {
  readonly model: string;
  readonly data: string;
  readonly timeLimit?: number;
  readonly split: "test" | "train";
  readonly limit: number | undefined;
  readonly kernels: "auto" | "baseline" | "relaxed";
  readonly threads: number;
  readonly json: boolean;
}

const NOTES = `The exit code is 0 if all thresholds are met, 1 if one is not, 2 if they could not be judged.

The thresholds are the most that rates may be. They come from the options above, from a gate, or both; options stand above the gate's members. Those on "attacked" are about the worst case over many attacks, as robustness looks for it; those on "certified" about the error that no certificate excludes. Both are at each epsilon unless they name one.

With --baseline, each example is compared with itself in an earlier check: --no-worse A, or "noWorse": A in a threshold, fails where McNemar's exact test, one-sided at level A, calls the model worse. Its verdict is the rise of the error beside the greatest rise that so many examples cannot tell from chance. What was found on other examples, or under other conditions, is refused.

A gate is a JSON file, all of which may be left out. Its thresholds may also be on "clean" examples, on an attack that is named, or on "noise", the control, and limit errorRate, confidenceOnErrors (not of the worst case), and errorOverNoise, the error beyond that under noise of the same size:

  {
    "epsilons": [0.1, 0.25],
    "norm": "Linf",
    "bounds": [0, 1],
    "fixed": [0, 3],
    "grid": 255,
    "oneHot": [[4, 5, 6]],
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
      { "on": "pgd", "errorOverNoise": 0.9 },
      { "on": "attacked", "noWorse": 0.05 }
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
    ...ASKED,
    ...READ_OPTIONS,
    ...GATE_OPTIONS,
    timeLimit: number({
      help: "Seconds after which nothing further begins; what is not judged by then ends with 2",
      placeholder: "S",
      above: 0,
    }),
    split: SHARED.split,
    limit: SHARED.limit,
    ...COMPUTING,
    ...FILES,
    json: flag("Print one JSON object, rates as fractions"),
  },
  notes: NOTES,
  examples: [
    "check --model maxout.safetensors --data digits --epsilon 0.1 --bounds 0,1 --max-attacked 0.4",
    "check --model maxout.safetensors --data digits --config gate.json",
    "check --model maxout.safetensors --data mnist --config gate.json --junit gate.xml --out report.json",
    "check --model next.onnx --data test.csv --config gate.json --baseline report.json --no-worse 0.05",
  ],
  // 1 is for models that fail a threshold
  failure: EXIT.usage,
  run: judge,
});

async function judge(values: Given, context: Context): Promise<number> {
  const named = Object.keys(FILES).map((name) => values[name as keyof typeof FILES]);
  for (const path of named) if (path !== undefined) await checkWritable(path);
  const gate = await gateOf(values);
  await compute(values);
  using model = await openModel(values.model, values, context.note);
  const examples = await examplesFor(model, values.model, values);
  const sha256 = await provenanceOf({ ...values, examples });
  const baseline = values.baseline === undefined ? undefined : await baselineOf(values.baseline, sha256.data);
  const steps = checkSteps(model, examples, gate, {
    model: values.model,
    data: values.data,
    split: values.split,
    timeLimit: values.timeLimit,
    width: rowWidth(examples.reading),
    baseline,
    now: () => performance.now(),
  });
  const { report } = await runInterruptible(steps, context, {
    title: "check",
    kept: "there is no verdict, and the same command starts over; --limit N takes fewer examples",
  });
  const data = { ...report.data, reading: readingJson(examples.reading) };
  const json = JSON.stringify({ ...timeless(report), data, sha256 });
  const files = {
    out: () => `${json}\n`,
    summary: () => markdown(report),
    junit: () => junit(suiteOf(report)),
    sarif: () => `${JSON.stringify(sarif(report), null, 2)}\n`,
    evidence: () => evidence(report, { model, gate, examples, sha256 }),
  };
  for (const [name, text] of Object.entries(files)) {
    const path = values[name as keyof typeof FILES];
    if (path !== undefined) await writeFileWhole(path, await text());
  }
  const reading = readingText(examples.reading);
  context.print(
    values.json ? json : inWords(report, { family: model.family.name, reading, width: context.width }),
  );
  return report.passed ? 0 : 1;
}

/** The report without times, so that the same check gives the same bytes. */
function timeless(report: CheckReport): CheckReport {
  return JSON.parse(JSON.stringify(report, (key, value) => key === "seconds" ? null : value));
}

function suiteOf({ model, data, verdicts }: CheckReport) {
  return {
    name: `${model} on ${data.name}`,
    cases: verdicts.map((each) => {
      const [value, max] = valuesOf(each);
      return {
        name: nameOf(each),
        failure: each.passed ? undefined : `${nameOf(each)} is ${value}, at most ${max}`,
      };
    }),
  };
}
