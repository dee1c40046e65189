/** `POST /models/NAME/robustness`. @module */

import { type Batch, batch } from "../../data/batch.ts";
import { EFFORTS } from "../../evaluate/efforts.ts";
import { passesOfWorstCase, type RobustnessOptions, robustnessSteps } from "../../evaluate/robustness.ts";
import { jsonSchemaOfField } from "../../fields.ts";
import type { Differentiable } from "../../models/classifier.ts";
import { kernels } from "../../runtime/variants.ts";
import { any, choice, integer, numbers } from "../../schema.ts";
import { type Action, attackCost, NUMBER_BYTES, STEP } from "../action.ts";
import { certifyingCost, CHEAP_METHODS, cheapMethod } from "../certifying.ts";
import { labelsOf } from "../input.ts";
import { BOOLEAN, list, NUMBER, object, orNull, TEXT } from "../json.ts";
import { Problem } from "../problem.ts";

const perExample = { by: orNull(TEXT), size: orNull(NUMBER), certified: orNull(NUMBER), queries: NUMBER };

/** What is known of the worst case, as members of a JSON Schema. */
export const worstCase = {
  norm: TEXT,
  bounds: orNull(list(NUMBER)),
  constraint: { type: "object" },
  effort: TEXT,
  seed: NUMBER,
  clean: object({ errorRate: NUMBER }),
  at: list(object({
    epsilon: NUMBER,
    attacked: object({
      errorRate: NUMBER,
      byAttack: list(object({ attack: TEXT, errorRate: NUMBER, seconds: orNull(NUMBER) })),
    }),
    certified: orNull(object({ errorRate: NUMBER, method: TEXT, seconds: orNull(NUMBER) })),
    unresolved: NUMBER,
    complete: BOOLEAN,
  })),
  warnings: list(object({ name: TEXT, text: TEXT, share: NUMBER }, ["share"])),
} as const;

/** Attacks of a cascade at most, and bytes of a name, a warning. */
const STAGES = 12, NAME_BYTES = 60, WARNINGS_BYTES = 4000;

/** Bytes of what is known of the worst case, at most. */
export function worstCaseBytes({ epsilons }: RobustnessOptions, { x }: Batch): number {
  return WARNINGS_BYTES + epsilons.length * STAGES * (NAME_BYTES + 2 * NUMBER_BYTES) +
    2 * NUMBER_BYTES * x.cols;
}

const FIELDS = {
  labels: any("true class of each example", { required: true }),
  epsilons: numbers("sizes of the perturbation, in input units", { above: 0, required: true }),
  norm: choice("norm that bounds a perturbation", ["Linf", "L2", "L1"], { default: "Linf" }),
  bounds: numbers("minimum and maximum of an input", { count: 2 }),
  effort: choice("how hard the worst case is looked for", EFFORTS, { default: "quick" }),
  certify: choice(
    "bounds that certify; by default crown, or an exact answer, where that is cheap",
    CHEAP_METHODS,
  ),
  seed: integer("seed of what is random", { min: 0, default: 0 }),
} as const;

/** The bracket of the model's worst-case error: what attacks found, and what certificates leave. */
export const robustness: Action = {
  summary:
    "Bracket the model's worst-case error on examples between the attacks that fool it and what is certified, where " +
    "certificates are cheap; what neither settles is unresolved",
  fields: FIELDS,
  schemas: ({ epsilons }) => ({
    labels: { type: "array", items: { type: "integer", minimum: 0 }, description: "True class of each, (B)" },
    epsilons: { ...jsonSchemaOfField(FIELDS.epsilons), minItems: 1, maxItems: epsilons },
  }),
  response: object({
    model: TEXT,
    data: object({ name: TEXT, examples: NUMBER }),
    kernels: TEXT,
    ...worstCase,
    perExample: list(object(perExample)),
  }),
  tensors: {
    request: "x F32 (B, D), labels I32 (B); epsilons and the other members in the metadata as JSON",
    response:
      "size F32 (B), −1 where nothing fooled the model, and certified F32 (B), 0 where nothing was; the whole " +
      "report in the metadata as JSON",
  },
  plan({ name, model, cost, x, body, settings }) {
    const options = optionsOf(body, { model, cost, limit: settings.epsilons });
    const examples = batch({ x, labels: labelsOf(body.labels), classes: model.classes });
    return {
      multiplyAdds: x.rows * certifyingCost(model, { ...options, cost }) +
        attackCost({ inputs: model.inputs, cost }, {
          rows: x.rows,
          passes: passesOfWorstCase(model, options),
        }),
      bytes: worstCaseBytes(options, examples) + x.rows * 5 * NUMBER_BYTES,
      *steps() {
        const chunk = Math.max(1, Math.min(250, Math.floor(STEP / (3 * cost))));
        const { examples: count, ...report } = yield* robustnessSteps(model, examples, options, { chunk });
        const json = {
          model: name,
          data: { name: "request", examples: count },
          kernels: kernels(),
          ...report,
        };
        const column = (of: (each: NonNullable<typeof report.perExample>[number]) => number) => ({
          shape: [count],
          data: Float32Array.from(report.perExample!, of),
        });
        return {
          json,
          tensors: {
            size: column(({ size }) => size ?? -1),
            certified: column(({ certified }) => certified ?? 0),
          },
          metadata: { report: JSON.stringify(json) },
        };
      },
    };
  },
};

/** What a request asks for. @throws {Problem} if that is too much, or no interval */
function optionsOf(
  { labels: _, ...given }: Readonly<Record<string, unknown>>,
  { model, cost, limit }: { model: Differentiable; cost: number; limit: number },
): RobustnessOptions {
  const options = {
    effort: "quick",
    certify: cheapMethod(model, cost),
    ...given,
  } as unknown as RobustnessOptions;
  const { epsilons, bounds } = options;
  if (epsilons.length > limit) {
    throw new Problem(413, `Cannot try ${epsilons.length} epsilons: this server takes ${limit} at once`);
  }
  if (bounds && !((bounds[0] as number) < (bounds[1] as number))) {
    throw new Problem(422, "Cannot use the body: bounds must be two numbers, the first the less");
  }
  return { ...options, perExample: true };
}
