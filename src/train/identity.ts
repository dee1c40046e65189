/** The fingerprint of a training run: a checkpoint resumes only the run that wrote it. @module */

import type { Batch } from "../data/batch.ts";
import { sha256 } from "../data/sha256.ts";
import type { Family } from "../models/family.ts";
import { describe } from "../models/file.ts";
import { variant } from "../runtime/variants.ts";
import { type ResolvedOptions, resolveOptions, type TrainOptions } from "./options.ts";
import { TRAINING_VERSIONS } from "./version.ts";

/**
 * All that settles the bytes of a training of `family` on `data` with the kernels in use, as text: a name for the model
 * that it will give. `former`: as earlier versions wrote it, with a shorter hash of the data. `remember` may answer for a batch
 * what it was told before, where batches do not change.
 */
export function identity(
  family: Family,
  data: Batch,
  options: TrainOptions,
  { former = false, remember = (identify) => identify }: {
    former?: boolean;
    remember?: (identify: Identify) => Identify;
  } = {},
): string {
  const settings = resolveOptions(family, data, options);
  const { epochs } = settings;
  return JSON.stringify({
    version: TRAINING_VERSIONS[family.name] ?? 1,
    epochs,
    setup: setup(family, data, settings, former, remember),
  });
}

/** Names a batch by its content. */
export type Identify = (data: Batch) => string;

/** What must be the same for a checkpoint to be gone on from; `former`: with the shorter hash of earlier versions. */
export function setup(
  family: Family,
  data: Batch,
  options: ResolvedOptions,
  former = false,
  remember = (identify: Identify) => identify,
): Record<string, unknown> {
  const { recipe, seed, alpha, objective, perturbation, validationPerturbation, patience, validation } =
    options;
  const names = {
    objective: objective?.name,
    perturbation: perturbation?.name,
    validationPerturbation: validationPerturbation?.name,
  };
  const identify = remember(former ? formerContentOf : contentOf);
  const examples = { train: identify(data), validation: validation && identify(validation) };
  const settings = { recipe, seed, alpha, ...names, patience, kernels: variant() };
  return { ...describe(family), ...settings, ...examples };
}

/** SHA-256 over sizes, inputs and labels. */
function contentOf({ x, labels, classes }: Batch): string {
  return sha256(Float64Array.of(x.rows, x.cols, classes), x.data, labels);
}

/** What earlier versions named a batch by: FNV-1a over sizes, labels and the bits of inputs. */
export function formerContentOf({ x, labels, classes }: Batch): string {
  let h = 0x811c9dc5;
  const bits = new Int32Array(x.data.buffer, x.data.byteOffset, x.data.length);
  for (const part of [[x.rows, x.cols, classes], labels, bits]) {
    for (const value of part) h = Math.imul(h ^ value, 0x01000193);
  }
  return (h >>> 0).toString(16).padStart(8, "0");
}
