/** The attacks. @module */

import { InputError } from "../errors.ts";
import { shown, suggestion } from "../wording.ts";
import type { Attack } from "./attack.ts";
import * as all from "./registry.ts";

/** All attacks by name. */
export const attacks: Readonly<typeof all> = all;

/** The name of an attack. */
export type AttackName = keyof typeof all;

/** All attacks by name, of whose own options nothing is known. */
export const anyAttacks: Readonly<Record<string, Attack>> = all as object as Record<string, Attack>;

/** The attack called `name`. @throws {InputError} if there is none, with the one that may have been meant */
export function attackNamed(name: string): Attack {
  if (typeof name === "string" && Object.hasOwn(anyAttacks, name)) return anyAttacks[name];
  const names = Object.keys(anyAttacks);
  const meant = typeof name === "string" && suggestion(name, names) ||
    `; the attacks are ${names.join(", ")}`;
  throw new InputError("value", "attack", `there is no attack ${shown(name)}${meant}`);
}

export * from "./registry.ts";
