/** `gibbon rubbish`. @module */

import {
  directedRubbish,
  kernels,
  measureRubbish,
  type Model,
  type Rubbish,
  rubbish as drawRubbish,
  type RubbishMeasures,
} from "../../../src/mod.ts";
import { type Command, command } from "../command.ts";
import { compute, COMPUTING } from "../computing.ts";
import { readModel, SHARED } from "../inputs.ts";
import { choice, flag, number, text, whole } from "../options.ts";
import { matrixTensor, percent, vectorTensor, writeTensors } from "../outputs.ts";
import { gradients, watched } from "../watch.ts";
import { UserError } from "../../errors.ts";
import { checkWritable } from "../../files.ts";

/** Inputs of each kind, unless told. */
const SAMPLES = { drawn: 10000, directed: 100 };

/** Shows noise to a model. */
export const rubbish: Command = command({
  name: "rubbish",
  summary: "Show a model noise, and tell how often and how surely it takes it for something",
  options: {
    model: SHARED.model,
    samples: whole({
      help: `Inputs to draw; by default ${SAMPLES.drawn}, or ${SAMPLES.directed} with a target`,
      min: 1,
    }),
    seed: SHARED.seed,
    threshold: number({
      help: "Probability of a class above which the model errs",
      min: 0,
      max: 1,
      default: 0.5,
    }),
    std: number({ help: "Standard std of each input", above: 0, default: 1 }),
    target: whole({ help: "Move the noise toward this class", placeholder: "K", min: 0 }),
    epsilon: number({ help: "Size of that move", placeholder: "E", min: 0 }),
    step: choice(["sign", "gradient"], { help: "Along what to move; by default the gradient's sign" }),
    attempts: whole({ help: "Draws for each input until one succeeds; by default 1", min: 1 }),
    ...COMPUTING,
    out: text({ help: "Safetensors file to write; by default none", placeholder: "FILE" }),
    json: flag("Print one JSON object, rates as fractions"),
  },
  examples: [
    "rubbish --model maxout.safetensors --samples 10000 --seed 1",
    "rubbish --model maxout.safetensors --target 3 --epsilon 0.5 --attempts 20 --out noise.safetensors",
  ],
  async run(values, context) {
    checkDirected(values);
    if (values.out !== undefined) await checkWritable(values.out);
    await compute(values);
    using model = await readModel(values.model);
    using progress = context.progress("rubbish");
    const { target, epsilon, step, attempts = 1, seed, threshold, std } = values;
    const directed = target !== undefined;
    const samples = values.samples ?? (directed ? SAMPLES.directed : SAMPLES.drawn);
    const passes = directed ? (gradients(1) + 2) * attempts + 1 : 1;
    const shown = watched(model, progress, { rows: samples, passes });
    const options = { samples, seed, threshold, std };
    const drawn: Rubbish & { successRate?: number } = directed
      ? directedRubbish(shown, { ...options, target, epsilon: epsilon!, step, attempts })
      : drawRubbish(shown, options);
    progress.end();

    const measures = measureRubbish(drawn);
    if (values.out !== undefined) await writeRubbish(values.out, model, drawn);
    if (values.json) {
      const { errorRate, confidenceOnErrors, classes } = measures;
      const { successRate } = drawn;
      context.print(
        JSON.stringify({ kernels: kernels(), samples, errorRate, confidenceOnErrors, classes, successRate }),
      );
      return 0;
    }
    context.print(inWords(measures, { directed, threshold }));
    if (directed) context.print(`success per draw ${percent(drawn.successRate!)}`);
    if (values.out !== undefined) context.print(`wrote ${values.out}`);
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
): Promise<void> {
  const tensors = {
    x: matrixTensor(drawn.x),
    predicted: vectorTensor(drawn.predicted),
    probability: matrixTensor(drawn.probabilities),
    fooled: vectorTensor(drawn.fooled),
    ...(drawn.attempts && { attempts: vectorTensor(drawn.attempts) }),
  };
  await writeTensors(path, tensors, { family: model.family.name, kernels: kernels() });
}
