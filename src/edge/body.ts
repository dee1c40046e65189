/** Bodies of requests: bytes within a limit, and what they say. @module */

import { InputError } from "../errors.ts";
import { readSafetensors } from "../data/safetensors.ts";
import { Problem } from "./problem.ts";

/** Media types of bodies: JSON, and safetensors, for which none is registered. */
export const JSON_TYPE = "application/json", SAFETENSORS = "application/vnd.safetensors";

/** What a request says, its members by name. */
export type Body = Readonly<Record<string, unknown>>;

/**
 * What the body of `request` says: the members of its JSON object, or the tensors and metadata of its safetensors, each
 * text of the latter read as JSON.
 *
 * @throws {Problem} 400, 413 or 415; or the reason of `signal`, once it aborts
 */
export async function readBody(
  request: Request,
  { limit, signal }: {
    /** Bytes that it may have. */
    limit: number;
    signal: AbortSignal;
  },
): Promise<Body> {
  const read = readerOf(request.headers);
  return read(await readBytes(request, { limit, signal }));
}

function readerOf(headers: Headers): (bytes: Uint8Array) => Body {
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding.trim().toLowerCase() !== "identity") {
    throw new Problem(415, "Cannot read the body: send it without a content encoding");
  }
  const type = (headers.get("content-type") ?? "").split(";", 1)[0].trim().toLowerCase();
  if (type === JSON_TYPE) return readJson;
  if (type === SAFETENSORS || type === "application/octet-stream") return readTensors;
  throw new Problem(415, `Cannot read the body: its content type must be ${JSON_TYPE} or ${SAFETENSORS}`);
}

/** The body's bytes, counted as they come: what a header says of their number may be wrong. */
async function readBytes(
  { headers, body }: Request,
  { limit, signal }: { limit: number; signal: AbortSignal },
): Promise<Uint8Array> {
  const tooMany = () => new Problem(413, `Cannot read the body: it has more than ${limit} bytes`);
  if (Number(headers.get("content-length")) > limit) throw tooMany();
  if (!body) return new Uint8Array();
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      length += part.value.length;
      if (length > limit) throw tooMany();
      parts.push(part.value);
    }
    signal.throwIfAborted();
    return joined(parts, length);
  } catch (error) {
    stop();
    signal.throwIfAborted();
    throw error instanceof Problem ? error : new Problem(400, "Cannot read the body: it broke off");
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0];
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function readJson(bytes: Uint8Array): Body {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Problem(400, "Cannot read the body: it is not UTF-8");
  }
  const value = parsed(text, "it");
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Body;
  throw new Problem(422, "Cannot read the body: it must be a JSON object");
}

/** What engines say of bad JSON quotes it, and differs; where it nests too deep, some run out of stack. */
function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, `Cannot read the body: ${what} is not valid JSON`);
  }
}

function readTensors(bytes: Uint8Array): Body {
  try {
    const { tensors, metadata: { format: _, ...metadata } } = readSafetensors(bytes);
    const texts = Object.entries(metadata).map((
      [name, text],
    ) => [name, parsed(text, "a text of its metadata")]);
    // tensors last, so that no text takes the place of one
    return { ...Object.fromEntries(texts), ...tensors };
  } catch (error) {
    if (error instanceof InputError) throw new Problem(400, error.message);
    throw error;
  }
}
