/** The parts of an ONNX file, as onnx.proto names them. @module */

import { type Message, readMessage } from "./protobuf.ts";

/** A tensor as it is stored. */
export interface TensorProto {
  readonly name?: string;
  readonly dims: readonly number[];
  readonly dataType?: number;
  readonly floats: readonly number[];
  readonly doubles: ArrayLike<number>;
  readonly int32s: readonly number[];
  readonly int64s: ArrayLike<number>;
  readonly uint64s: readonly number[];
  readonly strings: readonly Uint8Array[];
  readonly raw?: Uint8Array;
  /** Where its bytes are, if `location` is 1: location, offset and length. */
  readonly external: readonly { readonly key?: string; readonly value?: string }[];
  readonly location?: number;
}

/** What a node is set to, one of its values by `type`. */
export interface AttributeProto {
  readonly name?: string;
  readonly type?: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly t?: TensorProto;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly Uint8Array[];
  /** The attribute of a function that it stands for. */
  readonly reference?: string;
}

/** An operator with the names of what it reads and gives. */
export interface NodeProto {
  readonly name?: string;
  readonly op?: string;
  /** What the format that it was read from calls it; default `op`. */
  readonly kind?: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly AttributeProto[];
}

/** What an input or output is. */
export interface ValueProto {
  readonly name?: string;
  readonly type?: {
    readonly tensor?: {
      readonly elementType?: number;
      readonly shape?: { readonly dims: readonly { readonly value?: number; readonly name?: string }[] };
    };
    readonly sequence?: unknown;
    readonly map?: unknown;
  };
}

/** The file. */
export interface ModelProto {
  readonly irVersion?: number;
  readonly producer?: string;
  readonly producerVersion?: string;
  readonly graph?: {
    readonly nodes: readonly NodeProto[];
    readonly initializers: readonly TensorProto[];
    readonly sparse: readonly unknown[];
    readonly inputs: readonly ValueProto[];
    readonly outputs: readonly ValueProto[];
  };
  readonly metadata: readonly { readonly key?: string; readonly value?: string }[];
  readonly opsets: readonly { readonly domain?: string; readonly version?: number }[];
}

const ENTRY: Message = { 1: ["key", "text"], 2: ["value", "text"] };

const TENSOR: Message = {
  1: ["dims", "ints"],
  2: ["dataType", "int"],
  4: ["floats", "floats"],
  5: ["int32s", "ints"],
  6: ["strings", "blobs"],
  7: ["int64s", "ints"],
  8: ["name", "text"],
  9: ["raw", "bytes"],
  10: ["doubles", "doubles"],
  11: ["uint64s", "ints"],
  13: ["external", () => ENTRY, true],
  14: ["location", "int"],
};

const ATTRIBUTE: Message = {
  1: ["name", "text"],
  2: ["f", "float"],
  3: ["i", "int"],
  4: ["s", "bytes"],
  5: ["t", () => TENSOR, false],
  7: ["floats", "floats"],
  8: ["ints", "ints"],
  9: ["strings", "blobs"],
  20: ["type", "int"],
  21: ["reference", "text"],
};

const NODE: Message = {
  1: ["inputs", "texts"],
  2: ["outputs", "texts"],
  3: ["name", "text"],
  4: ["op", "text"],
  5: ["attributes", () => ATTRIBUTE, true],
  7: ["domain", "text"],
};

const NOTHING: Message = {};
const DIMENSION: Message = { 1: ["value", "int"], 2: ["name", "text"] };
const SHAPE: Message = { 1: ["dims", () => DIMENSION, true] };
const TENSOR_TYPE: Message = { 1: ["elementType", "int"], 2: ["shape", () => SHAPE, false] };
const TYPE: Message = {
  1: ["tensor", () => TENSOR_TYPE, false],
  4: ["sequence", () => NOTHING, false],
  5: ["map", () => NOTHING, false],
};
const VALUE: Message = { 1: ["name", "text"], 2: ["type", () => TYPE, false] };

const GRAPH: Message = {
  1: ["nodes", () => NODE, true],
  5: ["initializers", () => TENSOR, true],
  11: ["inputs", () => VALUE, true],
  12: ["outputs", () => VALUE, true],
  15: ["sparse", () => NOTHING, true],
};

const OPSET: Message = { 1: ["domain", "text"], 2: ["version", "int"] };

const MODEL: Message = {
  1: ["irVersion", "int"],
  2: ["producer", "text"],
  3: ["producerVersion", "text"],
  7: ["graph", () => GRAPH, false],
  8: ["opsets", () => OPSET, true],
  14: ["metadata", () => ENTRY, true],
};

/** The parts of the ONNX file that `bytes` hold. @throws {InputError} code `format` if they are none */
export function readParts(bytes: Uint8Array, action: string): ModelProto {
  return readMessage(bytes, MODEL, action) as unknown as ModelProto;
}

/** The tensor that a file of its own holds, as test data of the format are. @throws {InputError} code `format` if it holds none */
export function readTensorFile(bytes: Uint8Array, action: string): TensorProto {
  return readMessage(bytes, TENSOR, action) as unknown as TensorProto;
}
