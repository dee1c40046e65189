/** Bytes near to sound files: each a few edits away from one. @module */

import fc from "fast-check";

/** One change of bytes; places are taken modulo the length, so that any number is one. */
type Edit =
  | { readonly kind: "set"; readonly at: number; readonly byte: number }
  | { readonly kind: "cut"; readonly at: number; readonly count: number }
  | { readonly kind: "repeat"; readonly at: number; readonly count: number; readonly times: number }
  | { readonly kind: "insert"; readonly at: number; readonly bytes: Uint8Array }
  | {
    readonly kind: "size";
    readonly at: number;
    readonly value: bigint;
    readonly width: number;
    readonly little: boolean;
  }
  | { readonly kind: "end"; readonly at: number }
  | { readonly kind: "number"; readonly at: number; readonly text: string };

/** Texts in place of numbers and words. */
export const TEXTS: readonly string[] = [
  ...["0", "-1", "1", "2", "255", "256", "65536", "2147483647", "4294967296", "9007199254740993", "1e999"],
  ...[
    "-0",
    "0.5",
    "1e-320",
    "NaN",
    "Infinity",
    "nan",
    "inf",
    "",
    " ",
    "null",
    "true",
    "x",
    "\u0000",
    "\u001b[31m",
  ],
  ...[
    "\n",
    "\r\n",
    "\u2028",
    "\ud800",
    "é",
    "__proto__",
    "constructor",
    '"',
    '""',
    "'",
    ",",
    ";",
    "{",
    "}",
    "[",
    "]",
  ],
  ...[
    "a".repeat(700),
    "9".repeat(400),
    "1".repeat(20),
    "F32",
    "BF16",
    "I64",
    "<f8",
    ">i2",
    "|b1",
    "|O",
    "fortran_order",
  ],
];

const place = fc.nat(2 ** 20);

const SIZES = [
  0n,
  1n,
  2n,
  127n,
  255n,
  65535n,
  2n ** 24n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), at: place, byte: fc.nat(255) }),
  fc.record({ kind: fc.constant("cut" as const), at: place, count: fc.integer({ min: 1, max: 64 }) }),
  fc.record({
    kind: fc.constant("repeat" as const),
    at: place,
    count: fc.integer({ min: 1, max: 64 }),
    times: fc.integer({ min: 1, max: 20 }),
  }),
  fc.record({ kind: fc.constant("insert" as const), at: place, bytes: fc.uint8Array({ maxLength: 16 }) }),
  fc.record({
    kind: fc.constant("size" as const),
    at: place,
    value: fc.constantFrom(...SIZES),
    width: fc.constantFrom(2, 4, 8),
    little: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("end" as const), at: place }),
  fc.record({ kind: fc.constant("number" as const), at: place, text: fc.constantFrom(...TEXTS) }),
);

/** Bytes a few edits away from one of `seeds`. */
export function mutatedBytes(seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc.tuple(fc.nat(seeds.length - 1), fc.array(edit, { maxLength: 5 })).map(([seed, edits]) =>
    edits.reduce(edited, Uint8Array.from(seeds[seed]))
  );
}

/** Texts a few edits away from one of `seeds`, in UTF-8. */
export function mutatedText(seeds: readonly string[]): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return mutatedBytes(seeds.map((seed) => new TextEncoder().encode(seed)));
}

function edited(bytes: Uint8Array<ArrayBuffer>, edit: Edit): Uint8Array<ArrayBuffer> {
  const at = edit.at % (bytes.length + 1);
  switch (edit.kind) {
    case "set": {
      const out = bytes.slice();
      if (at < out.length) out[at] = edit.byte;
      return out;
    }
    case "cut":
      return joined(bytes.subarray(0, at), bytes.subarray(at + edit.count));
    case "repeat":
      return joined(
        bytes.subarray(0, at),
        ...Array(edit.times).fill(bytes.subarray(at, at + edit.count)),
        bytes.subarray(at),
      );
    case "insert":
      return joined(bytes.subarray(0, at), edit.bytes, bytes.subarray(at));
    case "end":
      return bytes.slice(0, at);
    case "size": {
      const out = bytes.slice();
      for (let i = 0; i < edit.width && at + i < out.length; i++) {
        const digit = edit.little ? i : edit.width - 1 - i;
        out[at + i] = Number((edit.value >> BigInt(8 * digit)) & 255n);
      }
      return out;
    }
    case "number":
      return withText(bytes, edit);
  }
}

/** The bytes with one of the runs of digits or letters in them replaced. */
function withText(bytes: Uint8Array, { at, text }: { at: number; text: string }): Uint8Array<ArrayBuffer> {
  const latin = new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
  const runs = [...latin.matchAll(/\d+|[A-Za-z_]+/g)];
  if (runs.length === 0) return Uint8Array.from(bytes);
  const { index, 0: run } = runs[at % runs.length];
  return joined(
    bytes.subarray(0, index),
    new TextEncoder().encode(text),
    bytes.subarray(index + run.length),
  );
}

/** The parts one after another. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
