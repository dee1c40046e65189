/** An attack as an evaluation tries it: by which name, with which options, in which norm. @module */

import { anyAttacks } from "../attacks/mod.ts";
import type { Distance } from "../constraints/constraint.ts";
import { publicFields } from "../fields.ts";
import { type AnySchema, choice } from "../schema.ts";

/** An attack by its registry key, with options of its own. */
export interface AttackChoice {
  /** Registry key. */
  readonly attack: string;
  /** What it is called in results and thresholds; default the key. */
  readonly name?: string;
  /** Options of that attack. */
  readonly [option: string]: unknown;
}

/** The same, complete. */
export interface ConfiguredAttack {
  /** What it is called in results. */
  readonly name: string;
  /** Registry key. */
  readonly attack: string;
  /** What its ε bounds: the distance in a norm, or the angle at the origin in radians. */
  readonly distance: Distance;
  /** Its own options, those with a default filled in. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What must be said beside what single attacks found. */
export function noBoundText(names: readonly string[]): string {
  if (names.length === 0) return "nothing was attacked, so nothing is known of robustness";
  const one = names.length === 1;
  const all = one ? names[0] : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return `${all} alone ${one ? "is" : "are"} no bound on robustness: other attacks may fool the model where ${
    one ? "it does" : "they do"
  } not`;
}

/** The options that each attack has of its own and that text can give, its norm among them where it has a choice. */
export const attackSchemas: Readonly<Record<string, AnySchema>> = Object.fromEntries(
  Object.entries(anyAttacks).map(([name, { norms, options }]) => [name, {
    ...(norms.length > 1 && { norm: choice("Norm that epsilon bounds", norms, { default: norms[0] }) }),
    ...Object.fromEntries(publicFields(options as AnySchema)),
  }]),
);

/** `choice` as it is tried; options of `shared` go to it where it has them, and does not set them itself. */
export function configureAttack(
  choice: string | AttackChoice,
  shared: Readonly<Record<string, unknown>> = {},
): ConfiguredAttack {
  const { attack, name = attack, ...own }: AttackChoice = typeof choice === "string"
    ? { attack: choice }
    : choice;
  const options = Object.fromEntries(
    Object.entries(attackSchemas[attack])
      .map(([key, field]) => [key, own[key] ?? shared[key] ?? field.default])
      .filter(([, value]) => value !== undefined),
  );
  return { name, attack, distance: (options.norm ?? anyAttacks[attack].norms[0]) as Distance, options };
}
