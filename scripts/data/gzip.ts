/** Gzip, recognised by its bytes and unpacked within limits. @module */

import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { InputError } from "../../src/errors.ts";

/** Bytes from which on the ratio counts. */
const FREE_BYTES = 2 ** 26;

/** Times its size that packed data may have: tables of numbers stay far below, and gzip reaches 1030. */
const MAX_RATIO = 100;

/** Times its size that packed data usually have: room for so much is made at first. */
const USUAL_RATIO = 10;

/** Bytes given to the unpacking at once, so that its output can be compared with what it took. */
const PIECE = 2 ** 14;

/** Whether `bytes` begin as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The bytes packed in the gzip file `bytes`, of one member or several, with or without zeros after them.
 *
 * @throws {InputError} if `bytes` are not whole, sound gzip, or unpack to much more than data do
 */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  // not trusted: a guess of how much memory is needed
  const hint = bytes.length < 4
    ? 0
    : new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
  let out = new Uint8Array(Math.min(hint, PIECE + USUAL_RATIO * bytes.length)), length = 0;
  const unpacking = createGunzip({ chunkSize: 2 ** 16 });
  try {
    for await (const piece of Readable.from(piecesOf(bytes)).pipe(unpacking)) {
      if (length + piece.length > out.length) {
        const more = new Uint8Array(Math.max(2 * out.length, length + piece.length));
        more.set(out.subarray(0, length));
        out = more;
      }
      out.set(piece, length);
      length += piece.length;
      if (length > FREE_BYTES + MAX_RATIO * unpacking.bytesWritten) {
        throw new InputError(
          "format",
          "unpack gzip",
          `it unpacks to more than ${MAX_RATIO} times its size, which no table of numbers does`,
        );
      }
    }
  } catch (error) {
    throw error instanceof InputError
      ? error
      : new InputError("format", "unpack gzip", "it is not a whole gzip file");
  } finally {
    unpacking.destroy();
  }
  return out.subarray(0, length);
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}
