/** A binary as short text for a program to hold, packed or as what has to be changed in another: `src/runtime/binary.ts` reads it. @module */

/** Bytes from which a run that lies elsewhere is worth naming: in the base, and in what is written already. */
const SHORTEST = 6, SHORTEST_OWN = 4;

/** Places at which a run may begin that are looked at. */
const LOOKS = 400;

/**
 * The steps that make `wanted` of `base`: first the length of the result, then in turn a byte whose upper half is the
 * number of new bytes that follow and whose lower half is the length of the run after them, less 4; these bytes; and how far
 * from the end of the last run the next one begins in the base. A half of 15 is followed by what the number is more than that,
 * before the bytes and after the distance. Numbers have 7 bits a byte, the lowest first; distances that are negative are
 * −2d − 1, the others 2d.
 */
export function patchOf(base: Uint8Array, wanted: Uint8Array): Uint8Array<ArrayBuffer> {
  const places = new Places(base, SHORTEST);
  const steps = new Steps(wanted.length);
  let fresh: number[] = [], end = 0;
  for (let i = 0; i < wanted.length;) {
    // where nothing but bytes was replaced, the run goes on
    const { start, length } = places.longest(wanted, i, { first: [end + fresh.length, end] });
    if (length < SHORTEST) {
      fresh.push(wanted[i++]);
      continue;
    }
    steps.run(fresh, start < end ? 2 * (end - start) - 1 : 2 * (start - end), length);
    [fresh, end] = [[], start + length];
    i += length;
  }
  return steps.end(fresh);
}

/** The same steps for `wanted` alone, as short as they can be: runs lie in what is written already, so many bytes back. */
export function packed(wanted: Uint8Array): Uint8Array<ArrayBuffer> {
  const places = new Places(wanted, SHORTEST_OWN);
  const { length } = wanted;
  // from the end: the fewest bytes that the rest takes, and what to do first for it
  const cost = new Float64Array(length + 1), runs = new Int32Array(length), backs = new Int32Array(length);
  for (let i = length - 1; i >= 0; i--) {
    cost[i] = cost[i + 1] + 1;
    for (const { start, length: longest } of places.longestByBytes(wanted, i)) {
      const back = i - start;
      for (let run = SHORTEST_OWN; run <= longest; run++) {
        const own = 1 + bytesOf(back) + (run >= SHORTEST_OWN + 15 ? bytesOf(run - SHORTEST_OWN - 15) : 0);
        if (own + cost[i + run] >= cost[i]) continue;
        [cost[i], runs[i], backs[i]] = [own + cost[i + run], run, back];
      }
    }
  }
  const steps = new Steps(length);
  let fresh: number[] = [];
  for (let i = 0; i < length;) {
    if (runs[i] === 0) {
      fresh.push(wanted[i++]);
      continue;
    }
    steps.run(fresh, backs[i], runs[i]);
    fresh = [];
    i += runs[i];
  }
  return steps.end(fresh);
}

/** Bits of the longest code of a byte. */
const LONGEST = 12;

/** `bytes` with a Huffman code for each, as `symbols` reads it: their number, the lengths of the codes, the codes. */
export function coded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const counts = new Array<number>(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  const lengths = codeLengths(counts);
  const codes = new Array<number>(256).fill(0);
  for (let length = 1, code = 0; length <= LONGEST; length++, code *= 2) {
    for (let byte = 0; byte < 256; byte++) if (lengths[byte] === length) codes[byte] = code++;
  }
  const out = [bytes.length & 255, bytes.length >> 8 & 255, bytes.length >> 16];
  for (let byte = 0; byte < 256; byte += 2) out.push(lengths[byte] | lengths[byte + 1] << 4);
  let held = 0, count = 0;
  for (const byte of bytes) {
    for (let bit = lengths[byte] - 1; bit >= 0; bit--) {
      held = held << 1 | codes[byte] >> bit & 1;
      if (++count < 8) continue;
      out.push(held);
      [held, count] = [0, 0];
    }
  }
  if (count > 0) out.push(held << 8 - count);
  return Uint8Array.from(out);
}

