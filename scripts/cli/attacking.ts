/** How commands attack. @module */

import { attackSchemas, configureAttack, type ConfiguredAttack } from "../../src/evaluate/attack_choice.ts";
import { anyAttacks } from "../../src/attacks/mod.ts";
import type { OwnOptions, OwnValues } from "./command.ts";
import { integersOption, number, numbers } from "./options.ts";

/** Names of the attacks. */
export const ATTACKS: readonly string[] = Object.keys(anyAttacks);

/** What bounds every attack, except for its size. */
export const BOUNDED = {
  bounds: numbers({
    help: "Minimum and maximum of an input; by default none",
    placeholder: "LO,HI",
    count: 2,
  }),
  fixed: integersOption({ help: "Places of the inputs that stay as they are; by default none", min: 0 }),
  grid: number({ help: "Steps a unit that inputs are whole numbers of: 255 for images of 8 bits", above: 0 }),
} as const;

/** Each attack's own options. */
export const ATTACK_OPTIONS: OwnOptions = { of: "attack", schemas: attackSchemas };

/** The attacks of these names, with their options. */
export function configureAttacks(names: readonly string[], own: OwnValues): ConfiguredAttack[] {
  return names.map((attack) => configureAttack({ ...own.attack[attack], attack }));
}

/** What the options of `BOUNDED` say, as the library takes it. */
export function constraintOptions(
  { bounds, fixed, grid, seed }: {
    bounds?: readonly number[];
    fixed?: readonly number[];
    grid?: number;
    seed: number;
  },
): { bounds?: [number, number]; fixed?: readonly number[]; grid?: number; seed: number } {
  return {
    seed,
    ...(bounds && { bounds: [bounds[0], bounds[1]] as [number, number] }),
    ...(fixed && { fixed }),
    ...(grid !== undefined && { grid }),
  };
}
