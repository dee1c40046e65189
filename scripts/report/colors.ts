/** One color for one model, in every picture. @module */

import { COMPARED } from "../../src/paper/names.ts";

/** Models whose colors differ; what is left takes that of its kind. */
const COLORED = COMPARED.map(([, name]) => name);

/** Conditions that are compared within one model: without hue, so that they are no model's color. */
const CONDITIONS: Readonly<Record<string, string>> = {
  "clean": "var(--clean)",
  "on test images": "var(--clean)",
  "on training images": "var(--open)",
  "attacked": "var(--attacked)",
  "loss": "var(--attacked)",
  "that tells when to stop": "var(--open)",
  "one step": "var(--clean)",
  "many attacks": "var(--attacked)",
  "not excluded": "var(--open)",
};

/** Of what is neither: the one to look at, what is beside it, and the rest. */
const NEUTRAL = ["var(--attacked)", "var(--clean)", "var(--open)"];

/** The color of a series by its name: a model's own, a condition's, or else a neutral one by its rank. */
export function colorOf(name: string, rank: number): string {
  const own = CONDITIONS[name.split(",")[0]];
  if (own) return own;
  const model = COLORED.findIndex((each) => name === each || name.startsWith(`${each},`));
  return model >= 0 ? `var(--model-${model + 1})` : NEUTRAL[Math.min(rank, NEUTRAL.length - 1)];
}
