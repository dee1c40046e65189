/** How far a training is, as a plain object that can be cloned, saved and gone on from. @module */

import { InputError } from "../errors.ts";
import type { Tensors } from "../graph/steps.ts";
import type { Matrix } from "../matrix.ts";
import { type Epoch, isHistory, isObject } from "../models/history.ts";

/** Position of a training, without its matrices. */
export interface TrainingPosition {
  /** Finished epochs. */
  history: readonly Epoch[];
  /** Updates made. */
  step: number;
  /** Those of them in the present epoch. */
  stepInEpoch: number;
  /** Sum of the losses of the present epoch's examples. */
  lossSum: number;
  /** The epoch with the least validation error, and that error. */
  best?: { epoch: number; error: number };
}

/** The state of a training, which shares no memory with it. `saveCheckpoint` makes bytes of it. */
export interface Checkpoint {
  /** What must be the same for training to go on: family, options, and the examples by their content. */
  readonly setup: Readonly<Record<string, unknown>>;
  /** Where it stands. */
  readonly position: Readonly<TrainingPosition>;
  /** Parameters and the optimizer's state by name; the best epoch's parameters as `best.NAME`. */
  readonly tensors: Tensors;
  /** Whether the version that wrote it named examples by a shorter hash. */
  readonly former?: boolean;
}

/** What fails where a checkpoint cannot be gone on from. */
export const RESUME = "resume training";

/** The checkpoint of a training with these matrices, the best epoch's tensors and the position. */
export function capture(
  matrices: Readonly<Record<string, Matrix>>,
  best: Tensors | undefined,
  { position, setup }: { position: TrainingPosition; setup: Checkpoint["setup"] },
): Checkpoint {
  const tensors: Record<string, Tensors[string]> = {};
  for (const [name, { rows, cols, data }] of Object.entries(matrices)) {
    tensors[name] = { shape: [rows, cols], data: data.slice() };
  }
  for (const [name, tensor] of Object.entries(best ?? {})) tensors[`best.${name}`] = tensor;
  return { setup, position: { ...position, history: [...position.history] }, tensors };
}

/**
 * Reads `matrices` back from a checkpoint; returns the position and the best epoch's tensors. `shapes` are those of the
 * tensors, `batches` the steps of an epoch; `setup` is the training's, as earlier versions wrote it or as today.
 *
 * @throws {InputError} if it is no checkpoint, or that of another training
 */
export function restore(
  { setup: saved, position: at, tensors, former }: Checkpoint,
  matrices: Readonly<Record<string, Matrix>>,
  { setup, shapes, batches }: {
    setup: (former?: boolean) => Checkpoint["setup"];
    shapes: Readonly<Record<string, readonly number[]>>;
    batches: number;
  },
): { position: TrainingPosition; best?: Tensors } {
  if (!isObject(saved)) refuse("format", "its checkpoint has no setup");
  const differ = differences(saved, setup(former));
  if (differ.length > 0) {
    refuse("state", `its checkpoint is of another training, which differs in ${differ.join(", ")}`);
  }
  if (!isObject(at)) refuse("format", "its checkpoint has no position");
  const position = checkPosition(at as unknown as TrainingPosition, batches);
  const valuesOf = (name: string, length: number): Float32Array => {
    const { data } = Object.hasOwn(tensors, name)
      ? tensors[name]
      : refuse("format", `its checkpoint lacks ${name}`);
    if (!(data instanceof Float32Array) || data.length !== length || !data.every(Number.isFinite)) {
      refuse("format", `${name} in its checkpoint is not ${length} finite float32 numbers`);
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

/** The position, every part of which decides where training goes on. */
function checkPosition(
  { history, step, stepInEpoch, lossSum, best }: TrainingPosition,
  batches: number,
): TrainingPosition {
  const finite = Number.isFinite;
  const count = (value: unknown, max: number) =>
    Number.isInteger(value) && (value as number) >= 0 && value as number <= max;
  checkHistory(history);
  check("stepInEpoch", count(stepInEpoch, batches));
  check("step", step === history.length * batches + stepInEpoch);
  check("lossSum", finite(lossSum));
  const position = { history, step, stepInEpoch, lossSum };
  if (best === undefined) return position;
  check("best", isObject(best) && best.epoch > 0 && count(best.epoch, history.length) && finite(best.error));
  return { ...position, best };
}

/** Refuses a position whose history is no list of epochs. */
export function checkHistory(history: unknown): asserts history is readonly Epoch[] {
  check("history", isHistory(history));
}

function check(part: string, fits: boolean): void {
  if (!fits) refuse("format", `${part} of its checkpoint's position does not fit`);
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
