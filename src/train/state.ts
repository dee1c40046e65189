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
 * Reads `matrices` back from `bytes`; returns the position and the best epoch's tensors. `shapes` are those of the tensors,
 * `batches` the steps of an epoch.
 *
 * @throws {InputError} if the bytes are no such state, or it is that of another training
 */
export function readState(
  bytes: Uint8Array,
  matrices: Readonly<Record<string, Matrix>>,
  { setup, shapes, batches }: {
    setup: string;
    shapes: Readonly<Record<string, readonly number[]>>;
    batches: number;
  },
): { position: Position; best?: Tensors } {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format !== FORMAT) {
    refuse("format", `expected format ${FORMAT}, got ${metadata.format ?? "none"}`);
  }
  const differ = differences(modernized(record("setup", metadata.setup)), JSON.parse(setup));
  if (differ.length > 0) {
    refuse("state", `its state is of another one, which differs in ${differ.join(", ")}`);
  }
  const position = readPosition(record("position", metadata.position), batches);
  const valuesOf = (name: string, length: number): Float32Array => {
    const { data } = Object.hasOwn(tensors, name)
      ? tensors[name]
      : refuse("format", `its state lacks ${name}`);
    if (!(data instanceof Float32Array) || data.length !== length || !data.every(Number.isFinite)) {
      refuse("format", `${name} in its state is not ${length} finite float32 numbers`);
    }
    return data;
  };
  const values = Object.entries(matrices).map(([name, { data }]) => valuesOf(name, data.length));
  const best = position.best && Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const length = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, data: valuesOf(`best.${name}`, length) }];
    }),
  );
  Object.values(matrices).forEach(({ data }, i) => data.set(values[i]));
  return { position, best };
}

/** An object in the metadata. */
function record(part: string, text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "");
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // told below
  }
  return refuse("format", `its state has no ${part}`);
}

/** The position, every part of which decides where training goes on. */
function readPosition(
  { history, step, stepInEpoch, lossSum, best }: Record<string, unknown>,
  batches: number,
): Position {
  const bad = (part: string): never => refuse("format", `${part} of its state's position does not fit`);
  const count = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(history)) return bad("history");
  const epochs = history.map((each): Epoch => {
    const { loss, validationError, monitored } = each ?? {};
    const measured = monitored === undefined || (typeof monitored === "object" && monitored !== null);
    const error = validationError === undefined || Number.isFinite(validationError);
    if (!Number.isFinite(loss) || !error || !measured) bad("history");
    return {
      loss,
      ...(validationError !== undefined && { validationError }),
      ...(monitored && { monitored }),
    };
  });
  if (!count(stepInEpoch) || stepInEpoch > batches) return bad("stepInEpoch");
  if (!count(step) || step !== epochs.length * batches + stepInEpoch) return bad("step");
  if (!Number.isFinite(lossSum)) return bad("lossSum");
  if (best === undefined) return { history: epochs, step, stepInEpoch, lossSum: lossSum as number };
  const { epoch, error } = (best ?? {}) as { epoch?: unknown; error?: unknown };
  if (!count(epoch) || epoch < 1 || epoch > epochs.length || !Number.isFinite(error)) return bad("best");
  return {
    history: epochs,
    step,
    stepInEpoch,
    lossSum: lossSum as number,
    best: { epoch, error: error as number },
  };
}

/** Names that earlier versions wrote, and what they are called now. */
const RENAMED: Readonly<Record<string, string>> = {
  rate: "learningRate",
  decay: "learningRateDecay",
  leastRate: "minLearningRate",
  l2: "weightDecay",
  learn: "train",
};

/** A setup as an earlier version wrote it, in today's names. */
function modernized(setup: Record<string, unknown>): Record<string, unknown> {
  const renamed = (value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([name, each]) => [RENAMED[name] ?? name, each]))
      : value;
  const outer = renamed(setup) as Record<string, unknown>;
  const recipe = renamed(outer.recipe) as Record<string, unknown> | undefined;
  return { ...outer, ...(recipe && { recipe: { ...recipe, optimizer: renamed(recipe.optimizer) } }) };
}

/** Names of what is not the same in both. */
function differences(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((name) => JSON.stringify(sorted(a[name])) !== JSON.stringify(sorted(b[name])));
}

/** The same with the names in objects in order. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([name, each]) => [name, sorted(each)]),
  );
}

function refuse(code: "format" | "state", reason: string): never {
  throw new InputError(code, "resume training", reason);
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
