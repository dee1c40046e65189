/** Settings of a visitor: all that a link holds. @module */

import type { OptionValues } from "../messages.ts";

/** Settings of a visitor. */
export interface Settings {
  /** Place of the picked example in the gallery. */
  digit: number;
  /** What was drawn in its place. */
  drawn: Float32Array | undefined;
  /** Class of the example, if it is not to be the known one or the model's own prediction. */
  label: number | undefined;
  /** Size of the perturbation; none for the smallest that is enough. */
  epsilon: number | undefined;
  /** Name of the attacked model. */
  source: string;
  /** The attack, its options and the class that it aims at. */
  attack: string;
  attackOptions: OptionValues;
  aim: number | undefined;
  /** Whether random signs of the same size are shown beside the attack. */
  control: boolean;
  /** Whether curves reach far beyond the slider. */
  far: boolean;
  /** How to train: the family and its options, with or without adversarial training or both, seed and epochs. */
  family: string;
  familyOptions: OptionValues;
  adversarial: boolean;
  both: boolean;
  seed: number;
  epochs: number;
  /** Whole epochs that were trained so. */
  trained: number;
  /** Name of the model that noise is to fool, the target class, the step, and the noise's seed. */
  fooled: string;
  target: number;
  step: number;
  noise: number;
}

/** Settings of a first visit. */
export const DEFAULTS: Settings = {
  digit: 8,
  drawn: undefined,
  label: undefined,
  epsilon: undefined,
  source: "softmax",
  attack: "fgsm",
  attackOptions: {},
  aim: undefined,
  control: true,
  far: false,
  family: "maxout",
  familyOptions: {},
  adversarial: true,
  both: false,
  seed: 7,
  epochs: 20,
  trained: 0,
  fooled: "maxout",
  target: 3,
  step: 0.2,
  noise: 1,
};

/** Settings of a first visit before links had versions. */
export const DEFAULTS_1: Settings = { ...DEFAULTS, epsilon: 0.25 };

/** Examples to pick from. */
export const GALLERY_SIZE = 36;

/** Greatest ε and steps of its slider, by what it measures; and part of it that is taken where none is enough. */
export const EPSILONS = {
  Linf: { max: 0.5, step: 0.005 },
  L2: { max: 5, step: 0.05 },
  L1: { max: 50, step: 0.5 },
} as const;
export const FALLBACK = 0.5;

/** Greatest values; the least are 0, or 1 epoch. */
export const MAX = {
  epsilon: 50,
  step: 1,
  epochs: 200,
  seed: 999999,
  noise: 999999,
  digit: GALLERY_SIZE - 1,
  class: 19,
} as const;
