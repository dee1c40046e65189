/** `gibbon rubbish`. @module */

import {
  DIRECTED_OPTIONS,
  directedRubbishSteps,
  RUBBISH_OPTIONS,
  rubbishSteps,
} from "../../../src/attacks/rubbish.ts";
import type { Field } from "../../../src/schema.ts";
import { rubbishRadiiSteps } from "../../../src/certify/rubbish.ts";
import {
  kernels,
  type Matrix,
  measureRubbish,
  type Model,
  type Rubbish,
  type RubbishMeasures,
} from "../../../src/mod.ts";
import { rowsOf } from "../../../src/matrix.ts";
import { UserError } from "../../errors.ts";
import { checkWritable } from "../../files.ts";
import { type Command, command } from "../command.ts";
import { compute, COMPUTING } from "../computing.ts";
import { FORCE } from "../examples_file.ts";
import { prose, wrapped } from "../help.ts";
import { SHARED } from "../inputs.ts";
import { readModel } from "../model_file.ts";
import { BEFORE } from "../preprocessing.ts";
import { choice, flag, integerOption, number, type Option, optionOf, text } from "../options.ts";
import { DISTANCES, matrixTensor, percent, vectorTensor, writeTensors } from "../outputs.ts";
import { runInterruptible } from "../turns.ts";

const { samples, seed, mean, std, threshold } = RUBBISH_OPTIONS;

/** An option of directed rubbish; optional, because rubbish need not be directed. */
function directed<T>(key: keyof typeof DIRECTED_OPTIONS, placeholder?: string): Option<T | undefined> {
  const { required: _, default: fallback, help, ...field } = DIRECTED_OPTIONS[key] as Field;
  const said = fallback === undefined ? help : `${help}; by default ${fallback}`;
  return optionOf({ ...field, help: said }, placeholder ? { placeholder } : {}) as Option<T | undefined>;
}

/** Shows noise to a model. */
export const rubbish: Command = command({
  name: "rubbish",
  summary: "Show a model noise, and report how often and how confidently it predicts a class",
  options: {
    model: SHARED.model,
    ...BEFORE,
    samples: optionOf(samples) as Option<number | undefined>,
    seed: optionOf(seed) as Option<number>,
    mean: optionOf(mean) as Option<number>,
    std: optionOf(std) as Option<number>,
    threshold: optionOf(threshold) as Option<number>,
    target: directed<number>("target", "K"),
    epsilon: directed<number>("epsilon", "E"),
    step: directed<"sign" | "gradient">("step"),
    attempts: directed<number>("attempts"),
    certify: integerOption({
      help: "Number of inputs to certify a region around, claimed or not; by default none",
      placeholder: "N",
      min: 1,
    }),
    norm: choice(["Linf", "L2", "L1"], { help: "Norm that measures those regions", default: "Linf" }),
    radius: number({ help: "The largest radius to look for", placeholder: "R", above: 0, default: 1 }),
    ...COMPUTING,
    out: text({ help: "Safetensors file to write; by default none", placeholder: "FILE" }),
    force: FORCE,
    json: flag("Print one JSON object, rates as fractions"),
  },
  examples: [
    "rubbish --model maxout.safetensors --samples 10000 --seed 1",
    "rubbish --model rbf.safetensors --samples 1000 --certify 100 --radius 3",
    "rubbish --model maxout.safetensors --target 3 --epsilon 0.5 --attempts 20 --out noise.safetensors",
  ],
  async run(values, context) {
    checkDirected(values);
    const { out, target, epsilon, step, attempts, samples, seed, mean, std, threshold } = values;
    if (out !== undefined) await checkWritable(out, { force: values.force });
    await compute(values);
    using model = await readModel(values.model, values);
    const options = { samples, seed, mean, std, threshold };
    const steps: Generator<number, Rubbish & { successRate?: number }> = target === undefined
      ? rubbishSteps(model, options)
      : directedRubbishSteps(model, { ...options, target, epsilon: epsilon!, step, attempts });
    const kept = "nothing was written, and the same command starts over; --samples N draws fewer";
    const drawn = await runInterruptible(steps, context, { title: "rubbish", kept });

    const { certify, norm, radius } = values;
    const regions = certify === undefined ? undefined : await runInterruptible(
      regionsOf(model, rowsOf(drawn.x, 0, Math.min(certify, drawn.x.rows)), { norm, max: radius, threshold }),
      context,
      { title: "rubbish", kept },
    );

    const measures = measureRubbish(drawn);
    const conditions = {
      seed,
      mean,
      std,
      threshold,
      ...(target !== undefined && { target, epsilon, step: step ?? "sign", attempts: attempts ?? 1 }),
    };
    const made = { model: values.model, kernels: kernels(), conditions };
    if (out !== undefined) await writeRubbish(out, model, drawn, conditions);
    if (values.json) {
      const { successRate } = drawn;
      context.print(
        JSON.stringify({
          ...made,
          ...measures,
          ...(successRate !== undefined && { successRate }),
          ...(regions && { regions }),
        }),
      );
      return 0;
    }
    context.print(prose(inWords(measures, { directed: target !== undefined, threshold }), context.width));
    if (target !== undefined) context.print(`success per draw ${percent(drawn.successRate!)}`);
    if (regions) context.print(regionsInWords(regions));
    const how = Object.entries(conditions).map(([key, value]) => `${key} ${value}`).join(", ");
    context.print(wrapped(`${how}; ${made.kernels} kernels`, context.width).join("\n"));
    if (out !== undefined) context.print(`wrote ${out}`);
    return 0;
  },
});

