/** Models as files. @module */

import { InputError } from "../errors.ts";
import { readSafetensors, writeSafetensors } from "../data/safetensors.ts";
import { type Family, type Model, model } from "./family.ts";
import { families } from "./mod.ts";

/** The `format` of a model's file. */
const FORMAT = "gibbon-model-1";

/**
 * The safetensors file of a model: its tensors by their names, and in the metadata its family, head, options and
 * record.
 *
 * @example
 * ```ts
 * import { loadModel, model, saveModel, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = saveModel(model(softmaxLinear({ inputs: 2, classes: 2 })));
 * assertEquals(saveModel(loadModel(bytes)), bytes);
 * ```
 */
export function saveModel({ family, record, tensors }: Model): Uint8Array<ArrayBuffer> {
  return writeSafetensors(tensors(), { ...record, ...describe(family) });
}

/** What a file's metadata says of a family. */
export function describe(family: Family): Record<string, string> {
  return {
    format: FORMAT,
    family: family.name,
    head: family.head.name,
    config: JSON.stringify(family.config),
  };
}

/**
 * The model in a file that `saveModel` made.
 *
 * @throws {InputError} if the bytes are no safetensors file, or not that of a model
 * @throws {InputError} if tensors are missing or of the wrong shape
 */
export function loadModel(bytes: Uint8Array): Model {
  const { tensors, metadata } = readSafetensors(bytes);
  const { format, family: name, head, config, ...record } = metadata;
  const family = readFamily({ format, name, head, config });
  return model(family, { tensors, record });
}

function readFamily({ format, name, head, config }: Record<string, string | undefined>): Family {
  if (format !== FORMAT) {
    throw new InputError(
      "format",
      "read the model",
      `expected format ${FORMAT} in its metadata, got ${format ?? "none"}`,
    );
  }
  if (name === undefined || !Object.hasOwn(families, name)) {
    throw new InputError(
      "format",
      "read the model",
      `family ${name} is none of ${Object.keys(families).join(", ")}`,
    );
  }
  let family: Family;
  try {
    family = families[name](JSON.parse(config ?? ""));
  } catch (error) {
    throw new InputError(
      "format",
      "read the model",
      `its config does not fit: ${(error as Error).message}`,
    );
  }
  if (family.head.name !== head) {
    throw new InputError("format", "read the model", `expected head ${family.head.name}, got ${head}`);
  }
  return family;
}
