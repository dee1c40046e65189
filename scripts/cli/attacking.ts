/** How commands attack. @module */

import {
  type Attack,
  attacks,
  type Batch,
  type Differentiable,
  fgsm,
  type FgsmOptions,
} from "../../src/mod.ts";
import { UserError } from "../errors.ts";
import type { Context } from "./command.ts";
import { choice, numbers } from "./options.ts";
import { gradients, watched } from "./watch.ts";

/** Names of the attacks. */
export const ATTACKS: readonly string[] = Object.keys(attacks);

/** Options of an attack beside its ε. */
export const ATTACKING = {
  norm: choice(["Linf", "L2", "L1"], {
    help: "Norm that epsilon bounds, for fgsm; by default Linf",
  }),
  labels: choice(["true", "predicted"], {
    help: "Labels whose loss is raised, for attacks that aim; by default the true ones",
  }),
  gradient: choice(["safe", "float32"], {
    help:
      "Direction of the exact gradient, or of the one that float32 rounds, for attacks that aim; by default safe",
  }),
  bounds: numbers({
    help: "Least and greatest value of an input; by default none",
    placeholder: "LO,HI",
    count: 2,
  }),
} as const;

/** What the options say. */
interface Given {
  readonly norm?: FgsmOptions["norm"];
  readonly labels?: FgsmOptions["labels"];
  readonly gradient?: FgsmOptions["gradient"];
  readonly bounds?: readonly number[];
  readonly seed: number;
  readonly target?: number;
}

/**
 * The options of the attacks `names` that the user gave.
 *
 * @throws {UserError} if some of them would change nothing
 */
export function attackOptions(
  names: readonly string[],
  { norm, labels, gradient, bounds, seed, target }: Given,
): FgsmOptions {
  // a search for the least perturbation looks at all classes' losses, and at how large they are
  const follows = names.some((name) => attacks[name].raisesLoss && !attacks[name].minimal);
  const idle = follows ? undefined : labels ? "labels" : gradient ? "gradient" : undefined;
  if (idle) {
    throw new UserError(`--${idle} does not go with ${names.join(",")}, which does not follow a gradient`, 2);
  }
  if (norm && !names.includes(fgsm.attack)) {
    throw new UserError(`--norm does not go with ${names.join(",")}, but with ${fgsm.attack}`, 2);
  }
  if (labels && target !== undefined) {
    throw new UserError("--labels does not go with --target, whose loss is lowered", 2);
  }
  return { norm, labels, gradient, target, seed, bounds: bounds && [bounds[0], bounds[1]] };
}

/** Gradients that a search for the least perturbation takes, about: an estimate for the line of progress alone. */
const SEARCH = 140;

/** What `run` makes of the attack called `name` on `model`, while a line of progress shows. */
export function underAttack<T>(
  name: string,
  { model, examples, context, epsilons, options }: {
    model: Differentiable;
    examples: Batch;
    context: Context;
    /** How many budgets `run` tries. */
    epsilons: number;
    options: FgsmOptions;
  },
  run: (attack: Attack<FgsmOptions>, model: Differentiable) => T,
): T {
  const attack: Attack<FgsmOptions> = attacks[name];
  using progress = context.progress(name);
  const own = attack.minimal
    ? gradients(SEARCH)
    : attack.raisesLoss
    ? gradients(1) + Number(options.labels === "predicted")
    : 0;
  return run(attack, watched(model, progress, { rows: examples.x.rows, passes: epsilons + own }));
}
