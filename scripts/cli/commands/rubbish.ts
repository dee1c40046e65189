/** `gibbon rubbish`. @module */

import {
  DIRECTED_OPTIONS,
  directedRubbishSteps,
  RUBBISH_OPTIONS,
  rubbishSteps,
} from "../../../src/attacks/rubbish.ts";
import type { Field } from "../../../src/schema.ts";
import { kernels, measureRubbish, type Model, type Rubbish, type RubbishMeasures } from "../../../src/mod.ts";
import { UserError } from "../../errors.ts";
import { checkWritable } from "../../files.ts";
import { type Command, command } from "../command.ts";
import { compute, COMPUTING } from "../computing.ts";
import { FORCE } from "../examples_file.ts";
import { wrapped } from "../help.ts";
import { readModel, SHARED } from "../inputs.ts";
import { flag, type Option, optionOf, text } from "../options.ts";
import { matrixTensor, percent, vectorTensor, writeTensors } from "../outputs.ts";
import { runInterruptible } from "../turns.ts";

const { samples, seed, mean, std, threshold } = RUBBISH_OPTIONS;

/** An option of directed rubbish, which may be left out with the others of its kind. */
function directed<T>(key: keyof typeof DIRECTED_OPTIONS, placeholder?: string): Option<T | undefined> {
  const { required: _, default: fallback, help, ...field } = DIRECTED_OPTIONS[key] as Field;
  const said = fallback === undefined ? help : `${help}; by default ${fallback}`;
  return optionOf({ ...field, help: said }, placeholder ? { placeholder } : {}) as Option<T | undefined>;
}

/** Shows noise to a model. */
export const rubbish: Command = command({
  name: "rubbish",
  summary: "Show a model noise, and tell how often and how surely it takes it for something",
  options: {
    model: SHARED.model,
    samples: optionOf(samples) as Option<number | undefined>,
    seed: optionOf(seed) as Option<number>,
    mean: optionOf(mean) as Option<number>,
    std: optionOf(std) as Option<number>,
    threshold: optionOf(threshold) as Option<number>,
    target: directed<number>("target", "K"),
    epsilon: directed<number>("epsilon", "E"),
    step: directed<"sign" | "gradient">("step"),
    attempts: directed<number>("attempts"),
    ...COMPUTING,
    out: text({ help: "Safetensors file to write; by default none", placeholder: "FILE" }),
    force: FORCE,
    json: flag("Print one JSON object, rates as fractions"),
  },
  examples: [
    "rubbish --model maxout.safetensors --samples 10000 --seed 1",
    "rubbish --model maxout.safetensors --target 3 --epsilon 0.5 --attempts 20 --out noise.safetensors",
  ],
  async run(values, context) {
    checkDirected(values);
    const { out, target, epsilon, step, attempts, samples, seed, mean, std, threshold } = values;
    if (out !== undefined) await checkWritable(out, { force: values.force });
    await compute(values);
    using model = await readModel(values.model);
    const options = { samples, seed, mean, std, threshold };
    const steps: Generator<number, Rubbish & { successRate?: number }> = target === undefined
      ? rubbishSteps(model, options)
      : directedRubbishSteps(model, { ...options, target, epsilon: epsilon!, step, attempts });
    const kept = "nothing was written, and the same command begins anew; --samples N draws fewer";
    const drawn = await runInterruptible(steps, context, { title: "rubbish", kept });

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
        JSON.stringify({ ...made, ...measures, ...(successRate !== undefined && { successRate }) }),
      );
      return 0;
    }
    context.print(inWords(measures, { directed: target !== undefined, threshold }));
    if (target !== undefined) context.print(`success per draw ${percent(drawn.successRate!)}`);
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
