/** The state of a training as bytes. */

import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import { readChecked, writeChecked } from "../data/checksum.ts";
import type { Tensor } from "../data/safetensors_file.ts";
import { sha256 } from "../data/sha256.ts";
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

/** What fails where a state cannot be gone on from. */
const RESUME = "resume training";

/** Names a batch by its content. */
type Identify = (data: Batch) => string;

/** What must be the same for a state to be gone on from. */
export function setup(
  family: Family,
  data: Batch,
  options: ResolvedOptions,
  identify: Identify = contentOf,
): string {
  const { recipe, seed, alpha, objective, perturbation, validationPerturbation, patience, validation } =
    options;
  const names = {
    objective: objective?.name,
    perturbation: perturbation?.name,
    validationPerturbation: validationPerturbation?.name,
  };
  const examples = { train: identify(data), validation: validation && identify(validation) };
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
  return writeChecked(tensors, { format: FORMAT, setup, position: JSON.stringify(position) });
}

/**
 * Reads `matrices` back from `bytes`; returns the position and the best epoch's tensors. `shapes` are those of the tensors,
 * `batches` the steps of an epoch; `setup` is the training's, by what names its examples.
 *
 * @throws {InputError} if the bytes are no such state, damaged, or that of another training
 */
export function readState(
  bytes: Uint8Array,
  matrices: Readonly<Record<string, Matrix>>,
  { setup, shapes, batches }: {
    setup: (identify?: Identify) => string;
    shapes: Readonly<Record<string, readonly number[]>>;
    batches: number;
  },
): { position: Position; best?: Tensors } {
  const { tensors, metadata, checked } = readChecked(RESUME, bytes);
  if (metadata.format !== FORMAT) {
    refuse("format", `expected format ${FORMAT}, got ${metadata.format ?? "none"}`);
  }
  const saved = modernized(record("setup", metadata.setup));
  // earlier versions named data by a shorter hash, and had no checksums
  const own = setup(checked ? undefined : formerContentOf);
  const differ = differences(saved, JSON.parse(own));
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

/** Whether it is an object of JSON. */
function isObject(value: unknown): value is Record<string, unknown> {
  return value?.constructor === Object;
}

/** An object in the metadata. */
function record(part: string, text = ""): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // told below
  }
  return refuse("format", `its state has no ${part}`);
}

/** The position, every part of which decides where training goes on. */
function readPosition(position: Record<string, unknown>, batches: number): Position {
  const check = (part: string, fits: boolean) =>
    fits || refuse("format", `${part} of its state's position does not fit`);
  const finite = Number.isFinite;
  const count = (value: unknown, max: number) =>
    Number.isInteger(value) && (value as number) >= 0 && value as number <= max;
  const { history, step, stepInEpoch, lossSum, best } = position as unknown as Position;
  check("history", Array.isArray(history));
  for (const epoch of history) {
    check("history", isObject(epoch));
    const { loss, validationError = 0, monitored = {} } = epoch;
    check("history", finite(loss) && finite(validationError) && isObject(monitored));
  }
  check("stepInEpoch", count(stepInEpoch, batches));
  check("step", step === history.length * batches + stepInEpoch);
  check("lossSum", finite(lossSum));
  if (best === undefined) return { history, step, stepInEpoch, lossSum };
  check("best", isObject(best) && best.epoch > 0 && count(best.epoch, history.length) && finite(best.error));
  return { history, step, stepInEpoch, lossSum, best };
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
    isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([name, each]) => [RENAMED[name] ?? name, each]))
      : value;
  const outer = renamed(setup) as Record<string, unknown>;
  const recipe = renamed(outer.recipe) as Record<string, unknown> | undefined;
  return { ...outer, ...(recipe && { recipe: { ...recipe, optimizer: renamed(recipe.optimizer) } }) };
}

/** Names of what is not the same in both. */
function differences(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): string[] {
  return Object.keys({ ...a, ...b }).filter((name) => sorted(a[name]) !== sorted(b[name]));
}

/** JSON of it, with the names in objects in order. */
function sorted(value: unknown): string {
  return JSON.stringify(
    value,
    (_, each) => isObject(each) ? Object.fromEntries(Object.entries(each).sort()) : each,
  );
}

function refuse(code: "format" | "state", reason: string): never {
  throw new InputError(code, RESUME, reason);
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
