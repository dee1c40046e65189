/** The single attacks and the noise that a gate asks for. @module */

import { attackNamed, signNoise } from "../attacks/mod.ts";
import { isNorm } from "../constraints/constraint.ts";
import { InputError } from "../errors.ts";
import { attackSchemas } from "./attack_choice.ts";
import { type Gate, gateAttacks, LIMITED, normsOf, withinOf, WORST_CASE, worstCaseOf } from "./gate.ts";
import type { Trial } from "./outcomes.ts";

/**
 * What `gate` has tried on a model of so many inputs: its attacks, and then the control. That is noise of random signs
 * whose norm is each ε: ε on each of the D inputs that may move in L∞, ε/√D in L2, ε/D in L1.
 *
 * @throws {InputError} if a threshold is about nothing that is tried, or an option goes with no attack
 */
export function trialsOf(gate: Gate, inputs: number): Trial[] {
  checkShared(gate);
  checkThresholds(gate);
  const { epsilons, seed = 0 } = gate;
  const options = { ...withinOf(gate), seed };
  const free = Math.max(1, inputs - new Set(gate.fixed).size);
  const spread = { Linf: 1, L2: Math.sqrt(free), L1: free };
  return [
    ...gateAttacks(gate).map(({ name, attack, distance, options: own }): Trial => ({
      name,
      distance,
      attack: attackNamed(attack),
      epsilons,
      options: { ...own, ...options },
    })),
    ...normsOf(gate).map((norm): Trial => ({
      name: "noise",
      distance: norm,
      attack: signNoise,
      epsilons: epsilons.map((epsilon) => epsilon / spread[norm]),
      options,
    })),
  ];
}

/** An option that no attack has would change nothing. */
function checkShared(gate: Gate): void {
  const tried = gateAttacks(gate);
  const worstCase = worstCaseOf(gate);
  for (const option of ["norm", "labels"] as const) {
    if (gate[option] === undefined || option === "norm" && worstCase) continue;
    if (tried.some(({ attack }) => Object.hasOwn(attackSchemas[attack], option))) continue;
    const names = tried.map(({ name }) => name).join(", ");
    throw new InputError(
      "option",
      "check",
      names === ""
        ? `${option} goes with an attack that is named, and none is`
        : `${option} goes with none of the attacks, ${names}`,
    );
  }
  if (gate.certify !== undefined && !worstCase) {
    throw new InputError("option", "check", "certify goes with the worst case, which effort none leaves out");
  }
}

/** A threshold that no rate could fail would let everything pass. */
function checkThresholds(gate: Gate): void {
  const { epsilons, thresholds = [], certify } = gate;
  const tried = gateAttacks(gate);
  const worstCase = worstCaseOf(gate);
  const known = [
    "clean",
    ...(worstCase ? WORST_CASE : []),
    ...(normsOf(gate).length > 0 ? ["noise"] : []),
    ...tried.map(({ name }) => name),
  ];
  thresholds.forEach(({ on, epsilon, ...limits }, i) => {
    const fail = (problem: string) => {
      throw new InputError("value", "check", `thresholds[${i}] ${problem}`);
    };
    if (!known.includes(on)) fail(`is on ${on}, ${unknownText(on, known, gate)}`);
    if (on === "clean" && epsilon !== undefined) fail("is on clean, which has no epsilon");
    if (epsilon !== undefined && !epsilons.includes(epsilon)) {
      fail(`is at epsilon ${epsilon}, which is none of ${epsilons.join(", ")}`);
    }
    const asked = [...LIMITED, "noWorse"] as const;
    if (asked.every((each) => limits[each] === undefined)) fail(`limits none of ${asked.join(", ")}`);
    if (on === "noise" && limits.noWorse !== undefined) fail("asks for noise no worse, which is no attack");
    const worst = (WORST_CASE as readonly string[]).includes(on);
    if (worst && epsilon === 0) fail(`is on ${on} at epsilon 0, which is clean`);
    if (worst && limits.confidenceOnErrors !== undefined) {
      fail(`limits confidenceOnErrors on ${on}, of which the error alone is known`);
    }
    if (on === "certified" && certify === "none") fail("is on certified, and certify is none");
    const bounded = on === "attacked" ||
      tried.some(({ name, distance }) => name === on && isNorm(distance));
    if (limits.errorOverNoise !== undefined && !bounded) {
      fail(`limits errorOverNoise on ${on}, which is no attack bounded in a norm`);
    }
  });
}

/** Why a threshold cannot be on `on`, and what would do. */
function unknownText(on: string, known: readonly string[], { attacks }: Gate): string {
  if (Object.hasOwn(attackSchemas, on)) {
    return `which the gate does not try: write "attacks": ${
      JSON.stringify([...attacks, on])
    }, or "on": "attacked", the worst case over many attacks`;
  }
  return `which is none of ${known.join(", ")}`;
}
