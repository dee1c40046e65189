/** What the options of training say of a family's sizes and recipe. @module */

import {
  type Adam,
  type Family,
  familyNamed,
  optionsOf,
  PUBLISHED,
  type Recipe,
  type Sgd,
} from "../../src/mod.ts";
import { UserError } from "../errors.ts";
import { choice, flag, number, orWord, whole, wholes } from "./options.ts";

/** Sizes of a model; each family takes its own. */
export const SIZES = {
  units: wholes({ help: "Units of each hidden layer, as 240,240", min: 1 }),
  pieces: whole({ help: "Linear pieces of each maxout unit", min: 1 }),
  head: choice(["softmax", "sigmoid"], {
    help: "One distribution over the classes, or one probability each",
  }),
  precision: orWord(
    ["diagonal", "full"],
    whole({ help: "Shape of an RBF unit's precision, or its rank", min: 1 }),
  ),
  iterations: whole({ help: "Mean field iterations of mpDbm", min: 1 }),
  hidden: whole({ help: "Hidden units of classRbm", min: 1 }),
} as const;

/** What of the family's own recipe to change. */
export const RECIPE = {
  optimizer: choice(["sgd", "adam"], { help: "Update rule" }),
  learningRate: number({ help: "Learning rate", above: 0 }),
  momentum: number({ help: "Momentum throughout", min: 0, max: 1 }),
  batchSize: whole({ help: "Examples a step", min: 1 }),
  maxNorm: orWord(["none"], number({ help: "Greatest norm of the weights into a unit", above: 0 })),
  l1: number({ help: "L1 weight decay", min: 0 }),
  weightDecay: number({ help: "L2 weight decay", min: 0 }),
  dropout: flag("Use the published dropout"),
  noDropout: flag("Use no dropout"),
} as const;

/** Learning rate of an update rule that is not the family's own. */
const RATES = { sgd: 0.1, adam: 0.001 };

/**
 * The family called `name` of these sizes.
 *
 * @throws {UserError} if it does not take one of the sizes given
 */
export function familyOf(
  name: string,
  data: { inputs: number; classes: number },
  given: Readonly<Record<string, unknown>>,
): Family {
  const sizes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const known = optionsOf(name, sizes);
  const idle = Object.keys(sizes).find((size) => !Object.hasOwn(known, size));
  if (idle !== undefined) throw new UserError(`--${idle} does not go with ${name}`, 2);
  return familyNamed(name, { ...optionsOf(name, { ...data }), ...sizes });
}

/** What the options of `RECIPE` say. */
interface Given {
  readonly optimizer?: "sgd" | "adam";
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly batchSize?: number;
  readonly maxNorm?: Recipe["maxNorm"] | "none";
  readonly l1?: number;
  readonly weightDecay?: number;
  readonly dropout: boolean;
  readonly noDropout: boolean;
}

/**
 * The recipe `own` with what the user changed.
 *
 * @throws {UserError} if two options contradict each other
 */
export function recipeOf(own: Recipe, given: Given): Recipe {
  const { batchSize = own.batchSize, maxNorm = own.maxNorm, l1 = own.l1, weightDecay = own.weightDecay } =
    given;
  if (given.dropout && given.noDropout) {
    throw new UserError("--dropout and --no-dropout contradict each other", 2);
  }
  return {
    optimizer: optimizerOf(own.optimizer, given),
    batchSize,
    maxNorm: maxNorm === "none" ? undefined : maxNorm,
    dropout: given.noDropout ? undefined : given.dropout ? PUBLISHED.dropout : own.dropout,
    l1,
    weightDecay,
  };
}

function optimizerOf(own: Sgd | Adam, { optimizer, learningRate, momentum }: Given): Sgd | Adam {
  const name = optimizer ?? own.name;
  const base: Sgd | Adam = name === own.name ? own : { name, learningRate: RATES[name] };
  if (base.name === "adam") {
    if (momentum !== undefined) throw new UserError("--momentum does not go with adam", 2);
    return { ...base, learningRate: learningRate ?? base.learningRate };
  }
  return {
    ...base,
    learningRate: learningRate ?? base.learningRate,
    ...(momentum !== undefined && { momentum, finalMomentum: momentum }),
  };
}
