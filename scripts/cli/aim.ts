/** What the options of training say of its aim. @module */

import {
  fgsm,
  type Perturbation,
  perturbation,
  signNoise,
  type TrainOptions,
  uniformNoise,
} from "../../src/mod.ts";
import { UserError } from "../errors.ts";
import { choice, number, text, whole, wholes } from "./options.ts";

/** How long, against what and on what to train. */
export const TRAINING = {
  epochs: whole({ help: "Passes over the examples", min: 1, default: 10 }),
  adversarial: number({
    help: "Train against the fast gradient sign method too",
    placeholder: "E",
    min: 0,
  }),
  noise: choice(["sign", "uniform"], { help: "Train against noise too" }),
  noiseEpsilon: number({ help: "Size of that noise; by default 0.25", placeholder: "E", min: 0 }),
  alpha: number({
    help: "Weight of the clean loss beside the perturbed one; by default 0.5",
    min: 0,
    max: 1,
  }),
  classes: wholes({ help: "Keep these classes only, relabelled 0, 1, …", placeholder: "K,…", min: 0 }),
  limit: whole({ help: "Learn from the first N examples only", min: 1 }),
  validation: whole({ help: "Hold out the last N examples; their error picks the best epoch", min: 1 }),
  validationEpsilon: number({
    help: "Attack those by the fast gradient sign method; by default not",
    placeholder: "E",
    min: 0,
  }),
  patience: whole({ help: "Stop after N epochs without a better one; by default 100", min: 1 }),
  checkpoint: text({
    help: "Keep the state of training here, and go on from it if it is there",
    placeholder: "FILE",
  }),
} as const;

/** What the options of `AIM` say, but for the examples. */
interface Given {
  readonly epochs: number;
  readonly seed: number;
  readonly adversarial?: number;
  readonly noise?: "sign" | "uniform";
  readonly noiseEpsilon?: number;
  readonly alpha?: number;
  readonly validation?: number;
  readonly validationEpsilon?: number;
  readonly patience?: number;
}

/**
 * The same as the library takes it.
 *
 * @throws {UserError} if an option lacks another, or contradicts it
 */
export function trainOptionsOf(given: Given): TrainOptions {
  const { epochs, seed, alpha, patience, adversarial, noise, noiseEpsilon, validationEpsilon, validation } =
    given;
  const needs = (name: string, value: unknown, other: string, there: unknown) => {
    if (value !== undefined && there === undefined) throw new UserError(`--${name} needs ${other}`, 2);
  };
  if (adversarial !== undefined && noise) {
    throw new UserError("--adversarial and --noise contradict each other", 2);
  }
  needs("noise-epsilon", noiseEpsilon, "--noise sign or uniform", noise);
  needs("alpha", alpha, "--adversarial E or --noise", adversarial ?? noise);
  needs("validation-epsilon", validationEpsilon, "--validation N", validation);
  needs("patience", patience, "--validation N", validation);
  return {
    epochs,
    seed,
    alpha,
    patience,
    perturbation: perturbationOf(given),
    validationPerturbation: validationEpsilon === undefined
      ? undefined
      : perturbation(fgsm, { epsilon: validationEpsilon }),
  };
}

function perturbationOf({ adversarial, noise, noiseEpsilon = 0.25 }: Given): Perturbation | undefined {
  if (adversarial !== undefined) return perturbation(fgsm, { epsilon: adversarial });
  if (noise === undefined) return undefined;
  return perturbation({ sign: signNoise, uniform: uniformNoise }[noise], { epsilon: noiseEpsilon });
}
