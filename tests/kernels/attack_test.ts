import { assert, assertEquals } from "@std/assert";
import { rng } from "../../src/rng.ts";
import { blank, nextSeed, reals } from "./draws.ts";
import { call, heaps } from "./trial.ts";

const { abs, fround } = Math;

/** Any finite float32 numbers, all exponents alike. */
function wild(n: number): Float32Array {
  const from = rng(nextSeed());
  const values = new Float32Array(Int32Array.from({ length: n }, () => from.below(2 ** 32) - 2 ** 31).buffer);
  return values.map((value) => isFinite(value) ? value : 0);
}

/** For each number of `x` one of either sign around its last place, or up to its own size. */
function comparable(x: Float32Array): Float32Array {
  const from = rng(nextSeed());
  return x.map((value) => {
    const d = value * (from.next() * 2 - 1) * 2 ** (1 - from.below(30));
    return isFinite(fround(d)) ? d : 0;
  });
}

/** A float32 number in units of the least denormal. */
const exactly = (value: number) => BigInt(value * 2 ** 149);
const magnitude = (value: bigint) => value < 0n ? -value : value;

/** Pairs of x and d: all magnitudes, and d so small that x + d rounds. */
function* steps(n: number): Generator<[Float32Array, Float32Array]> {
  const x = wild(n);
  yield [x, wild(n)];
  yield [x, comparable(x)];
  yield [reals(n, 0, 1), new Float32Array(n).fill(0.1)];
  // sums overflow
  yield [reals(n).map((value) => value * 3.4e38), reals(n).map((value) => value * 3.4e38)];
}

function assertNoFarther(out: Float32Array, x: Float32Array, d: Float32Array, what: string): void {
  for (let i = 0; i < x.length; i++) {
    const step = isFinite(out[i]) ? magnitude(exactly(out[i]) - exactly(x[i])) : Infinity;
    assert(step <= magnitude(exactly(d[i])), `${what} goes from ${x[i]} to ${out[i]}, farther than ${d[i]}`);
    assert(
      d[i] === 0 || out[i] === x[i] || out[i] > x[i] === d[i] > 0,
      `${what} goes from ${x[i]} to ${out[i]}`,
    );
  }
}

Deno.test("countBeyond() counts numbers beyond the size exactly, to the last bit", () => {
  for (const [own, d] of steps(10_000)) {
    for (const size of [0.1, 1e-30, 3e38].map(fround)) {
      const x = own.map((value, i) => fround(value + (i % 2 ? d[i] : i % 4 ? size : -size)));
      const far = (value: number, i: number) =>
        !isFinite(value) || magnitude(exactly(value) - exactly(own[i])) > exactly(size);
      const wanted = x.filter(far).length;
      for (const heap of heaps) {
        const trial = { operands: [x, own], scalars: [size, -Infinity, Infinity, x.length], terms: 0 };
        assertEquals(call(heap, "countBeyond", trial, 0).value, wanted, `${size} on ${heap.kernels}`);
      }
    }
  }
});

Deno.test("addStep() never goes farther than |d|, exactly", () => {
  for (const [x, d] of steps(10_000)) {
    const trial = { operands: [blank(x.length), x, d], scalars: [-Infinity, Infinity, x.length], terms: 0 };
    for (const heap of heaps) {
      const { outputs } = call(heap, "addStep", trial, 1);
      assertNoFarther(outputs[0] as Float32Array, x, d, `addStep on ${heap.kernels}`);
    }
  }
});

Deno.test("signStep() never goes farther than epsilon, exactly, and nowhere without a gradient", () => {
  for (const [x, d] of steps(10_000)) {
    const n = x.length;
    const g = d.map((value, i) => i % 4 === 0 ? NaN : i % 4 === 1 ? 0 * value : value);
    const trial = { operands: [blank(n), x, g, d.map(abs)], scalars: [-Infinity, Infinity, 1, n], terms: 0 };
    for (const heap of heaps) {
      const [out] = call(heap, "signStep", trial, 1).outputs;
      assertNoFarther(out as Float32Array, x, d, `signStep on ${heap.kernels}`);
      for (let i = 0; i < n; i++) if (Number.isNaN(g[i]) || g[i] === 0) assertEquals(out[i], x[i] + 0);
    }
  }
});

Deno.test("signStep() at epsilon 0 is the identity", () => {
  const x = wild(10_000), n = x.length;
  const trial = {
    operands: [blank(n), x, wild(n), new Float32Array(n)],
    scalars: [-Infinity, Infinity, 1, n],
    terms: 0,
  };
  for (const heap of heaps) {
    assertEquals(
      call(heap, "signStep", trial, 1).outputs[0],
      x.map((value) => value + 0),
    );
  }
});

for (const [kernel, power] of [["l2Direction", 2], ["l1Direction", 1]] as const) {
  Deno.test(`${kernel}() has a norm of epsilon, and never above it in float64`, () => {
    for (const cols of [1, 2, 3, 10, 784]) {
      const rows = Math.ceil(10_000 / cols);
      for (const g of [wild(rows * cols), reals(rows * cols), new Float32Array(rows * cols).fill(-1e-44)]) {
        for (const epsilon of [0.1, 0.25, 7.3, 1e-3]) {
          for (const heap of heaps) {
            const trial = { operands: [blank(rows * cols), g], scalars: [epsilon, rows, cols], terms: 0 };
            const [d] = call(heap, kernel, trial, 1).outputs;
            for (let r = 0; r < rows; r++) {
              let sum = 0;
              for (let i = r * cols; i < (r + 1) * cols; i++) sum += abs(d[i]) ** power;
              const norm = sum ** (1 / power);
              assert(norm <= epsilon, `${kernel} on ${heap.kernels} has norm ${norm} above ${epsilon}`);
              const some = g.subarray(r * cols, (r + 1) * cols).some((value) => value !== 0);
              assert(
                norm >= (some ? epsilon * (1 - 1e-6) : 0),
                `${kernel} on ${heap.kernels} has norm ${norm}`,
              );
            }
          }
        }
      }
    }
  });
}
