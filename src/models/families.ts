/** The registry of model families. @module */

import { InputError } from "../errors.ts";
import { checkObject } from "../checks.ts";
import { shown, suggestion } from "../wording.ts";
import type { Family, FamilyKind } from "./family.ts";
import * as all from "./mod.ts";

/** All families by name. */
export const families: Readonly<typeof all> = all;

/** The name of a family. */
export type FamilyName = keyof typeof all;

/**
 * The family called `name` of these options, where neither is known before the program runs.
 *
 * @example
 * ```ts
 * import { familyNamed } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(familyNamed("rbf", { inputs: 4, classes: 3 }).classes, 3);
 * ```
 *
 * @throws {InputError} if there is no such family, or it does not take these options
 */
export function familyNamed(name: string, options: Readonly<Record<string, unknown>>): Family {
  return kindNamed(name)(options);
}

/** Those of `options` that the family called `name` takes. @throws {InputError} if there is no such family */
export function optionsOf(
  name: string,
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const known = kindNamed(name).options;
  checkObject("choose options", options);
  return Object.fromEntries(Object.entries(options).filter(([option]) => Object.hasOwn(known, option)));
}

// deno-lint-ignore no-explicit-any
function kindNamed(name: string): FamilyKind<any> {
  if (typeof name !== "string" || !Object.hasOwn(families, name)) {
    const known = Object.keys(families);
    const near = typeof name === "string" && suggestion(name, known) ||
      `; the families are ${known.join(", ")}`;
    throw new InputError("option", "make a model", `there is no family ${shown(name)}${near}`);
  }
  return families[name as FamilyName];
}
