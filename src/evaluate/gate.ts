/** What a robustness check tries, and what it asks for. @module */

import { InputError } from "../errors.ts";
import { anyAttacks, signNoise } from "../attacks/mod.ts";
import type { Distance, Norm } from "../constraints/constraint.ts";
import type { Trial } from "./outcomes.ts";

/** The most that some rates may be. What it says nothing of may be anything; it says something of one at least. */
export interface Threshold {
  /** What it is about: `clean`, `noise`, or the attack of that name. */
  readonly on: string;
  /** At which budget, in input units; default at each. Nothing for `clean`. */
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
  /** Attacks by name. */
  readonly attacks: readonly string[];
  /** Their budgets, in input units. */
  readonly epsilons: readonly number[];
  /** Norm that ε bounds, for the attacks that have a choice; default their own. */
  readonly norm?: "Linf" | "L2" | "L1";
  /** Labels whose loss is raised, for attacks that aim; default `"true"`. */
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

/** The norms that the attacks of `gate` are bounded in; an angle is none. */
export function normsOf({ attacks, norm }: Gate): Norm[] {
  const distances = attacks.map((name) => distanceOf(name, norm));
  return [...new Set(distances)].filter((distance) => distance !== "angle");
}

/** What ε of the attack of that name bounds; `norm` is the gate's. */
export function distanceOf(attack: string, norm?: Norm): Distance {
  const { norms } = anyAttacks[attack];
  return norm && norms.includes(norm) ? norm : norms[0];
}

/**
 * What `gate` has tried on a model of so many inputs: its attacks, and then the control. That is noise of random signs
 * whose norm is each ε: ε on each of D inputs in L∞, ε/√D in L2, ε/D in L1.
 *
 * @throws {InputError} if a threshold is about nothing that is tried
 */
export function trialsOf(gate: Gate, inputs: number): Trial[] {
  checkThresholds(gate);
  const { epsilons, norm, labels, bounds, seed } = gate;
  const spread = { Linf: 1, L2: Math.sqrt(inputs), L1: inputs };
  return [
    ...gate.attacks.map((name): Trial => ({
      attack: anyAttacks[name],
      epsilons,
      options: { norm, labels, bounds, seed },
    })),
    ...normsOf(gate).map((norm): Trial => ({
      attack: signNoise,
      epsilons: epsilons.map((epsilon) => epsilon / spread[norm]),
      options: { bounds, seed },
    })),
  ];
}

/** A threshold that no rate could fail would let everything pass. */
function checkThresholds(gate: Gate): void {
  const { attacks, epsilons, norm, thresholds = [] } = gate;
  const known = ["clean", ...(normsOf(gate).length > 0 ? ["noise"] : []), ...attacks];
  thresholds.forEach(({ on, epsilon, ...limits }, i) => {
    const fail = (problem: string) => {
      throw new InputError("value", "check", `threshold ${i} ${problem}`);
    };
    if (!known.includes(on)) fail(`is on ${on}, which is none of ${known.join(", ")}`);
    if (on === "clean" && epsilon !== undefined) fail("is on clean, which has no epsilon");
    if (epsilon !== undefined && !epsilons.includes(epsilon)) {
      fail(`is at epsilon ${epsilon}, which is none of ${epsilons.join(", ")}`);
    }
    if (LIMITED.every((rate) => limits[rate] === undefined)) fail(`limits none of ${LIMITED.join(", ")}`);
    if (limits.errorOverNoise !== undefined && !(attacks.includes(on) && distanceOf(on, norm) !== "angle")) {
      fail(`limits errorOverNoise on ${on}, which is no attack bounded in a norm`);
    }
  });
}
