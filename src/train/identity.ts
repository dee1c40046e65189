/** The fingerprint of a training run: a checkpoint resumes only the run that wrote it. @module */

import type { Batch } from "../data/batch.ts";
import type { Family } from "../models/family.ts";
import { resolveOptions, type TrainOptions } from "./options.ts";
import { formerContentOf, setup } from "./state.ts";
import { TRAINING_VERSIONS } from "./version.ts";

/**
 * All that settles the bytes of a training of `family` on `data` with the kernels in use, as text: a name for the model
 * that it will give. `former`: as earlier versions wrote it, with a shorter hash of the data.
 */
export function identity(
  family: Family,
  data: Batch,
  options: TrainOptions,
  { former = false } = {},
): string {
  const settings = resolveOptions(family, data, options);
  const { epochs } = settings;
  return JSON.stringify({
    version: TRAINING_VERSIONS[family.name] ?? 1,
    epochs,
    setup: JSON.parse(setup(family, data, settings, former ? formerContentOf : undefined)),
  });
}
