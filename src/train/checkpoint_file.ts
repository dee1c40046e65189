/** Checkpoints as files. @module */

import { readChecked, writeChecked } from "../data/checksum.ts";
import { InputError } from "../errors.ts";
import { isObject } from "../models/history.ts";
import { checkObject } from "../checks.ts";
import { checkHistory, type Checkpoint, RESUME } from "./checkpoint.ts";

/** The `format` of a checkpoint's file. */
const FORMAT = "gibbon-training-1";
/** What fails where it is no checkpoint. */
const SAVE = "save a checkpoint";

/**
 * The safetensors file of a checkpoint: its tensors by their names, in the metadata its setup, its position, and SHA-256 of
 * all that.
 *
 * @throws {InputError} if it is no checkpoint
 *
 * @example
 * ```ts
 * import { type Checkpoint, digits, loadCheckpoint, saveCheckpoint, saveModel, softmaxLinear, train } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const data = digits({ seed: 1, train: 200, test: 50 }).train;
 * const family = softmaxLinear({ inputs: 784, classes: 10 });
 * let bytes = new Uint8Array();
 * const onCheckpoint = (checkpoint: Checkpoint) => void (bytes = saveCheckpoint(checkpoint));
 * using first = await train(family, data, { epochs: 1, onCheckpoint });
 * using rest = await train(family, data, { epochs: 2, resume: loadCheckpoint(bytes) });
 * using whole = await train(family, data, { epochs: 2 });
 * assertEquals([first.history.length, saveModel(rest)], [1, saveModel(whole)]);
 * ```
 */
export function saveCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  checkObject(SAVE, checkpoint);
  const { tensors, setup, position } = checkpoint;
  checkObject(SAVE, tensors, "its tensors");
  const metadata = { format: FORMAT, setup: textOf("setup", setup), position: textOf("position", position) };
  return writeChecked(tensors, metadata);
}

/**
 * The checkpoint in a file that `saveCheckpoint` made. Whether a training can go on from it, `train` says.
 *
 * @throws {InputError} if the bytes are no safetensors file, not that of a checkpoint, or damaged
 */
export function loadCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata, checked } = readChecked(RESUME, bytes);
  if (metadata.format !== FORMAT) {
    throw new InputError("format", RESUME, `expected format ${FORMAT}, got ${metadata.format ?? "none"}`);
  }
  const setup = modernized(record("setup", metadata.setup)), position = record("position", metadata.position);
  checkHistory(position.history);
  return {
    setup,
    position: position as unknown as Checkpoint["position"],
    tensors: tensors as Checkpoint["tensors"],
    // earlier versions named data by a shorter hash, and had no checksums
    former: !checked,
  };
}

/** An object for the metadata. */
function textOf(part: string, value: object): string {
  checkObject(SAVE, value, `its ${part}`);
  try {
    return JSON.stringify(value, (_, each) => {
      // JSON would write null
      if (typeof each === "number" && !Number.isFinite(each)) throw new RangeError(`${each}`);
      return each;
    });
  } catch (cause) {
    throw new InputError("value", SAVE, `its ${part} has what JSON does not`, { cause });
  }
}

/** An object in the metadata. */
function record(part: string, text = ""): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // told below
  }
  throw new InputError("format", RESUME, `its checkpoint has no ${part}`);
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
