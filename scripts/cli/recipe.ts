/** What the options of training say of a family's sizes and recipe. @module */

import { families } from "../../src/models/families.ts";
import { OPTIMIZERS, PER_PARAMETER, RECIPE as FIELDS } from "../../src/models/recipe.ts";
import type { Adam, Recipe, Sgd } from "../../src/mod.ts";
import { PUBLISHED_RECIPE } from "../../src/models/recipe.ts";
import { type AnySchema, boolean } from "../../src/schema.ts";
import type { OwnOptions } from "./command.ts";
import { choice, type Option, optionOf, orWord } from "./options.ts";

/** Options that the data decide, not the command line. */
const OF_DATA: readonly string[] = ["inputs", "classes"];

/** Sizes of a model: each family's own. */
export const SIZES: OwnOptions = {
  of: "model",
  schemas: Object.fromEntries(
    Object.entries(families).map(([name, { options }]) => [
      name,
      Object.fromEntries(Object.entries(options as AnySchema).filter(([key]) => !OF_DATA.includes(key))),
    ]),
  ),
};

/** Options of the update rule that is chosen, or else of the family's own; what is left out is as the family has it. */
export const UPDATE_RULE: OwnOptions = {
  of: "optimizer",
  unsaid: ({ model }) => typeof model === "string" ? RULES.get(model) : undefined,
  schemas: Object.fromEntries(Object.entries(OPTIMIZERS).map(([name, schema]) => [name, open(schema)])),
};

/** The same options, all of which may be left out: the family decides what they are then. */
function open(schema: AnySchema): AnySchema {
  return Object.fromEntries(
    Object.entries(schema).map(([key, { required: _, default: __, ...field }]) => [key, field]),
  );
}

/** The update rule of each family's recipe, which does not depend on its sizes. */
const RULES: ReadonlyMap<string, string> = new Map(
  Object.entries(families).map((
    [name, kind],
  ) => [
    name,
    (kind as (o: object) => { recipe: Recipe })(smallest(kind.options as AnySchema)).recipe.optimizer.name,
  ]),
);

function smallest(schema: AnySchema): object {
  return Object.fromEntries(
    Object.entries(schema).filter(([, { required }]) => required).map(([key, { min = 1 }]) => [key, min]),
  );
}

/** Learning rate of an update rule that is not the family's own. */
const RATES = { sgd: 0.1, adam: 0.001 };

/** What of the family's own recipe to change. */
export const RECIPE = {
  optimizer: choice(["sgd", "adam"], { help: "Optimizer; by default the family's" }),
  batchSize: optionOf(FIELDS.batchSize) as Option<number | undefined>,
  maxNorm: orWord(["none"], optionOf(PER_PARAMETER.maxNorm) as Option<number | undefined>),
  l1: optionOf(PER_PARAMETER.l1) as Option<number | undefined>,
  weightDecay: optionOf(PER_PARAMETER.weightDecay) as Option<number | undefined>,
  dropout: optionOf(boolean("Use the published dropout, or none", {})) as Option<boolean | undefined>,
} as const;

/** What the options of `RECIPE` say. */
interface Given {
  readonly optimizer?: "sgd" | "adam";
  readonly batchSize?: number;
  readonly maxNorm?: Recipe["maxNorm"] | "none";
  readonly l1?: number;
  readonly weightDecay?: number;
  readonly dropout?: boolean;
}

/** The recipe `own` with what the user changed; `rule` is what was given of the update rule's options. */
export function recipeOf(own: Recipe, given: Given, rule: Readonly<Record<string, unknown>>): Recipe {
  const { batchSize = own.batchSize, maxNorm = own.maxNorm, l1 = own.l1, weightDecay = own.weightDecay } =
    given;
  return {
    optimizer: optimizerOf(own.optimizer, given.optimizer, rule),
    batchSize,
    maxNorm: maxNorm === "none" ? undefined : maxNorm,
    dropout: given.dropout === undefined ? own.dropout : given.dropout ? PUBLISHED_RECIPE.dropout : undefined,
    l1,
    weightDecay,
  };
}

function optimizerOf(
  own: Sgd | Adam,
  name: "sgd" | "adam" = own.name,
  rule: Readonly<Record<string, unknown>>,
): Sgd | Adam {
  const base = name === own.name ? own : { name, learningRate: RATES[name] };
  // a momentum that is given alone is for the whole of the training
  const whole = rule.momentum !== undefined ? { finalMomentum: rule.momentum } : {};
  return { ...base, ...whole, ...rule } as Sgd | Adam;
}
