/** The SHA-256 of what a check rests on: model, examples, gate, kernels. @module */

import type { Batch } from "../../../src/mod.ts";
import { sha256 } from "../../../src/data/sha256.ts";
import { bytesOf } from "../../../src/runtime/binary.ts";
import { withAdditions } from "../../../src/runtime/additions.ts";
import { variant } from "../../../src/runtime/variants.ts";
import type { Variant } from "../../../src/runtime/variants.ts";
import * as binaries from "../../../wasm/inline.ts";
import { readFile } from "../inputs.ts";
import { modelFiles } from "../model_file.ts";

/** Hashes in hexadecimal. */
export interface Provenance {
  /** Of the model's file; of its files one after the other where its weights stand in others. */
  readonly model: string;
  /** Of the examples as the model is given them, float32, and their labels, int32: whatever file they come from. */
  readonly data: string;
  /** Of the gate's file; nothing where options alone make the gate. */
  readonly config?: string;
  /** Of the WebAssembly that computes, with the kernels of images: `wasm/gibbon.wasm` or its relaxed build. */
  readonly kernels: string;
}

/** The hashes of the model in `model`, of `examples`, and of the gate in `config`. */
export async function provenanceOf(
  { model, config, examples }: { model: string; config?: string; examples: Pick<Batch, "x" | "labels"> },
): Promise<Provenance> {
  return {
    model: sha256(...await modelFiles(model)),
    data: sha256(examples.x.data, examples.labels),
    ...(config !== undefined && { config: sha256(await readFile(config)) }),
    kernels: sha256(bytesOf(binaries, variant() as Variant, withAdditions)),
  };
}
