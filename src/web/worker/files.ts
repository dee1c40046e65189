/** Files of a visitor: models, images with their labels, tables, a saved state. @module */

import { InputError } from "../../errors.ts";
import { loadModel, type Model, readIdx, saveModel } from "../../mod.ts";
import { readOnnx } from "../../onnx.ts";
import { type NamedBytes, STATE_FORMAT } from "../messages.ts";
import { type Data, imageData } from "./data.ts";
import { tableData } from "./table.ts";

/** Contents of files, read and checked. */
export interface Contents {
  readonly model?: {
    readonly name: string;
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly model: Model;
  };
  readonly data?: Data;
  readonly link?: string;
}

/**
 * Contents of `files`: at most one model, one set of images with or without its labels or one table, one state. Files
 * packed by gzip are unpacked. A model must fit the examples of `sizes`, or those that are opened with it.
 *
 * @throws {InputError} if one is none of these
 * @throws {InputError} if one is, but does not fit the page or the others
 */
export async function readFiles(
  files: readonly NamedBytes[],
  sizes: { inputs: number; classes: number },
): Promise<Contents> {
  const contents: { -readonly [K in keyof Contents]: Contents[K] } = {};
  let images: NamedBytes | undefined, labels: NamedBytes | undefined, model: NamedBytes | undefined;
  for (const { name, bytes: packed } of files) {
    const bytes = await unpacked(name, packed);
    const kind = kindOf(bytes);
    if (kind === "idx") {
      const isLabels = within(name, () => readIdx(bytes)).shape.length === 1;
      if (isLabels ? labels : images) {
        throw new InputError(
          "shape",
          `open ${name}`,
          `there are ${isLabels ? "labels" : "images"} already`,
        );
      }
      if (isLabels) labels = { name, bytes };
      else images = { name, bytes };
    } else if (kind === "state") {
      contents.link = linkOf(name, bytes);
    } else if (kind === "model" || kind === "onnx") {
      model = { name, bytes };
    } else if (kind === "table" && !contents.data) {
      contents.data = tableData(name, new TextDecoder().decode(bytes));
    } else {
      throw new InputError(
        "format",
        `open ${name}`,
        "it is neither a model (safetensors, ONNX), nor IDX images or labels, nor a table (CSV), a PNG or a saved state",
      );
    }
  }
  if (labels && !images) {
    throw new InputError(
      "shape",
      `open ${labels.name}`,
      "labels need their images, so open both files together",
    );
  }
  if (images) contents.data = imageData(images.name, images.bytes, labels?.bytes);
  if (model) {
    const read = modelOf(model, contents.data ?? sizes);
    // what is shared and saved is a file of this project, whatever was opened
    const bytes = kindOf(model.bytes) === "onnx" ? saveModel(read) : model.bytes;
    contents.model = { name: model.name, bytes, model: read };
  }
  return contents;
}

/** What the first bytes look like. */
function kindOf(bytes: Uint8Array): "idx" | "state" | "model" | "onnx" | "table" | undefined {
  const brace = "{".charCodeAt(0);
  if (bytes[8] === brace) return "model";
  if (bytes[0] === 0 && bytes[1] === 0) return "idx";
  if (bytes[0] === brace) return "state";
  // ir_version, the first field of ONNX
  if (bytes[0] === 8) return "onnx";
  const line = new TextDecoder().decode(bytes.subarray(0, 4096)).split("\n")[0];
  if (line.includes(",")) return "table";
}

function modelOf(
  { name, bytes }: NamedBytes,
  { inputs, classes }: { inputs: number; classes: number },
): Model {
  const model = within(name, () => kindOf(bytes) === "onnx" ? readOnnx(bytes) : loadModel(bytes));
  if (model.inputs === inputs && model.classes === classes) return model;
  model[Symbol.dispose]();
  throw new InputError(
    "shape",
    `open ${name}`,
    `the model has ${model.inputs} inputs and ${model.classes} classes, the examples have ${inputs} and ${classes}`,
  );
}

function linkOf(name: string, bytes: Uint8Array): string {
  const { format, link } = within(name, () => parsed(bytes));
  if (format === STATE_FORMAT && typeof link === "string") return link;
  throw new InputError("format", `open ${name}`, "it is no state of this page");
}

function parsed(bytes: Uint8Array): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new InputError("format", "read a saved state", "it is not JSON");
  }
}

/** What `read` gives; a failure names the file. */
function within<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError) throw error.about(`open ${name}`);
    throw error;
  }
}

async function unpacked(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new InputError("format", `open ${name}`, "its gzip packing is broken");
  }
}
