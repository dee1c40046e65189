/** What can be trained and what can attack: the registries, as the page shows them. @module */

import { InputError } from "../../errors.ts";
import { type Attack, attacks, families, type Family } from "../../mod.ts";
import type { AnySchema } from "../../schema.ts";
import type { AttackEntry, Catalog, CatalogEntry } from "../messages.ts";

/** Options that the page sets itself. */
const OWN = new Set([
  "inputs",
  "classes",
  "epsilon",
  "epsilons",
  "target",
  "seed",
  "first",
  "bounds",
  "batchSize",
]);

/** Titles of what has no summary of one to four words; anything else is called by its key. */
const TITLES: Readonly<Record<string, string>> = {
  softmaxLinear: "Softmax regression",
  maxout: "Maxout network",
  mlp: "ReLU network (MLP)",
  rbf: "RBF network",
  deepRbf: "Deep RBF network",
  classRbm: "Boltzmann machine (RBM)",
  mpDbm: "Deep Boltzmann machine",
  fgsm: "Fast gradient sign (FGSM)",
  pgd: "Projected gradient (PGD)",
  lbfgs: "L-BFGS, smallest step",
  signNoise: "Random signs",
  uniformNoise: "Random noise",
};

/** A family or an attack of the registries, of which not all have stated their options yet. */
type Registered = { readonly options?: AnySchema };

/** Families that take examples of these sizes, and attacks whose ε is a size in input units. */
export function catalog({ inputs, classes }: { inputs: number; classes: number }): Catalog {
  return {
    families: Object.keys(families).filter((name) => fits(name, { inputs, classes }))
      .map((name) => entry(name, families[name] as unknown as Registered)),
    attacks: Object.keys(attacks).filter((name) => attackOf(name).distance !== "angle")
      .map((name): AttackEntry => ({
        ...entry(name, attacks[name as keyof typeof attacks] as unknown as Registered),
        targeted: attackOf(name).raisesLoss,
      })),
  };
}

/**
 * The attack of that name.
 *
 * @throws {InputError} if there is none
 */
export function attackOf(name: string): Attack {
  if (!Object.hasOwn(attacks, name)) {
    throw new InputError("option", `attack by ${name}`, "there is no such attack");
  }
  return attacks[name as keyof typeof attacks] as unknown as Attack;
}

/**
 * The family of that name, with its own options.
 *
 * @throws {InputError} if there is none, or its options do not fit
 */
export function familyOf(
  name: string,
  options: { inputs: number; classes: number } & Readonly<Record<string, unknown>>,
): Family {
  if (!Object.hasOwn(families, name)) {
    throw new InputError("option", `train ${name}`, "there is no such family");
  }
  return (families[name as keyof typeof families] as (options: unknown) => Family)(options);
}

function fits(name: string, sizes: { inputs: number; classes: number }): boolean {
  try {
    const { inputs, classes } = familyOf(name, sizes);
    return inputs === sizes.inputs && classes === sizes.classes;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

function entry(name: string, { options = {} }: Registered): CatalogEntry {
  const shown = Object.entries(options).filter(([key, field]) => !field.internal && !OWN.has(key));
  return { name, title: TITLES[name] ?? name, options: Object.fromEntries(shown) };
}
