/** Messages of protocol buffers by tables of their fields; bytes may be anything. @module */

import { PbfReader } from "pbf";
import { InputError } from "../../errors.ts";

/** What a field holds, `"repeated …"` if there may be several. */
type Kind = "int" | "float" | "text" | "bytes" | "ints" | "floats" | "doubles" | "texts" | "blobs";

/** A message's fields by number: name and kind, or for a message inside it name, table, and whether there are several. */
export type Message = {
  readonly [field: number]:
    | readonly [name: string, kind: Kind]
    | readonly [name: string, message: () => Message, many: boolean];
};

/** A message as read: fields that are not there are missing, lists of none are empty. */
export type Read = Record<string, unknown>;

/** Nested messages deeper than this no model has. */
const MAX_DEPTH = 32;

/** Wire types of protocol buffers. */
const VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5;

/** Wire types of the kinds; lists of numbers come packed too. */
const WIRES: Readonly<Record<Kind, readonly number[]>> = {
  int: [VARINT],
  float: [FIXED32],
  text: [BYTES],
  bytes: [BYTES],
  ints: [VARINT, BYTES],
  floats: [FIXED32, BYTES],
  doubles: [FIXED64, BYTES],
  texts: [BYTES],
  blobs: [BYTES],
};

/**
 * The message that `bytes` hold, its fields by `message`; other fields are skipped.
 *
 * @throws {InputError} code `format` if they are none
 */
export function readMessage(bytes: Uint8Array, message: Message, action: string): Read {
  const reader = new PbfReader(bytes);
  const refuse = (reason: string): never => {
    throw new InputError("format", action, `it is not a whole ONNX file: ${reason}`);
  };
  try {
    return fields(message, bytes.length, 0);
  } catch (error) {
    // the reader's own errors say no more than that the bytes are none
    if (error instanceof InputError) throw error;
    if (error instanceof Error) return refuse(`byte ${Math.min(reader.pos, bytes.length)} fits no field`);
    throw error;
  }

  function fields(of: Message, end: number, depth: number): Read {
    if (depth > MAX_DEPTH) refuse(`messages are nested deeper than ${MAX_DEPTH}`);
    const out: Read = {};
    for (const entry of Object.values(of)) {
      const many = entry.length === 3 ? entry[2] : entry[1].endsWith("s") && entry[1] !== "bytes";
      if (many) out[entry[0]] = [];
    }
    while (reader.pos < end) {
      const field = reader.readVarint();
      const [number, wire] = [Math.floor(field / 8), field % 8];
      const entry = Object.hasOwn(of, number) ? of[number] : undefined;
      // what a value takes up is checked before it is read
      const start = reader.pos, after = wire === BYTES ? reader.readVarint() + reader.pos : start;
      if (after > end) refuse(`field ${number} at byte ${start} ends beyond its message`);
      if (wire === BYTES && !entry) reader.pos = after;
      else if (!entry) skip(wire);
      else if (entry.length === 3) {
        if (wire !== BYTES) refuse(`field ${number} at byte ${start} is no message`);
        const value = fields(entry[1](), after, depth + 1);
        if (entry[2]) (out[entry[0]] as Read[]).push(value);
        else out[entry[0]] = value;
      } else {
        if (!WIRES[entry[1]].includes(wire)) refuse(`field ${number} at byte ${start} is of another type`);
        read(out, entry, wire === BYTES ? after : undefined);
      }
      if (wire === BYTES && reader.pos !== after) {
        refuse(`field ${number} at byte ${start} has another length`);
      }
      if (reader.pos > end) refuse(`field ${number} at byte ${start} ends beyond its message`);
    }
    return out;
  }

  /** Reads one value, up to `after` if it says how long it is. */
  function read(out: Read, [name, kind]: readonly [string, Kind], after: number | undefined): void {
    const blob = () => {
      const value = bytes.subarray(reader.pos, after);
      reader.pos = after!;
      return value;
    };
    const one = {
      ints: () => reader.readVarint(true),
      floats: () => reader.readFloat(),
      doubles: () => reader.readDouble(),
    };
    switch (kind) {
      case "int":
        out[name] = reader.readVarint(true);
        break;
      case "float":
        out[name] = reader.readFloat();
        break;
      case "text":
        out[name] = decoder.decode(blob());
        break;
      case "bytes":
        out[name] = blob();
        break;
      case "texts":
        (out[name] as string[]).push(decoder.decode(blob()));
        break;
      case "blobs":
        (out[name] as Uint8Array[]).push(blob());
        break;
      default: {
        const list = out[name] as number[], next = one[kind];
        if (after === undefined) list.push(next());
        else while (reader.pos < after) list.push(next());
      }
    }
  }

  function skip(wire: number): void {
    if (wire === VARINT) reader.readVarint();
    else if (wire === FIXED64) reader.pos += 8;
    else if (wire === FIXED32) reader.pos += 4;
    else refuse(`byte ${reader.pos} begins no field`);
  }
}

const decoder = new TextDecoder();
