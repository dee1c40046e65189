/** The builds as the text that a program holds. @module */

import type { Additions, Variant } from "./variants.ts";

/** One build, and how the other differs from it: they are nearly the same. */
export interface Binaries {
  /** The baseline build, packed and coded by `scripts/build/patch.ts`, in base64. */
  readonly baselinePacked: string;
  /** What makes the relaxed one of it, as `scripts/build/patch.ts` writes it, packed in turn, in base64. */
  readonly relaxedPatch: string;
}

/** Baseline builds that were unpacked: both builds are asked for where the faster one is looked for. */
const bases = new Map<string, Uint8Array<ArrayBuffer>>();

/** The bytes of a build, with what `more` adds. */
export function bytesOf(
  { baselinePacked, relaxedPatch }: Binaries,
  variant: Variant,
  more?: Additions,
): Uint8Array<ArrayBuffer> {
  const base = bases.get(baselinePacked) ?? unpacked(undefined, symbols(decoded(baselinePacked)));
  bases.set(baselinePacked, base);
  if (more) return more(base, variant);
  return variant === "baseline" ? base : unpacked(base, unpacked(undefined, decoded(relaxedPatch)));
}

/** Bits of the longest code of a byte. */
const LONGEST = 12;

/**
 * The bytes in `coded`, which begins with their number in 3 bytes, the lowest first, and the lengths of their codes, half a byte
 * each, the lower one first. Codes are given out by length and then by byte, in order (canonical Huffman codes).
 */
export function symbols(coded: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(coded[0] | coded[1] << 8 | coded[2] << 16);
  const table = new Uint16Array(1 << LONGEST);
  // few steps of the interpreter for each byte: this runs once, before an engine has optimised it
  const lengthOf = (byte: number) => coded[3 + (byte >> 1)] >> 4 * (byte & 1) & 15;
  // where the codes of each length begin in the table
  const next = new Int32Array(LONGEST + 2);
  for (let byte = 0; byte < 256; byte++) next[lengthOf(byte) + 1] += 1 << LONGEST - lengthOf(byte);
  for (let length = next[1] = 0; length < LONGEST; length++) next[length + 1] += next[length];
  for (let byte = 0; byte < 256; byte++) {
    const length = lengthOf(byte);
    if (length > 0) table.fill(byte << 4 | length, next[length], next[length] += 1 << LONGEST - length);
  }
  const end = out.length, mask = (1 << LONGEST) - 1;
  for (let i = 0, at = 131, held = 0, count = 0; i < end; i++) {
    if (count < LONGEST) {
      held = held << 16 | coded[at] << 8 | coded[at + 1];
      at += 2;
      count += 16;
    }
    const entry = table[held >> count - LONGEST & mask];
    out[i] = entry >> 4;
    count -= entry & 15;
  }
  return out;
}

/** What the steps in `patch` make of `base`; without one they refer to what is written already. */
export function unpacked(base: Uint8Array | undefined, patch: Uint8Array): Uint8Array<ArrayBuffer> {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = patch[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const out = new Uint8Array(number());
  for (let size = 0, end = 0;;) {
    const counts = patch[at++];
    for (let fresh = counts >> 4 < 15 ? counts >> 4 : 15 + number(); fresh > 0; fresh--) {
      out[size++] = patch[at++];
    }
    if (at >= patch.length) return out;
    const distance = number(), rest = counts & 15;
    const length = 4 + (rest < 15 ? rest : 15 + number());
    const start = !base ? size - distance : distance & 1 ? end - (distance + 1) / 2 : end + distance / 2;
    end = start + length;
    // most runs are short, for which views would cost milliseconds at every start
    if (base && length > 40) out.set(base.subarray(start, end), size);
    else if (base) { for (let i = start; i < end; i++) out[size + i - start] = base[i]; }
    else out.copyWithin(size, start, end);
    size += length;
  }
}

/** The bytes that base64 stands for. */
export function decoded(base64: string): Uint8Array<ArrayBuffer> {
  // a loop costs milliseconds in code not yet optimised, but not every engine has better
  const { fromBase64 } = Uint8Array as Partial<typeof Uint8Array>;
  if (fromBase64) return fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
