import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { Heap, type Resident } from "../../src/runtime/heap.ts";
import { matrix } from "../../src/matrix.ts";
import { compiled, uniformMatrix } from "../support.ts";

const fresh = () => new Heap(compiled("baseline"), "baseline");
const sizeOf = (heap: Heap) => heap.exports.memory.buffer.byteLength;

/** Allocates until the memory has moved, which leaves all views of it empty. */
function grow(heap: Heap): Resident[] {
  const { buffer } = heap.exports.memory;
  const fillers: Resident[] = [];
  while (heap.exports.memory.buffer === buffer) fillers.push(heap.matrix(256, 256));
  return fillers;
}

Deno.test("Heap.run() copies ordinary operands in and writes only outputs back", () => {
  const heap = fresh();
  const out = matrix(1, 3), a = matrix(1, 3, [1, 2, 3]), b = Float32Array.of(4, 5, 6);
  heap.run("multiply", { out, a, b, n: 3 });
  assertEquals([...out.data], [4, 10, 18]);
  assertEquals([[...a.data], [...b]], [[1, 2, 3], [4, 5, 6]]);
});

Deno.test("Heap.run() takes whole numbers in and out", () => {
  const heap = fresh();
  const h = matrix(1, 2), winner = new Int32Array(2), z = matrix(1, 4, [1, 7, 5, 7]);
  heap.run("maxoutForward", { h, winner, z, rows: 1, units: 2, pieces: 2 });
  assertEquals([[...h.data], [...winner]], [[5, 7], [1, 0]]);
  const dZ = matrix(1, 4), dH = matrix(1, 2, [3, 4]);
  heap.run("maxoutBackward", { dZ, dH, winner, rows: 1, units: 2, pieces: 2 });
  assertEquals([...dZ.data], [0, 4, 3, 0]);
});

Deno.test("Heap.run() reads an output's contents before where the kernel adds to it", () => {
  const heap = fresh();
  const out = matrix(1, 2, [10, 20]);
  heap.run("columnSums", { out, x: matrix(2, 2, [1, 2, 3, 4]), accumulate: 1, rows: 2, cols: 2 });
  assertEquals([...out.data], [14, 26]);
});

Deno.test("Heap.run() works on residents where they lie, mixed with ordinary operands", () => {
  const heap = fresh();
  using out = heap.matrix(1, 3);
  using a = heap.copy(matrix(1, 3, [1, 2, 3]));
  const { alloc } = heap.exports;
  let copies = 0;
  const counted = { ...heap.exports, alloc: (bytes: number) => (copies++, alloc(bytes)) };
  Object.defineProperty(heap, "exports", { value: counted });
  heap.run("multiply", { out, a, b: a, n: 3 });
  assertEquals([copies, [...out.data]], [0, [1, 4, 9]]);
  heap.run("multiply", { out, a, b: matrix(1, 3, [2, 2, 2]), n: 3 });
  assertEquals([copies, [...out.data]], [1, [2, 4, 6]]);
});

Deno.test("Heap.run() copies a resident of another heap", () => {
  const heap = fresh(), other = fresh();
  using out = other.matrix(1, 2);
  using a = other.copy(matrix(1, 2, [3, 4]));
  heap.run("multiply", { out, a, b: a, n: 2 });
  assertEquals([...out.data], [9, 16]);
});

Deno.test("Heap.run() is right where staging an operand grows the memory", () => {
  const heap = fresh(), n = 1 << 21;
  using resident = heap.copy(matrix(1, n, new Float32Array(n).fill(3)));
  const out = matrix(1, n), before = heap.exports.memory.buffer;
  heap.run("multiply", { out, a: resident, b: matrix(1, n, new Float32Array(n).fill(2)), n });
  assert(heap.exports.memory.buffer !== before);
  assert(out.data.every((value) => value === 6));
});

Deno.test("Heap.run() leaves nothing allocated", () => {
  const heap = fresh(), out = matrix(100, 100), x = uniformMatrix(100, 100, 1);
  heap.run("exp", { out, x, n: 10_000 });
  const before = sizeOf(heap);
  for (let i = 0; i < 10_000; i++) heap.run("exp", { out, x, n: 100 });
  assertEquals(sizeOf(heap), before);
});

Deno.test("Heap.matrix() is zeros, also where memory was used before", () => {
  const heap = fresh();
  const dirty = heap.copy(uniformMatrix(9, 9, 1));
  const { address } = dirty;
  dirty[Symbol.dispose]();
  using clean = heap.matrix(9, 9);
  assertEquals(clean.address, address);
  assert(clean.data.every((value) => value === 0));
});

Deno.test("Heap.matrix() may be empty", () => {
  const heap = fresh();
  using a = heap.matrix(0, 5);
  using b = heap.matrix(0, 5);
  assertEquals([a.data.length, b.data.length], [0, 0]);
  assertNotEquals(a.address, b.address);
});

Deno.test("Heap.copy() is a copy", () => {
  const heap = fresh(), m = uniformMatrix(3, 5, 1);
  using resident = heap.copy(m);
  const kept = m.data.slice();
  resident.data.fill(7);
  assertEquals(m.data, kept);
  assertEquals([resident.rows, resident.cols], [3, 5]);
});