function checkDirected({ target, epsilon, step, attempts }: {
  target?: number;
  epsilon?: number;
  step?: string;
  attempts?: number;
}): void {
  if (target !== undefined && epsilon === undefined) throw new UserError("--target needs --epsilon E", 2);
  if (target !== undefined) return;
  for (const [name, value] of Object.entries({ epsilon, step, attempts })) {
    if (value !== undefined) throw new UserError(`--${name} needs --target K`, 2);
  }
}

/** Radii around inputs: minimum, median and maximum. */
type Radii =
  | { readonly inputs: number; readonly min: number; readonly median: number; readonly max: number }
  | null;

/** What is certified around noise. */
interface Regions {
  readonly norm: "Linf" | "L2" | "L1";
  /** The greatest radius that was tried. */
  readonly limit: number;
  /** Around inputs that are taken for a class: where the same class is claimed everywhere. */
  readonly claimed: Radii;
  /** Around the others: where no class is claimed anywhere. */
  readonly unclaimed: Radii;
}

/** Certifies the regions around `x`; yields the fraction done. */
function* regionsOf(
  model: Model,
  x: Matrix,
  options: { norm: Regions["norm"]; max: number; threshold: number },
): Generator<number, Regions> {
  const [claimed, unclaimed]: number[][] = [[], []];
  for (const { done, found } of rubbishRadiiSteps(model, x, options)) {
    if (found) (found.claimed < 0 ? unclaimed : claimed).push(found.radius);
    yield done;
  }
  return { norm: options.norm, limit: options.max, claimed: radiiOf(claimed), unclaimed: radiiOf(unclaimed) };
}

function radiiOf(radii: readonly number[]): Radii {
  if (radii.length === 0) return null;
  const sorted = radii.toSorted((a, b) => a - b);
  return {
    inputs: sorted.length,
    min: sorted[0],
    median: sorted[Math.floor(sorted.length / 2)],
    max: sorted.at(-1)!,
  };
}

function regionsInWords({ norm, limit, claimed, unclaimed }: Regions): string {
  const line = (radii: Radii, what: string) =>
    radii
      ? [
        `${what} around ${radii.inputs} inputs within ${
          [radii.min, radii.median, radii.max].map((r) => r >= limit ? `≥ ${limit}` : r.toPrecision(3)).join(
            ", ",
          )
        }`,
      ]
      : [];
  return [
    `certified regions, ${DISTANCES[norm]} (min, median, max):`,
    ...line(claimed, "one class is claimed everywhere"),
    ...line(unclaimed, "no class is claimed anywhere"),
  ].join("\n");
}

function inWords(
  { samples, errorRate, confidenceOnErrors, classes }: RubbishMeasures,
  { directed, threshold }: { directed: boolean; threshold: number },
): string {
  const taken = directed ? `taken for the target, p ≥ ${threshold}` : `taken for something, p > ${threshold}`;
  const line = `${percent(errorRate)} of ${samples} inputs of noise ${taken}`;
  if (confidenceOnErrors === null) return line;
  const shares = directed
    ? ""
    : `\nclasses: ${classes.map((share, label) => `${label} ${percent(share)}`).join(", ")}`;
  return `${line}; confidence on those ${percent(confidenceOnErrors)}${shares}`;
}

async function writeRubbish(
  path: string,
  model: Model,
  drawn: Rubbish & { attempts?: Int32Array },
  conditions: Readonly<Record<string, unknown>>,
): Promise<void> {
  const tensors = {
    x: matrixTensor(drawn.x),
    predicted: vectorTensor(drawn.predicted),
    probability: matrixTensor(drawn.probabilities),
    fooled: vectorTensor(drawn.fooled),
    ...(drawn.attempts && { attempts: vectorTensor(drawn.attempts) }),
  };
  const said = Object.fromEntries(Object.entries(conditions).map(([key, value]) => [key, `${value}`]));
  await writeTensors(path, tensors, { ...said, family: model.family.name, kernels: kernels() });
}