/** The length of each byte's Huffman code, at most LONGEST, 0 where there is none. see: Huffman 1952 */
function codeLengths(counts: readonly number[]): number[] {
  const lengths = new Array<number>(256).fill(0);
  let trees = counts.flatMap((count, byte) => count > 0 ? [{ count, bytes: [byte] }] : []);
  if (trees.length === 1) lengths[trees[0].bytes[0]] = 1;
  while (trees.length > 1) {
    trees.sort((a, b) => a.count - b.count);
    const [a, b, ...rest] = trees;
    const bytes = [...a.bytes, ...b.bytes];
    for (const byte of bytes) lengths[byte]++;
    trees = [...rest, { count: a.count + b.count, bytes }];
  }
  // counts that differ less make shorter codes
  return Math.max(...lengths) > LONGEST
    ? codeLengths(counts.map((count) => count > 0 ? (count >> 1) + 1 : 0))
    : lengths;
}

/** Bytes that a number takes. */
function bytesOf(value: number): number {
  return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
}

/** Steps as bytes. */
class Steps {
  readonly #out: number[] = [];

  constructor(length: number) {
    this.#number(length);
  }

  #number(value: number): void {
    for (; value > 127; value >>>= 7) this.#out.push(value & 127 | 128);
    this.#out.push(value);
  }

  run(fresh: readonly number[], distance: number, length: number): void {
    const rest = length - SHORTEST_OWN;
    this.#out.push(Math.min(fresh.length, 15) << 4 | Math.min(rest, 15));
    if (fresh.length >= 15) this.#number(fresh.length - 15);
    this.#out.push(...fresh);
    this.#number(distance);
    if (rest >= 15) this.#number(rest - 15);
  }

  end(fresh: readonly number[]): Uint8Array<ArrayBuffer> {
    this.#out.push(Math.min(fresh.length, 15) << 4);
    if (fresh.length >= 15) this.#number(fresh.length - 15);
    return Uint8Array.from([...this.#out, ...fresh]);
  }
}

/** Where each row of so many bytes lies. */
class Places {
  readonly #bytes: Uint8Array;
  readonly #size: number;
  readonly #places = new Map<string, number[]>();

  constructor(bytes: Uint8Array, size: number) {
    [this.#bytes, this.#size] = [bytes, size];
    for (let i = 0; i + size <= bytes.length; i++) {
      const key = bytes.subarray(i, i + size).join(), found = this.#places.get(key);
      if (found) found.push(i);
      else this.#places.set(key, [i]);
    }
  }

  /** The longest run that lies here and is what `wanted` has at `i`. */
  longest(
    wanted: Uint8Array,
    i: number,
    { first }: { first: readonly number[] },
  ): { start: number; length: number } {
    let best = { start: 0, length: 0 };
    for (const start of [...first, ...this.#known(wanted, i)]) {
      const length = this.#common(start, wanted, i);
      if (length > best.length) best = { start, length };
    }
    return best;
  }

  /** The longest runs that end before `i`, one for each number of bytes that the distance to them takes. */
  longestByBytes(wanted: Uint8Array, i: number): { start: number; length: number }[] {
    const best: { start: number; length: number }[] = [];
    for (const start of this.#known(wanted, i).filter((at) => at < i).slice(-LOOKS)) {
      const length = Math.min(this.#common(start, wanted, i), i - start), bytes = bytesOf(i - start);
      if (length >= SHORTEST_OWN && length > (best[bytes]?.length ?? 0)) best[bytes] = { start, length };
    }
    return best.filter(Boolean);
  }

  #known(wanted: Uint8Array, i: number): readonly number[] {
    return this.#places.get(wanted.subarray(i, i + this.#size).join()) ?? [];
  }

  #common(start: number, wanted: Uint8Array, i: number): number {
    const most = Math.min(wanted.length - i, this.#bytes.length - start);
    let length = 0;
    while (length < most && this.#bytes[start + length] === wanted[i + length]) length++;
    return length;
  }
}
