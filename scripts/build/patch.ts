/** One binary as what has to be changed in another: `src/runtime/binary.ts` reads it. @module */

/** Bytes from which a run that lies elsewhere in the base is worth naming. */
const SHORTEST = 6;

/**
 * The steps that make `wanted` of `base`: first the length of the result, then in turn how many new bytes follow, these
 * bytes, how far from the end of the last run the next one begins in the base, and how long it is. Numbers have 7 bits
 * a byte, the lowest first; distances that are negative are −2d − 1, the others 2d.
 */
export function patchOf(base: Uint8Array, wanted: Uint8Array): Uint8Array<ArrayBuffer> {
  const places = placesIn(base);
  const out: number[] = [];
  const number = (value: number) => {
    for (; value > 127; value >>>= 7) out.push(value & 127 | 128);
    out.push(value);
  };
  number(wanted.length);
  let fresh: number[] = [], end = 0;
  for (let i = 0; i < wanted.length;) {
    // where nothing but bytes was replaced, the run goes on
    const starts = [end + fresh.length, end, ...places.get(keyAt(wanted, i)) ?? []];
    const runs = starts.map((start) => ({ start, length: common(base.subarray(start), wanted.subarray(i)) }));
    const { start, length } = runs.reduce((best, run) => run.length > best.length ? run : best);
    if (length < SHORTEST) {
      fresh.push(wanted[i++]);
      continue;
    }
    number(fresh.length);
    out.push(...fresh);
    number(start < end ? 2 * (end - start) - 1 : 2 * (start - end));
    number(length);
    [fresh, end] = [[], start + length];
    i += length;
  }
  number(fresh.length);
  out.push(...fresh);
  return Uint8Array.from(out);
}

/** Where each row of so many bytes lies. */
function placesIn(bytes: Uint8Array): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (let i = 0; i + SHORTEST <= bytes.length; i++) {
    const key = keyAt(bytes, i), found = places.get(key);
    if (found) found.push(i);
    else places.set(key, [i]);
  }
  return places;
}

function keyAt(bytes: Uint8Array, at: number): string {
  return bytes.subarray(at, at + SHORTEST).join();
}

/** How many bytes are the same at the beginning. */
function common(a: Uint8Array, b: Uint8Array): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