Deno.test("Resident.data is right after the memory has grown", () => {
  const heap = fresh();
  using resident = heap.copy(matrix(2, 2, [1, 2, 3, 4]));
  using part = resident.part(1, 2);
  const stale = resident.data;
  const whole = [resident.ints.length, part.data.length];
  grow(heap);
  assertEquals(stale.length, 0);
  assertEquals([...resident.data], [1, 2, 3, 4]);
  assertEquals([resident.ints.length, part.data.length], whole);
  part.data[0] = 9;
  assertEquals([...resident.data], [1, 2, 9, 4]);
});

Deno.test("Resident.part() is rows in the same memory, and of a part as well", () => {
  const heap = fresh();
  using whole = heap.copy(matrix(4, 2, [0, 1, 2, 3, 4, 5, 6, 7]));
  const part = whole.part(1, 4), last = part.part(2, 3);
  assertEquals([part.rows, part.cols, ...part.data], [3, 2, 2, 3, 4, 5, 6, 7]);
  assertEquals([...last.data], [6, 7]);
  last.data[0] = -1;
  assertEquals(whole.data[6], -1);
  part[Symbol.dispose]();
  using another = heap.matrix(4, 2);
  assertNotEquals(another.address, whole.address);
  assertEquals(whole.data[6], -1);
});

Deno.test("Resident[Symbol.dispose]() twice is harmless", () => {
  const heap = fresh();
  const first = heap.matrix(8, 8);
  first[Symbol.dispose]();
  using second = heap.matrix(8, 8);
  assertEquals(second.address, first.address);
  first[Symbol.dispose]();
  using third = heap.matrix(8, 8);
  assertNotEquals(third.address, second.address);
});

Deno.test("Heap stays bounded while ten thousand residents come and go", () => {
  const heap = fresh();
  const sizes = [1, 17, 300, 5000, 20_000];
  const kept: Resident[] = [];
  let settled = 0;
  for (let i = 0; i < 10_000; i++) {
    kept.push(heap.matrix(sizes[i % 5], 1 + i % 3));
    if (kept.length > 20) kept.splice(i * 7 % 20, 1)[0][Symbol.dispose]();
    if (i === 1000) settled = sizeOf(heap);
  }
  assert(sizeOf(heap) <= settled * 1.5, `${sizeOf(heap)} bytes after 10000 matrices, ${settled} after 1000`);
});

Deno.test("Heap() refuses a module that is not Gibbon's", () => {
  const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  assertThrows(
    () => new Heap(empty, "baseline"),
    InputError,
    "Cannot use this WebAssembly module: expected ABI version 2, got undefined",
  );
});

Deno.test("Heap() starts each time with memory of its own", () => {
  const a = fresh(), b = fresh();
  using x = a.copy(matrix(1, 1, [1]));
  using y = b.copy(matrix(1, 1, [2]));
  assertEquals([x.address, x.data[0], y.data[0]], [y.address, 1, 2]);
});

const MEBIBYTE = 2 ** 20;

/** Takes all of the memory but less than a mebibyte, without touching it; returns the addresses of the last blocks. */
function fill({ exports }: Heap): number[] {
  return [512, 16, 1].map((size) => {
    let last = 0;
    try {
      while (true) last = exports.alloc(size * MEBIBYTE);
    } catch (error) {
      assert(error instanceof WebAssembly.RuntimeError);
      return last;
    }
  });
}

Deno.test("Heap out of memory throws a RangeError that names the size, and works on", () => {
  const heap = fresh(), [large] = fill(heap);
  const error = assertThrows(() => heap.matrix(512, 512), RangeError);
  assertMatch(
    error.message,
    /^Cannot allocate 1048576 bytes of WebAssembly memory: it has 4\d{9} and cannot grow; /,
  );
  const x = matrix(512, 512);
  assertThrows(() => heap.run("exp", { out: x, x, n: 512 * 512 }), RangeError, "1048576 bytes");
  heap.exports.free(large);
  using again = heap.copy(matrix(512, 512, new Float32Array(512 * 512).fill(3)));
  heap.run("multiply", { out: again, a: again, b: again, n: 512 * 512 });
  assert(again.data.every((value) => value === 9));
});

Deno.test("Heap.run() gives back what it copied in before the memory ran out", () => {
  const heap = fresh(), [, medium] = fill(heap);
  heap.exports.free(medium);
  const n = 3 * MEBIBYTE, x = matrix(1, n);
  // there is room for one of the two
  for (let i = 0; i < 3; i++) assertThrows(() => heap.run("exp", { out: x, x, n }), RangeError);
  heap.matrix(1, n)[Symbol.dispose]();
});

Deno.test("Heap.matrix() of more bytes than one block may have throws a RangeError, and allocates nothing", () => {
  const heap = fresh(), before = sizeOf(heap);
  // 2³² + 64 bytes, which the binary would take for 64
  for (const [rows, cols] of [[2 ** 26 + 1, 16], [2 ** 28, 1], [1e8, 1e8]]) {
    assertThrows(() => heap.matrix(rows, cols), RangeError, "Cannot allocate");
  }
  assertEquals(sizeOf(heap), before);
});
