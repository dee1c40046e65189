/** The bytes of an ONNX file, part by part. @module */

import { PbfWriter } from "pbf";

/** An attribute of a node: a whole number, a number, a text, or a list of whole numbers. */
export type Attribute = number | { readonly float: number } | string | readonly number[];

/** An operator with the names of what it reads and gives. */
export interface OnnxOperator {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Numbers that the file holds: float32, or int64 if they are `whole`. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
  readonly whole: boolean;
}

/** What the file holds. */
export interface OnnxParts {
  readonly nodes: readonly OnnxOperator[];
  readonly tensors: readonly OnnxTensor[];
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  readonly output: { readonly name: string; readonly shape: readonly number[] };
  readonly metadata: Readonly<Record<string, string>>;
}

/** Version of the format and of its operators: what runtimes of some years read. */
const IR_VERSION = 8, OPSET = 17;

/** Element types of the format. */
const FLOAT = 1, INT64 = 7;

/** The file of `parts`. */
export function onnxBytes(parts: OnnxParts): Uint8Array<ArrayBuffer> {
  const writer = new PbfWriter();
  writer.writeVarintField(1, IR_VERSION);
  writer.writeStringField(2, "gibbon");
  writer.writeMessage(7, graph, parts);
  writer.writeMessage(8, (_, pbf) => pbf.writeVarintField(2, OPSET), undefined);
  for (const entry of Object.entries(parts.metadata)) writer.writeMessage(14, pair, entry);
  return writer.finish().slice();
}

function pair([key, value]: readonly [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

function graph({ nodes, tensors, input, output }: OnnxParts, pbf: PbfWriter): void {
  for (const each of nodes) pbf.writeMessage(1, node, each);
  pbf.writeStringField(2, "gibbon");
  for (const each of tensors) pbf.writeMessage(5, tensor, each);
  pbf.writeMessage(11, value, input);
  pbf.writeMessage(12, value, output);
}

function node({ op, inputs, output, attributes }: OnnxOperator, pbf: PbfWriter): void {
  for (const name of inputs) pbf.writeStringField(1, name);
  pbf.writeStringField(2, output);
  pbf.writeStringField(3, output);
  pbf.writeStringField(4, op);
  for (const entry of Object.entries(attributes)) pbf.writeMessage(5, attribute, entry);
}

function attribute([name, value]: readonly [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  let type: number;
  if (typeof value === "number") {
    pbf.writeVarintField(3, value);
    type = 2;
  } else if (typeof value === "string") {
    pbf.writeBytesField(4, new TextEncoder().encode(value));
    type = 3;
  } else if ("float" in value) {
    pbf.writeFloatField(2, value.float);
    type = 1;
  } else {
    for (const each of value) pbf.writeVarintField(8, each);
    type = 7;
  }
  pbf.writeVarintField(20, type);
}

function tensor({ name, shape, data, whole }: OnnxTensor, pbf: PbfWriter): void {
  for (const size of shape) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, whole ? INT64 : FLOAT);
  pbf.writeStringField(8, name);
  const bytes = new Uint8Array((whole ? 8 : 4) * data.length), view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) {
    if (whole) view.setBigInt64(8 * i, BigInt(data[i]), true);
    else view.setFloat32(4 * i, data[i], true);
  }
  pbf.writeBytesField(9, bytes);
}

/** An input or output of any number of examples. */
function value({ name, shape }: OnnxParts["input"], pbf: PbfWriter): void {
  const dimension = (size: number | string, own: PbfWriter) =>
    typeof size === "string" ? own.writeStringField(2, size) : own.writeVarintField(1, size);
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, (_, type) => {
    type.writeMessage(1, (_, tensorType) => {
      tensorType.writeVarintField(1, FLOAT);
      tensorType.writeMessage(2, (_, dims) => {
        for (const size of ["batch", ...shape]) dims.writeMessage(1, dimension, size);
      }, undefined);
    }, undefined);
  }, undefined);
}
