/** What a robustness check tries, and what it asks for. @module */

import { InputError } from "../errors.ts";
import { attackNamed, signNoise } from "../attacks/mod.ts";
import { isNorm, type Norm } from "../constraints/constraint.ts";
import type { Trial } from "./outcomes.ts";
import { type AttackChoice, attackSchemas, configureAttack, type ConfiguredAttack } from "./attack_choice.ts";

/** The most that some rates may be. What it says nothing of may be anything; it says something of one at least. */
export interface Threshold {
  /** What it is about: `clean`, `noise`, or the attack of that name. */
  readonly on: string;
  /** At which size, in input units; default at each. Nothing for `clean`. */
  readonly epsilon?: number;
  /** The greatest error rate, a fraction in [0, 1]. */
  readonly errorRate?: number;
  /** The greatest mean confidence on errors, a fraction in [0, 1]; met where there is no error. */
  readonly confidenceOnErrors?: number;
  /** By how much the error rate may exceed that under noise of the same size, a fraction in [0, 1]; for attacks in a norm. */
  readonly errorOverNoise?: number;
}

/** The rates that a threshold may limit. */
export const LIMITED = ["errorRate", "confidenceOnErrors", "errorOverNoise"] as const;

/** What to try on a model, and what it is to withstand. */
export interface Gate {
  /** Attacks by name, or with options of their own. */
  readonly attacks: readonly (string | AttackChoice)[];
  /** Sizes of their perturbations, in input units. */
  readonly epsilons: readonly number[];
  /** Norm that ε bounds, for the attacks that have a choice of it; default each one's own. */
  readonly norm?: Norm;
  /** Labels whose loss is raised, for the attacks that raise one; default `"true"`. */
  readonly labels?: "true" | "predicted";
  /** Least and greatest value of an input; default none. */
  readonly bounds?: readonly [number, number];
  /** Seed of what is random; default 0. */
  readonly seed?: number;
  /** Whether to tell of each true class; default false. */
  readonly perClass?: boolean;
  /** What is to be met; default nothing. */
  readonly thresholds?: readonly Threshold[];
}

/** What is tried where nothing is said. */
export const GATE: Gate = { attacks: ["fgsm"], epsilons: [0.25] };

/** The attacks of `gate`, complete. */
export function gateAttacks({ attacks, norm, labels }: Gate): ConfiguredAttack[] {
  return attacks.map((choice) => configureAttack(choice, { norm, labels }));
}

/** The norms that the attacks of `gate` are bounded in; an angle and a number of features are none. */
export function normsOf(gate: Gate): Norm[] {
  const distances = gateAttacks(gate).map(({ distance }) => distance);
  return [...new Set(distances)].filter(isNorm);
}

/**
 * What `gate` has tried on a model of so many inputs: its attacks, and then the control. That is noise of random signs
 * whose norm is each ε: ε on each of D inputs in L∞, ε/√D in L2, ε/D in L1.
 *
 * @throws {InputError} if a threshold is about nothing that is tried, or an option goes with no attack
 */
export function trialsOf(gate: Gate, inputs: number): Trial[] {
  checkShared(gate);
  checkThresholds(gate);
  const { epsilons, bounds, seed = 0 } = gate;
  const spread = { Linf: 1, L2: Math.sqrt(inputs), L1: inputs };
  return [
    ...gateAttacks(gate).map(({ name, attack, distance, options }): Trial => ({
      name,
      distance,
      attack: attackNamed(attack),
      epsilons,
      options: { ...options, bounds, seed },
    })),
    ...normsOf(gate).map((norm): Trial => ({
      name: "noise",
      distance: norm,
      attack: signNoise,
      epsilons: epsilons.map((epsilon) => epsilon / spread[norm]),
      options: { bounds, seed },
    })),
  ];
}

/** An option that no attack has would change nothing. */
function checkShared(gate: Gate): void {
  const tried = gateAttacks(gate);
  for (const option of ["norm", "labels"] as const) {
    if (gate[option] === undefined) continue;
    if (tried.some(({ attack }) => Object.hasOwn(attackSchemas[attack], option))) continue;
    const names = tried.map(({ name }) => name).join(", ");
    throw new InputError("option", "check", `${option} goes with none of the attacks, ${names}`);
  }
}

/** A threshold that no rate could fail would let everything pass. */
function checkThresholds(gate: Gate): void {
  const { epsilons, thresholds = [] } = gate;
  const tried = gateAttacks(gate);
  const known = [
    "clean",
    ...(normsOf(gate).length > 0 ? ["noise"] : []),
    ...tried.map(({ name }) => name),
  ];
  thresholds.forEach(({ on, epsilon, ...limits }, i) => {
    const fail = (problem: string) => {
      throw new InputError("value", "check", `thresholds[${i}] ${problem}`);
    };
    if (!known.includes(on)) fail(`is on ${on}, which is none of ${known.join(", ")}`);
    if (on === "clean" && epsilon !== undefined) fail("is on clean, which has no epsilon");
    if (epsilon !== undefined && !epsilons.includes(epsilon)) {
      fail(`is at epsilon ${epsilon}, which is none of ${epsilons.join(", ")}`);
    }
    if (LIMITED.every((rate) => limits[rate] === undefined)) fail(`limits none of ${LIMITED.join(", ")}`);
    const bounded = tried.some(({ name, distance }) => name === on && isNorm(distance));
    if (limits.errorOverNoise !== undefined && !bounded) {
      fail(`limits errorOverNoise on ${on}, which is no attack bounded in a norm`);
    }
  });
}
