/** Models as files. @module */

import { InputError } from "../errors.ts";
import { readChecked, writeChecked } from "../data/checksum.ts";
import { readSafetensors } from "../data/safetensors.ts";
import type { Graph } from "../graph/graph.ts";
import { checkFunction } from "../checks.ts";
import { suggestion } from "../wording.ts";
import type { Family } from "./family.ts";
import { families, type FamilyName, familyNamed } from "./families.ts";
import { type Epoch, isHistory } from "./history.ts";
import { graphFamily, type Model, model } from "./model.ts";

/** The `format` of a model's file. */
const FORMAT = "gibbon-model-1";
/** What fails where a file is not a model's. */
const READ = "read the model";

/**
 * The safetensors file of a model: its tensors by their names, and in the metadata its family, head and options, or its
 * graph if it is of no family, its record, and SHA-256 of all that.
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
export function saveModel(model: Model): Uint8Array<ArrayBuffer> {
  checkFunction("save a model", model?.tensors, "its tensors");
  const { family, record, history = [], tensors } = model;
  const past = history.length > 0 && { history: JSON.stringify(history) };
  return writeChecked(tensors(), { ...record, ...past, ...describe(family) });
}

/** What a file's metadata says of a family. */
export function describe(family: Family): Record<string, string> {
  if (family.custom) {
    return { format: FORMAT, head: family.head.name, graph: JSON.stringify(family.graph) };
  }
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
 * @throws {InputError} if the bytes are no safetensors file, not that of a model, or damaged
 * @throws {InputError} if tensors are missing or of the wrong shape
 */
export function loadModel(bytes: Uint8Array): Model {
  const { tensors, metadata } = readChecked(READ, bytes, readSafetensors);
  const { format, family: name, head, config, graph, history, ...record } = metadata;
  if (format !== FORMAT) {
    const hint = format === undefined ? "; gibbon convert makes models of weights of other programs" : "";
    refuse(`expected format ${FORMAT} in its metadata, got ${format ?? "none"}${hint}`);
  }
  const family = name === undefined && graph !== undefined ? readGraph(graph) : readFamily(name, config);
  if (family.head.name !== head) refuse(`expected head ${family.head.name}, got ${head}`);
  return model(family, { tensors, record, history: readHistory(history) });
}

function readGraph(text: string): Family {
  return explained("graph", () => graphFamily(JSON.parse(text) as Graph));
}

function readFamily(name: string | undefined, config = ""): Family {
  if (name === undefined || !Object.hasOwn(families, name)) {
    const known = Object.keys(families);
    refuse(`family ${name} is none of ${known.join(", ")}${suggestion(name ?? "", known)}`);
  }
  return explained("config", () => familyNamed(name as FamilyName, JSON.parse(config)));
}

function readHistory(text = "[]"): readonly Epoch[] {
  return explained("history", () => {
    const history: unknown = JSON.parse(text);
    return isHistory(history) ? history : refuse("its history is no list of epochs");
  });
}

/** What `read` gives; its errors say what of the file did not fit. */
function explained<T>(part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError) refuse(`its ${part} does not fit: ${error.message}`, error);
    if (error instanceof SyntaxError) refuse(`its ${part} is no JSON: ${error.message}`, error);
    throw error;
  }
}

function refuse(reason: string, cause?: Error): never {
  throw new InputError("format", READ, reason, { cause });
}
