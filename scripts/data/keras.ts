/** Files of Keras 3, `.keras`: a zip archive of a configuration and weights in HDF5. @module */

import { unzipSync } from "fflate";
import type { Tensor } from "../../src/mod.ts";
import { InputError } from "../../src/mod.ts";
import { type ImportOptions, type KerasGroup, readKeras } from "../../src/tfjs.ts";
import type { Model } from "../../src/mod.ts";

const ACTION = "read the Keras model";

/** Bytes of each file in it that are unpacked at most. */
const MAX_BYTES = 2 ** 30;

/** A group of an HDF5 file as its reader has it. */
interface Group {
  readonly keys: readonly string[];
  readonly attrs: Readonly<Record<string, unknown>>;
  get(name: string): Group | Dataset;
}

interface Dataset {
  readonly shape: readonly number[];
  readonly value: ArrayLike<number>;
}

/** Keras nests groups less deeply than this. */
const MAX_DEPTH = 24;

/**
 * The model in the `.keras` file `bytes`.
 *
 * @throws {InputError} if it is none, or not one that can be read
 */
export async function readKerasFile(bytes: Uint8Array, options: ImportOptions = {}): Promise<Model> {
  const { config, groups } = await kerasParts(bytes);
  return readKeras(config, groups, options);
}

/** The configuration and the groups of weights in the `.keras` file `bytes`. */
export async function kerasParts(bytes: Uint8Array): Promise<{ config: unknown; groups: KerasGroup[] }> {
  const files = unpacked(bytes);
  let config: unknown;
  try {
    config = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(files["config.json"]));
  } catch {
    throw new InputError("format", ACTION, "its config.json is not JSON");
  }
  return { config, groups: await groupsOf(files["model.weights.h5"]) };
}

const PARTS = ["config.json", "model.weights.h5"] as const;

function unpacked(bytes: Uint8Array): Record<typeof PARTS[number], Uint8Array> {
  const fail = (reason: string): never => {
    throw new InputError("format", ACTION, reason);
  };
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize }) =>
        (PARTS as readonly string[]).includes(name) && originalSize <= MAX_BYTES,
    });
  } catch {
    return fail("it is not a whole zip archive");
  }
  const missing = PARTS.find((name) => !files[name]);
  if (missing) fail(`it has no ${missing}; save the model by Keras 3, as model.save("model.keras")`);
  return files as Record<typeof PARTS[number], Uint8Array>;
}

/** The groups of weights in an HDF5 file, whose reader is loaded when the first one is read. */
async function groupsOf(bytes: Uint8Array): Promise<KerasGroup[]> {
  const { File } = await import("jsfive");
  const out: KerasGroup[] = [];
  const look = (group: Group, path: string, depth: number): void => {
    if (depth > MAX_DEPTH) throw new InputError("format", ACTION, "its weights are nested too deep");
    for (const key of group.keys) {
      const own = group.get(key), place = path === "" ? key : `${path}/${key}`;
      if (!("keys" in own)) continue;
      if (key !== "vars") look(own, place, depth + 1);
      else out.push({ path: place, name: String(own.attrs.name ?? ""), tensors: tensorsIn(own) });
    }
  };
  try {
    look(new File(bytes.slice().buffer, "model.weights.h5") as unknown as Group, "", 0);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError("format", ACTION, "its model.weights.h5 is no whole HDF5 file of numbers");
  }
  return out;
}

function tensorsIn(group: Group): Tensor[] {
  return group.keys.map((_, k) => {
    const { shape, value } = group.get(`${k}`) as Dataset;
    return { shape: [...shape], data: Float32Array.from(value) };
  });
}
