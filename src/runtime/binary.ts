/** The builds as the text that a program holds. @module */

import { unpacker } from "../../wasm/unpack.ts";
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

/** `asm/unpack.ts` at work: JavaScript that no engine has optimised yet would take many milliseconds for the same. */
interface Unpacker {
  readonly memory: WebAssembly.Memory;
  symbols(out: number, coded: number, end: number): number;
  unpacked(out: number, base: number, patch: number, end: number): number;
}

/** Bytes at the beginning of its memory that are its own. */
const ITS_OWN = 8256;

let unpacking: Unpacker | undefined;

/** Starts this build of `asm/unpack.ts`, by default the one that the program holds. */
export function startUnpacker(bytes: Uint8Array<ArrayBuffer> = decoded(unpacker)): void {
  unpacking = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Unpacker;
}

/** What one of its functions writes behind `parts`, given their places, 0 for one that is left out, and where they end. */
function written(
  name: "symbols" | "unpacked",
  ...parts: readonly (Uint8Array | undefined)[]
): Uint8Array<ArrayBuffer> {
  if (!unpacking) startUnpacker();
  const memory = new Uint8Array(unpacking!.memory.buffer);
  let end = ITS_OWN;
  const places = parts.map((part) => {
    if (!part) return 0;
    memory.set(part, end);
    end += part.length;
    return end - part.length;
  });
  const length = (unpacking![name] as (...args: number[]) => number)(end, ...places, end);
  return memory.slice(end, end + length);
}

/** The bytes in `coded`, as `coded` of `scripts/build/patch.ts` writes them. */
export function symbols(coded: Uint8Array): Uint8Array<ArrayBuffer> {
  return written("symbols", coded);
}

/** What the steps in `patch` make of `base`; without one they refer to what is written already. */
export function unpacked(base: Uint8Array | undefined, patch: Uint8Array): Uint8Array<ArrayBuffer> {
  return written("unpacked", base, patch);
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
