/** The builds as the text that a program holds. @module */

import type { Variant } from "./variants.ts";

/** One build, and how the other differs from it: they are nearly the same. */
export interface Binaries {
  /** The baseline build, packed by `scripts/build/patch.ts`, in base64. */
  readonly baselinePacked: string;
  /** What makes the relaxed one of it, as `scripts/build/patch.ts` writes it, packed in turn, in base64. */
  readonly relaxedPatch: string;
}

/** The bytes of a build. */
export function bytesOf(
  { baselinePacked, relaxedPatch }: Binaries,
  variant: Variant,
): Uint8Array<ArrayBuffer> {
  const plain = (text: string) => unpacked(undefined, decoded(text));
  const base = plain(baselinePacked);
  return variant === "baseline" ? base : unpacked(base, plain(relaxedPatch));
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
    const fresh = counts >> 4 < 15 ? counts >> 4 : 15 + number();
    out.set(patch.subarray(at, at += fresh), size);
    size += fresh;
    if (at >= patch.length) return out;
    const distance = number(), rest = counts & 15;
    const length = 4 + (rest < 15 ? rest : 15 + number());
    const start = !base ? size - distance : distance & 1 ? end - (distance + 1) / 2 : end + distance / 2;
    out.set((base ?? out).subarray(start, end = start + length), size);
    size += length;
  }
}

function decoded(base64: string): Uint8Array<ArrayBuffer> {
  // a loop costs milliseconds in code not yet optimised, but not every engine has better
  const { fromBase64 } = Uint8Array as Partial<typeof Uint8Array>;
  if (fromBase64) return fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
