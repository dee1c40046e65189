/** What can be trained and what can attack: the registries, as the page shows them. @module */

import { anyAttacks, attackNamed } from "../../attacks/mod.ts";
import { isNorm, type Norm } from "../../constraints/constraint.ts";
import { InputError } from "../../errors.ts";
import { type Attack, families, type Family } from "../../mod.ts";
import { familyNamed, optionsOf } from "../../models/families.ts";
import { type AnySchema, choice } from "../../schema.ts";
import type { AttackEntry, Catalog, CatalogEntry, OptionValues } from "../messages.ts";
import { pageOptions } from "./recipes.ts";

/** Options of families that the data says. */
const SIZES = ["inputs", "classes"];

/** Short names; what has none here is called by its key. */
const TITLES: Readonly<Record<string, string>> = {
  softmaxLinear: "Softmax regression",
  logistic: "Logistic regression",
  maxout: "Maxout network",
  cnn: "Convolutional network",
  convMaxout: "Convolutional maxout network",
  mlp: "Dense network (MLP)",
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

/** Families for so many classes, which are two where a family has no option for them, and attacks within a norm. */
export function catalog({ classes }: { classes: number }): Catalog {
  return {
    families: Object.entries(families)
      .filter(([_, { options }]) => Object.hasOwn(options, "classes") || classes === 2)
      .map(([name, { summary, options }]) => entry(name, summary, options as AnySchema, pageOptions(name))),
    attacks: Object.values(anyAttacks).filter(({ norms }) => normsOf(norms).length > 0).map(attackEntry),
  };
}

/** The attack of that name. @throws {InputError} if there is none */
export function attackOf(name: string): Attack {
  return attackNamed(name);
}

/**
 * The family of that name for examples of these sizes, with its own options.
 *
 * @throws {InputError} if there is none, its options do not fit, or it is for other numbers of classes
 */
export function familyOf(
  name: string,
  sizes: { inputs: number; classes: number },
  options: OptionValues = {},
): Family {
  const family = familyNamed(name, { ...options, ...optionsOf(name, sizes) });
  if (family.classes === sizes.classes) return family;
  throw new InputError(
    "shape",
    `train ${name} on ${sizes.classes} classes`,
    `it is for ${family.classes} classes`,
  );
}

function attackEntry({ name, summary, options, norms, needs }: Attack): AttackEntry {
  const choices = normsOf(norms);
  const norm: AnySchema = choices.length > 1
    ? { norm: choice("What ε measures", choices, { default: choices[0] }) }
    : {};
  return {
    ...entry(name, summary, { ...norm, ...options as AnySchema }),
    targeted: needs !== "labels",
    norm: choices[0],
  };
}

function normsOf(norms: Attack["norms"]): Norm[] {
  return norms.filter(isNorm);
}

/** Options that have a control, with the page's defaults. */
function entry(name: string, summary: string, options: AnySchema, defaults: OptionValues = {}): CatalogEntry {
  const shown = Object.entries(options).filter(([key, field]) => !field.internal && !SIZES.includes(key))
    .map(([key, field]) => [key, key in defaults ? { ...field, default: defaults[key] } : field]);
  return { name, title: TITLES[name] ?? name, summary, options: Object.fromEntries(shown) };
}
