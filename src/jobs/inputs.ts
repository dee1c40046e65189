/** The inputs of jobs, by their SHA-256. @module */

import { type Batch, batch } from "../data/batch.ts";
import { OWN_TYPES, readTensors, writeSafetensors } from "../data/safetensors_file.ts";
import { InputError } from "../errors.ts";
import { matrix } from "../matrix.ts";
import type { Budget } from "../paper/budgets.ts";
import type { Examples } from "../paper/experiment.ts";
import { divide } from "../paper/plan.ts";
import type { Bench } from "./job.ts";
import { dataKey, type Store } from "./store.ts";

/** Examples as bytes: a safetensors file, whose SHA-256 is their name. */
export function writeBatch({ x, labels, classes, classNames }: Batch): Uint8Array<ArrayBuffer> {
  return writeSafetensors({
    x: { shape: [x.rows, x.cols], data: x.data },
    labels: { shape: [x.rows], data: labels },
  }, {
    classes: `${classes}`,
    ...(classNames && { classNames: JSON.stringify(classNames) }),
  });
}

/**
 * The examples in such bytes.
 *
 * @throws {InputError} if they hold none
 */
export function readBatch(bytes: Uint8Array): Batch {
  const { tensors: { x, labels }, metadata: { classes, classNames } } = readTensors(bytes, OWN_TYPES);
  if (x?.shape.length !== 2 || labels === undefined) {
    throw new InputError("format", "read examples", "expected tensors x, (B, D), and labels, (B)");
  }
  return batch({
    x: matrix(x.shape[0], x.shape[1], x.data as Float32Array),
    labels: labels.data,
    classes: Number(classes),
    ...(classNames && { classNames: namesIn(classNames) }),
  });
}

function namesIn(text: string): string[] {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError("format", "read examples", "their class names are not JSON");
  }
}

/** The examples `train` and `test` of a run, as `budget` divides them. */
export async function examplesOf(
  inputs: Readonly<Record<string, string>>,
  budget: Budget,
  { batch }: Pick<Bench, "batch">,
): Promise<Examples> {
  const [train, test] = [await batch(inputs.train), await batch(inputs.test)];
  return divide({ train, test }, budget);
}

/** Inputs that a bench keeps at hand: of a run's, two at most are in use at a time. */
const KEPT = 4;

/** How inputs are named by their content: SHA-256 of bytes, and of examples. */
export interface Naming {
  bytes(bytes: Uint8Array<ArrayBuffer>): Promise<string>;
  batch(batch: Batch): Promise<string>;
}

/** How a bench finds inputs: those `at hand`, or else in `store`, where what does not fit its name is refused. */
export function inputsFrom(
  store: Store,
  atHand: ReadonlyMap<string, Batch | Uint8Array<ArrayBuffer>>,
  naming: Naming,
): Pick<Bench, "batch" | "bytes"> {
  const read = new Map<string, Batch>();
  const refused = (hash: string, why: string) =>
    new InputError("state", `read ${store.place(dataKey(hash))}`, why);
  const unfit = "its content does not fit its name, which is its SHA-256";
  const found = async (hash: string): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = await store.get(dataKey(hash));
    if (bytes) return bytes;
    throw refused(hash, "it is not there");
  };
  return {
    async bytes(hash) {
      const known = atHand.get(hash);
      if (known && !("x" in known)) return known;
      const bytes = await found(hash);
      if (await naming.bytes(bytes) !== hash) throw refused(hash, unfit);
      return bytes;
    },
    async batch(hash) {
      const held = atHand.get(hash) ?? read.get(hash);
      if (held && "x" in held) return held;
      const batch = readBatch(await found(hash));
      if (await naming.batch(batch) !== hash) throw refused(hash, unfit);
      if (read.size >= KEPT) read.delete(read.keys().next().value!);
      read.set(hash, batch);
      return batch;
    },
  };
}
