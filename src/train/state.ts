/** The state of a training as bytes. */

import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import { readSafetensors, type Tensor, writeSafetensors } from "../data/safetensors.ts";
import { variant } from "../runtime/variants.ts";
import type { Matrix } from "../matrix.ts";
import { describe } from "../models/checkpoint.ts";
import type { Tensors } from "../graph/executor.ts";
import type { Family } from "../models/family.ts";
import type { ResolvedOptions } from "./options.ts";

/** One finished epoch. */
export interface Epoch {
  /** Mean loss over the epoch's examples, in nats. */
  loss: number;
  /** Error rate on the validation examples, if there are any. */
  validationError?: number;
  /** What `monitor` measured, if there is one. */
  monitored?: Readonly<Record<string, number>>;
}

/** How far a training is, matrices aside. */
export interface Position {
  /** Finished epochs. */
  history: Epoch[];
  /** Updates made, and those of them in the present epoch. */
  step: number;
  stepInEpoch: number;
  /** Sum of the losses of the present epoch's examples. */
  lossSum: number;
  /** The epoch with the least validation error, and that error. */
  best?: { epoch: number; error: number };
}

/** The `format` of a training's state. */
const FORMAT = "gibbon-training-1";

/** What must be the same for a state to be gone on from. */
export function setup(family: Family, data: Batch, options: ResolvedOptions): string {
  const { recipe, seed, alpha, perturbation, validationPerturbation, patience, validation } = options;
  const names = { perturbation: perturbation?.name, validationPerturbation: validationPerturbation?.name };
  const examples = { train: fingerprint(data), validation: validation && fingerprint(validation) };
  const settings = { recipe, seed, alpha, ...names, patience, kernels: variant() };
  return JSON.stringify({ ...describe(family), ...settings, ...examples });
}

/** The state as a safetensors file: all matrices by name, the best epoch's tensors, the position. */
export function writeState(
  matrices: Readonly<Record<string, Matrix>>,
  best: Tensors | undefined,
  { position, setup }: { position: Position; setup: string },
): Uint8Array<ArrayBuffer> {
  const tensors: Record<string, Tensor> = {};
  for (const [name, { rows, cols, data }] of Object.entries(matrices)) {
    tensors[name] = { shape: [rows, cols], data };
  }
  for (const [name, tensor] of Object.entries(best ?? {})) tensors[`best.${name}`] = tensor;
  return writeSafetensors(tensors, { format: FORMAT, setup, position: JSON.stringify(position) });
}

/**
 * Reads `matrices` back from `bytes`; returns the position and the best epoch's tensors.
 *
 * @throws {InputError} if the bytes are no such state
 * @throws {InputError} if it is that of another training
 */
export function readState(
  bytes: Uint8Array,
  matrices: Readonly<Record<string, Matrix>>,
  expected: string,
): { position: Position; best?: Tensors } {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format !== FORMAT) {
    throw new InputError(
      "format",
      "resume training",
      `expected format ${FORMAT}, got ${metadata.format ?? "none"}`,
    );
  }
  const differ = differences(JSON.parse(metadata.setup), JSON.parse(expected));
  if (differ.length > 0) {
    throw new InputError(
      "state",
      "resume training",
      `its state is of another one, which differs in ${differ.join(", ")}`,
    );
  }
  for (const [name, { data }] of Object.entries(matrices)) {
    if (tensors[name]?.data.length !== data.length) {
      throw new InputError("format", "resume training", `its state lacks ${name}`);
    }
    data.set(tensors[name].data);
  }
  const best = Object.entries(tensors).filter(([name]) => name.startsWith("best."))
    .map(([name, tensor]) => [name.slice("best.".length), tensor]);
  return {
    position: JSON.parse(metadata.position),
    best: best.length > 0 ? Object.fromEntries(best) : undefined,
  };
}

/** Names of what is not the same in both. */
function differences(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]));
}

/** FNV-1a over sizes, labels and the bits of inputs. */
function fingerprint({ x, labels, classes }: Batch): string {
  let h = 0x811c9dc5;
  const add = (value: number) => h = Math.imul(h ^ value, 0x01000193);
  [x.rows, x.cols, classes].forEach(add);
  labels.forEach(add);
  const bits = new Int32Array(x.data.buffer, x.data.byteOffset, x.data.length);
  for (let i = 0; i < bits.length; i++) h = Math.imul(h ^ bits[i], 0x01000193);
  return (h >>> 0).toString(16).padStart(8, "0");
}
