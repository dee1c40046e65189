/** Options of training on the command line: epochs, perturbation, validation. @module */

import { perturbation, trades, type TrainOptions } from "../../src/mod.ts";
import { LOSS_OPTIONS } from "../../src/attacks/direction.ts";
import { attackNamed } from "../../src/attacks/mod.ts";
import { DROPPED } from "../../src/attacks/perturbations.ts";
import { TRADES } from "../../src/train/trades.ts";
import { TRAIN_OPTIONS } from "../../src/train/options.ts";
import { UserError } from "../errors.ts";
import { ATTACK_OPTIONS, ATTACKS, BOUNDED, configureAttacks } from "./attacking.ts";
import type { OwnOptions, OwnValues } from "./command.ts";
import { choice, integerOption, integersOption, number, type Option, optionOf, text } from "./options.ts";

/** Options of training: epochs, perturbation, validation. */
export const TRAINING = {
  epochs: optionOf(TRAIN_OPTIONS.epochs) as Option<number>,
  adversarial: number({ help: "Train on adversarial examples of this size too", placeholder: "E", min: 0 }),
  attack: choice(ATTACKS, {
    help: "Attack to train against; by default fgsm, with --trades pgd on the divergence",
  }),
  bounds: { ...BOUNDED.bounds, help: "Minimum and maximum of an attacked input; by default none" },
  trades: optionOf({
    ...TRADES.beta,
    required: false,
    default: undefined,
    help:
      "Train by TRADES: the clean loss plus this many times the divergence of attacked from clean answers",
  }) as Option<number | undefined>,
  alpha: optionOf({
    ...TRAIN_OPTIONS.alpha,
    help: "Weight of the clean loss beside the perturbed one; by default 0.5",
  }) as Option<number | undefined>,
  classes: integersOption({
    help: "Keep these classes only, relabelled 0, 1, …",
    placeholder: "K,…",
    min: 0,
  }),
  limit: integerOption({ help: "Train on the first N examples only", min: 1 }),
  validation: integerOption({
    help: "Hold out the last N examples; their error picks the best epoch",
    min: 1,
  }),
  validationEpsilon: number({
    help: "Attack the held-out examples by this size too; by default not",
    placeholder: "E",
    min: 0,
  }),
  patience: optionOf({
    ...TRAIN_OPTIONS.patience,
    default: undefined,
    help: `${TRAIN_OPTIONS.patience.help}; by default ${TRAIN_OPTIONS.patience.default}`,
  }) as Option<number | undefined>,
  checkpoint: text({
    help: "Checkpoint file: training resumes from it if it exists",
    placeholder: "FILE",
  }),
} as const;

/** Options of the attack that training is against. */
export const AGAINST: OwnOptions = {
  ...ATTACK_OPTIONS,
  // any attack can use predictions in place of labels, and meet the network as dropout leaves it
  schemas: Object.fromEntries(
    Object.entries(ATTACK_OPTIONS.schemas).map((
      [name, schema],
    ) => [name, { labels: LOSS_OPTIONS.labels, ...DROPPED, ...schema }]),
  ),
  prefix: "attack",
  unsaid: ({ adversarial, validationEpsilon, trades }) =>
    adversarial === undefined && validationEpsilon === undefined ? undefined : attackOf({ trades }),
};

function attackOf({ attack, trades }: { readonly attack?: string; readonly trades?: unknown }): string {
  return attack ?? (trades === undefined ? "fgsm" : "pgd");
}

/** What the options of `TRAINING` say, except for the examples. */
interface GivenOptions {
  readonly epochs: number;
  readonly seed: number;
  readonly adversarial?: number;
  readonly attack?: string;
  readonly bounds?: readonly number[];
  readonly trades?: number;
  readonly alpha?: number;
  readonly validation?: number;
  readonly validationEpsilon?: number;
  readonly patience?: number;
  readonly own: OwnValues;
}

/**
 * The same as the library takes it, and what it says of the attack.
 *
 * @throws {UserError} if an option lacks another
 */
export function trainOptionsOf(given: GivenOptions): TrainOptions {
  const {
    epochs,
    seed,
    alpha,
    patience,
    adversarial,
    bounds,
    trades: beta,
    validationEpsilon,
    validation,
    own,
  } = given;
  const attack = attackOf(given);
  const needs = (name: string, value: unknown, other: string, there: unknown) => {
    if (value !== undefined && there === undefined) throw new UserError(`--${name} needs ${other}`, 2);
  };
  needs(
    "attack",
    given.attack,
    "--adversarial E or --validation-epsilon E",
    adversarial ?? validationEpsilon,
  );
  needs("alpha", alpha, "--adversarial E", adversarial);
  needs("trades", beta, "--adversarial E", adversarial);
  needs("bounds", bounds, "--adversarial E or --validation-epsilon E", adversarial ?? validationEpsilon);
  if (alpha !== undefined && beta !== undefined) {
    throw new UserError("--alpha cannot be used with --trades, which has its own weight", 2);
  }
  needs("validation-epsilon", validationEpsilon, "--validation N", validation);
  needs("patience", patience, "--validation N", validation);
  const against = (epsilon: number | undefined) =>
    epsilon === undefined
      ? undefined
      // what is left out has no place in the record
      : perturbation(attackNamed(attack), {
        epsilon,
        ...(bounds && { bounds: [bounds[0], bounds[1]] as [number, number] }),
        ...(beta !== undefined && given.attack === undefined && { loss: "divergence" }),
        ...own.attack[attack],
      });
  return {
    epochs,
    seed,
    alpha,
    patience,
    objective: beta === undefined ? undefined : trades({ beta }),
    perturbation: against(adversarial),
    validationPerturbation: against(validationEpsilon),
  };
}

/** The attack that training is against, complete; nothing if there is none. */
export function trainingAttack({ adversarial, own, ...given }: GivenOptions) {
  return adversarial === undefined ? undefined : configureAttacks([attackOf(given)], own)[0];
}
