/** What a robustness check tries, and what it asks for. @module */

import { InputError } from "../errors.ts";
import { isNorm, type Norm } from "../constraints/constraint.ts";
import { type AttackChoice, configureAttack, type ConfiguredAttack } from "./attack_choice.ts";
import type { Effort } from "./efforts.ts";
import type { RobustnessOptions } from "./robustness.ts";

/** Maximum values of some rates. A rate that is left out is not limited; at least one is given. */
export interface Threshold {
  /**
   * The condition it applies to: `clean`; `attacked`, the worst case over many attacks; `certified`, where an error is what no
   * certificate excludes; `noise`; or the attack of that name.
   */
  readonly on: string;
  /** The ε it applies to, in input units; default every ε. Not for `clean`. */
  readonly epsilon?: number;
  /** The maximum error rate, a fraction in [0, 1]. */
  readonly errorRate?: number;
  /** The maximum mean confidence on errors, a fraction in [0, 1]; met where there is no error. Not of the worst case. */
  readonly confidenceOnErrors?: number;
  /** By how much the error rate may exceed that under noise of the same size, a fraction in [0, 1]; for attacks in a norm. */
  readonly errorOverNoise?: number;
  /**
   * No worse than the baseline on the same examples: the level in (0, 1) of McNemar's exact test, one-sided. Not of
   * `noise`.
   */
  readonly noWorse?: number;
}

/** The rates that a threshold may limit. */
export const LIMITED = ["errorRate", "confidenceOnErrors", "errorOverNoise"] as const;

/** The attacks to run on a model, and the thresholds to meet. */
export interface Gate {
  /** Attacks to try one by one, by name or with options of their own; default none: the worst case alone is looked for. */
  readonly attacks: readonly (string | AttackChoice)[];
  /**
   * How hard the worst case over many attacks is looked for, or `"none"`; default `"standard"`, and `"none"` where attacks
   * are named and no threshold is on `attacked` or `certified`.
   */
  readonly effort?: Effort | "none";
  /** Bounds that certify, or `"none"`; default those there are for the model where a threshold is on `certified`, else none. */
  readonly certify?: RobustnessOptions["certify"];
  /** Sizes of their perturbations, in input units. */
  readonly epsilons: readonly number[];
  /** Norm that ε bounds, for the attacks that have a choice of it; default each one's own. */
  readonly norm?: Norm;
  /** Labels whose loss is raised, for the attacks that raise one; default `"true"`. */
  readonly labels?: "true" | "predicted";
  /** Minimum and maximum of an input; default none. */
  readonly bounds?: readonly [number, number];
  /** Places of the inputs that stay as they are; default none. */
  readonly fixed?: readonly number[];
  /** Steps a unit that inputs are whole numbers of, such as 255 for images of 8 bits; default any value. */
  readonly grid?: number;
  /** Groups of inputs of which one is 1 and the others 0, by their places; default none. */
  readonly oneHot?: readonly (readonly number[])[];
  /** Seed of the random numbers; default 0. */
  readonly seed?: number;
  /** Whether to report each true class; default false. */
  readonly perClass?: boolean;
  /** Thresholds to meet; default none. */
  readonly thresholds?: readonly Threshold[];
}

/** The default gate. */
export const GATE: Gate = { attacks: [], epsilons: [0.25] };

/** What is known of the worst case, as thresholds and reports name it. */
export const WORST_CASE = ["attacked", "certified"] as const;

/**
 * How the worst case is looked for, with `effort` unless `gate` says otherwise; nothing if it is not.
 *
 * @throws {InputError} if there is no size > 0 to look within
 */
export function worstCaseOf(gate: Gate, effort: Effort = "standard"): RobustnessOptions | undefined {
  const { attacks, thresholds = [], norm = "Linf", seed = 0 } = gate;
  const limits = (on: string) => thresholds.some((each) => each.on === on);
  const wanted = gate.effort ??
    (attacks.length === 0 || WORST_CASE.some(limits) ? effort : "none");
  if (wanted === "none") return undefined;
  const epsilons = gate.epsilons.filter((epsilon) => epsilon > 0);
  if (epsilons.length === 0) {
    throw new InputError(
      "value",
      "check",
      "epsilons must hold one > 0, within which the worst case is looked for",
    );
  }
  return {
    epsilons,
    norm,
    ...withinOf(gate),
    effort: wanted,
    certify: gate.certify ?? (limits("certified") ? "auto" : "none"),
    seed,
  };
}

/** What perturbations are held to beside their size, of what `gate` says. */
export function withinOf(
  { bounds, fixed, grid, oneHot }: Gate,
): Pick<Gate, "bounds" | "fixed" | "grid" | "oneHot"> {
  return {
    ...(bounds && { bounds }),
    ...(fixed && { fixed }),
    ...(grid !== undefined && { grid }),
    ...(oneHot && { oneHot }),
  };
}

/** The attacks of `gate`, complete. */
export function gateAttacks({ attacks, norm, labels }: Gate): ConfiguredAttack[] {
  return attacks.map((choice) => configureAttack(choice, { norm, labels }));
}

/** The norms that the attacks of `gate` and the worst case are bounded in; an angle and a number of features are none. */
export function normsOf(gate: Gate): Norm[] {
  const distances = gateAttacks(gate).map(({ distance }) => distance);
  const { norm } = worstCaseOf(gate) ?? {};
  return [...new Set([...distances, ...(norm ? [norm] : [])])].filter(isNorm);
}
