/** What a visitor has set: all that a link holds. @module */

import { FAMILIES, type Plan } from "../lab/protocol.ts";

/** What a visitor has set. */
export interface Settings {
  /** Place of the picked image among those to pick from. */
  digit: number;
  /** What was drawn in its place. */
  drawn: Float32Array | undefined;
  /** Class of the image, if it is not to be the known one or the model's own answer. */
  label: number | undefined;
  epsilon: number;
  /** Name of the model that the step is made for. */
  source: string;
  /** Whether curves reach far beyond the slider. */
  far: boolean;
  family: Plan["family"];
  adversarial: boolean;
  seed: number;
  epochs: number;
  /** Whether a model was trained that way. */
  trained: boolean;
  /** Name of the model that noise is to fool, the class aimed at, the step, and the noise's seed. */
  fooled: string;
  target: number;
  step: number;
  noise: number;
}

/** What a first visit shows. */
export const DEFAULTS: Settings = {
  digit: 8,
  drawn: undefined,
  label: undefined,
  epsilon: 0.25,
  source: "softmax",
  far: false,
  family: "maxout",
  adversarial: true,
  seed: 7,
  epochs: 20,
  trained: false,
  fooled: "maxout",
  target: 3,
  step: 0.2,
  noise: 1,
};

/** Images to pick from. */
export const PICTURES = 36;

/** Greatest values of what has one; the least are 0, or 1 epoch. */
export const MOST = {
  epsilon: 0.5,
  step: 1,
  epochs: 200,
  seed: 999999,
  noise: 999999,
  digit: PICTURES - 1,
} as const;

/** Names of families as a visitor reads them. */
export const FAMILY_TITLES: Readonly<Record<Plan["family"], string>> = {
  softmaxLinear: "Softmax regression",
  maxout: "Maxout network",
  rbf: "RBF network",
};

/** Whether `text` is a key of the registry of families that can be trained here. */
export function isFamily(text: string): text is Plan["family"] {
  return (FAMILIES as readonly string[]).includes(text);
}
