/** The header of a safetensors file, read strictly. @module */

import { InputError } from "../errors.ts";
import { quoted } from "../wording.ts";

/** A header's members: names to fields, each field a text or whole numbers. */
export type Header = Map<string, Map<string, string | number[]>>;

/** The name of what is no tensor but texts by name. */
export const METADATA = "__metadata__";

/** Bytes of the number before the header that tells its length. */
export const SIZE_BYTES = 8;

/** The reference implementation's limit. */
export const MAX_HEADER_BYTES = 100_000_000;

/**
 * The header of the safetensors file `bytes`, and where the tensors' bytes begin.
 *
 * @throws {InputError} if `bytes` do not begin with a header
 */
export function readHeader(bytes: Uint8Array): { header: Header; from: number } {
  const from = SIZE_BYTES + headerLength(bytes);
  return { header: parse(decode(bytes.subarray(SIZE_BYTES, from))), from };
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < SIZE_BYTES) refuse(`expected at least ${SIZE_BYTES} bytes, got ${bytes.length}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const rest = bytes.length - SIZE_BYTES;
  if (length > BigInt(rest)) refuse(`expected a header of ${length} bytes, got ${rest}`);
  if (length > BigInt(MAX_HEADER_BYTES)) refuse(`a header of ${length} bytes passes ${MAX_HEADER_BYTES}`);
  return Number(length);
}

function decode(header: Uint8Array): string {
  if (header[0] !== 0x7b) refuse("the header does not begin with {");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(header);
  } catch {
    return refuse("the header is not UTF-8");
  }
}

function refuse(problem: string): never {
  throw new InputError("format", "read safetensors", problem);
}

/**
 * The members of the header `text`, JSON of the one form safetensors uses: `{"name": {"field": "text" or [1, 2]}}`.
 *
 * Reads it without `JSON.parse`, which keeps the last of equal keys, rounds large numbers, and builds whatever
 * a hostile file nests.
 */
function parse(text: string): Header {
  let at = 0;

  function fail(problem: string): never {
    refuse(`${problem} at character ${at} of the header`);
  }
  function peek(): string {
    while (at < text.length && " \t\r\n".includes(text[at])) at++;
    return text[at] ?? "the end";
  }
  function take(token: string): void {
    if (peek() !== token) fail(`expected ${token} but found ${quoted(peek())}`);
    at++;
  }
  function readText(): string {
    take('"');
    const from = at - 1;
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    if (at >= text.length) fail("a text does not end");
    at++;
    try {
      return JSON.parse(text.slice(from, at));
    } catch {
      return fail("a text is not valid JSON");
    }
  }
  function readNumber(): number {
    peek();
    const whole = /(?:0|[1-9]\d{0,15})(?=[\s,\]])/y;
    whole.lastIndex = at;
    const value = Number(whole.exec(text)?.[0]);
    if (!Number.isSafeInteger(value)) fail("expected a whole number in 0 … 2⁵³ − 1");
    at = whole.lastIndex;
    return value;
  }
  function readList(open: string, close: string, readItem: () => void): void {
    take(open);
    if (peek() !== close) {
      readItem();
      while (peek() === ",") {
        at++;
        readItem();
      }
    }
    take(close);
  }
  function readObject<T>(readValue: (name: string) => T): Map<string, T> {
    const members = new Map<string, T>();
    readList("{", "}", () => {
      const key = readText();
      if (key === "__proto__") fail("the name __proto__ is not allowed");
      if (members.has(key)) fail(`the name ${quoted(key)} occurs twice`);
      take(":");
      members.set(key, readValue(key));
    });
    return members;
  }
  function readField(): string | number[] {
    if (peek() === '"') return readText();
    const numbers: number[] = [];
    readList("[", "]", () => numbers.push(readNumber()));
    return numbers;
  }
  /** A text of the metadata. Some write numbers, lists or null there, which the format does not have. */
  function readMetadata(): Map<string, string> {
    if (text.startsWith("null", at)) {
      at += 4;
      return new Map();
    }
    if (peek() !== "{") notText("the metadata are");
    return readObject((name) => peek() === '"' ? readText() : notText(`metadata ${quoted(name)} is`));
  }
  function notText(what: string): never {
    throw new InputError("value", "read safetensors", `${what} not text, which the format demands`);
  }

  const header = readObject((name) => {
    peek();
    return name === METADATA ? readMetadata() : readObject(readField);
  });
  if (peek() !== "the end") fail(`expected nothing more but found ${quoted(peek())}`);
  return header;
}
