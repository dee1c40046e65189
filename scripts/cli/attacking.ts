/** How commands attack. @module */

import { attackNamed, type AttackOptions, attacks, type LossOptions } from "../../src/mod.ts";
import { UserError } from "../errors.ts";
import { choice, numbers } from "./options.ts";

/** Names of the attacks. */
export const ATTACKS: readonly string[] = Object.keys(attacks);

/** Options of an attack beside its ε. */
export const ATTACKING = {
  norm: choice(["Linf", "L2", "L1"], {
    help: "Norm that epsilon bounds, for attacks that have a choice; by default Linf",
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
  readonly norm?: "Linf" | "L2" | "L1";
  readonly labels?: LossOptions["labels"];
  readonly gradient?: LossOptions["gradient"];
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
): Omit<AttackOptions, "constraint"> & LossOptions {
  const chosen = names.map(attackNamed);
  for (const [name, value] of Object.entries({ labels, gradient })) {
    if (value === undefined || chosen.some(({ options }) => Object.hasOwn(options, name))) continue;
    throw new UserError(`--${name} does not go with ${names.join(",")}, which does not follow a gradient`, 2);
  }
  if (norm && !chosen.some(({ norms }) => norms.length > 1 && norms.includes(norm))) {
    const fit = ATTACKS.filter((name) => attackNamed(name).norms.length > 1);
    throw new UserError(`--norm does not go with ${names.join(",")}, but with ${fit.join(" and ")}`, 2);
  }
  if (labels && target !== undefined) {
    throw new UserError("--labels does not go with --target, whose loss is lowered", 2);
  }
  return { norm, labels, gradient, target, seed, bounds: bounds && [bounds[0], bounds[1]] };
}
