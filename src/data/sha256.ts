/** SHA-256 without waiting: a browser's own answers only by promises. @module */

/** The first 64. */
const PRIMES: number[] = [];
for (let n = 2; PRIMES.length < 64; n++) if (PRIMES.every((prime) => n % prime > 0)) PRIMES.push(n);

/** The first 32 bits of the fractional parts of square roots, as the standard takes them. */
const START = PRIMES.slice(0, 8).map((prime) => Math.sqrt(prime) % 1 * 2 ** 32 | 0);

/** The same of cube roots, by Newton's method: engines differ in `Math.cbrt`. */
const K = Int32Array.from(PRIMES, (prime) => {
  let root = 7;
  for (let i = 0; i < 20; i++) root -= (root - prime / (root * root)) / 3;
  return root % 1 * 2 ** 32;
});

/** Bytes of a block. */
const BLOCK = 64;

/**
 * SHA-256 of the bytes of `parts`, one after the other, in hexadecimal.
 *
 * see: FIPS 180-4, section 6.2
 */
export function sha256(...parts: readonly ArrayBufferView[]): string {
  const block = new Uint8Array(BLOCK), words = new DataView(block.buffer), w = new Int32Array(64);
  let state: readonly number[] = START, held = 0, total = 0;
  const take = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => {
    for (let at = 0; at < byteLength;) {
      const count = Math.min(BLOCK - held, byteLength - at);
      block.set(new Uint8Array(buffer, byteOffset + at, count), held);
      at += count;
      total += count;
      held = total % BLOCK;
      if (held === 0) state = compressed(state, w, words);
    }
  };
  parts.forEach(take);
  const bits = BigInt(8 * total);
  take(Uint8Array.of(0x80));
  take(new Uint8Array((2 * BLOCK - 8 - held) % BLOCK));
  words.setBigUint64(BLOCK - 8, bits);
  return compressed(state, w, words).map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** `x` rotated right by `n` bits. */
function rotate(x: number, n: number): number {
  return x >>> n | x << 32 - n;
}

/** The state after the 16 words of a block; `w` is room for the schedule. Sums are cut to 32 bits each. */
function compressed(state: readonly number[], w: Int32Array, words: DataView): readonly number[] {
  for (let t = 0; t < 16; t++) w[t] = words.getInt32(4 * t);
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15], y = w[t - 2];
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ x >>> 3;
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ y >>> 10;
    w[t] = (w[t - 16] + s0 | 0) + (w[t - 7] + s1 | 0);
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = ((h + s1 | 0) + (e & f ^ ~e & g) | 0) + (K[t] + w[t] | 0) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = s0 + (a & b ^ a & c ^ b & c) | 0;
    h = g;
    g = f;
    f = e;
    e = d + t1 | 0;
    d = c;
    c = b;
    b = a;
    a = t1 + t2 | 0;
  }
  return [a, b, c, d, e, f, g, h].map((word, i) => state[i] + word | 0);
}
