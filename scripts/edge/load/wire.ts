/** Malformed HTTP on the wire, and clients that disconnect early. @module */

import type { Case } from "../corpus/mod.ts";

const encoder = new TextEncoder();

/** The first bytes of a connection, after which the caller waits for an answer or leaves. */
interface Assault {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Whether the caller waits; the answer is then a refusal, or the end of the connection. */
  readonly waits: boolean;
}

function hostileCases({ path, body }: Case, host: string): Assault[] {
  const head = (...lines: string[]) =>
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines.join("\r\n")}\r\n\r\n`;
  const json = "Content-Type: application/json";
  const text = String(body);
  const made = (name: string, text: string, waits = true): Assault => ({
    name,
    bytes: encoder.encode(text),
    waits,
  });
  return [
    made("headers of a megabyte", head(json, `X-Long: ${"a".repeat(1 << 20)}`, "Content-Length: 2"), false),
    made("ten thousand headers", head(...Array.from({ length: 10_000 }, (_, i) => `X-${i}: ${i}`)), false),
    made("no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    made("a length that is none", head(json, "Content-Length: -1")),
    made("two lengths", head(json, "Content-Length: 2", "Content-Length: 3") + "{}"),
    made("a chunk that is none", head(json, "Transfer-Encoding: chunked") + "zz\r\n{}\r\n"),
    made(
      "a body cut short",
      head(json, `Content-Length: ${text.length}`) + text.slice(0, text.length / 2),
      false,
    ),
    made("a caller who leaves", head(json, `Content-Length: ${text.length}`) + text, false),
    made("a length beyond the limit", head(json, "Content-Length: 999999999999") + "{", true),
  ];
}

/** Milliseconds that a caller waits. */
const ANSWER_TIMEOUT = 2000;

/**
 * What the server at `url` answered to all of them, a line each, where it should not: anything but a status of 400 to 499,
 * or an end. `each` is a good request with a body.
 */
export async function sendHostile(url: string, each: Case): Promise<string[]> {
  const { hostname, port } = new URL(url);
  const lines: string[] = [];
  for (const { name, bytes, waits } of hostileCases(each, `${hostname}:${port}`)) {
    const status = await firstStatus({ hostname, port: Number(port) }, bytes, waits);
    if (status !== undefined && !/^4\d\d$/.test(status)) lines.push(`${name}: ${status}`);
  }
  return lines;
}

/** The status of the first answer; none where there is no answer. */
async function firstStatus(
  address: Deno.ConnectOptions,
  bytes: Uint8Array,
  waits: boolean,
): Promise<string | undefined> {
  const connection = await Deno.connect(address);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    if (!waits) return;
    timer = setTimeout(() => connection.close(), ANSWER_TIMEOUT);
    const buffer = new Uint8Array(4096);
    const read = await connection.read(buffer);
    if (read === null) return;
    return /^HTTP\/1\.[01] (\d+)/.exec(new TextDecoder().decode(buffer.subarray(0, read)))?.[1] ?? "no HTTP";
  } catch {
    // the server closed it first, which it may
    return;
  } finally {
    clearTimeout(timer);
    try {
      connection.close();
    } catch {
      // closed already
    }
  }
}
