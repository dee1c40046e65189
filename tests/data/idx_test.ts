import { InputError } from "../../src/errors.ts";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { idxBatch, readIdx } from "../../src/data/idx.ts";

/** An IDX file of unsigned bytes. */
function idx(shape: number[], data: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, 0x0800 + shape.length);
  shape.forEach((n, i) => view.setUint32(4 + 4 * i, n));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

Deno.test("readIdx() reads the shape and shares the bytes, from any offset in a buffer", () => {
  const file = new Uint8Array([255, ...idx([2, 1, 3], [1, 2, 3, 4, 5, 6]), 255]).subarray(1, -1);
  const { shape, data } = readIdx(file);
  assertEquals(shape, [2, 1, 3]);
  assertEquals([...data], [1, 2, 3, 4, 5, 6]);
  assertStrictEquals(data.buffer, file.buffer);
});

Deno.test("readIdx() reads an array with nothing in it", () => {
  assertEquals(readIdx(idx([0, 28, 28], [])).shape, [0, 28, 28]);
});

Deno.test("readIdx() refuses what is not exactly one file of unsigned bytes", () => {
  for (
    const [bytes, problem] of [
      [new Uint8Array(), "expected at least 4 bytes, got 0"],
      [new Uint8Array([0x1f, 0x8b, 8, 0, 0]), "expected it to begin with bytes 0 0, got 31 139"],
      [new Uint8Array([0, 0, 0x0d, 1, 0, 0, 0, 0]), "expected unsigned bytes, type 0x08, got type 0x0d"],
      [new Uint8Array([0, 0, 8, 0]), "it has no dimensions"],
      [new Uint8Array([0, 0, 8, 255]), "expected 1024 bytes of header for 255 dimensions, got 4"],
      [idx([60000, 28, 28], new Uint8Array(1008)), "expected 47040016 bytes for 60000 × 28 × 28, got 1024"],
      [idx([2], [1, 2, 3]), "expected 10 bytes for 2, got 11"],
      [idx([4294967295, 4294967295, 4294967295], [1]), "expected 7.922816"],
      [idx([4294967295, 4294967295, 0], [1]), "expected 16 bytes for 4294967295"],
    ] as const
  ) assertThrows(() => readIdx(bytes), InputError, `Cannot read IDX: ${problem}`);
});

Deno.test("idxBatch() divides by 255 and flattens each image to a row", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const { x, labels, classes } = idxBatch(idx([2, 8, 16], bytes), idx([2], [9, 0]));
  assertEquals([x.rows, x.cols, classes], [2, 128, 10]);
  assertEquals([...labels], [9, 0]);
  assertEquals([...x.data], Array.from(bytes, (v) => Math.fround(v / 255)));
});

Deno.test("idxBatch() refuses files that do not belong together", () => {
  const images = idx([2, 1, 1], [0, 1]);
  const labels = idx([2], [0, 1]);
  assertThrows(
    () => idxBatch(labels, images),
    InputError,
    "Cannot make a batch: the images hold labels, 2 numbers",
  );
  assertThrows(
    () => idxBatch(images, images),
    InputError,
    "Cannot make a batch: the labels hold images, 2 × 1 × 1",
  );
  assertThrows(() => idxBatch(images, idx([1], [0])), InputError, "2 examples but 1 labels");
});

Deno.test("idxBatch() refuses labels that are not below classes", () => {
  const images = idx([2, 1, 1], [0, 1]);
  assertThrows(() => idxBatch(images, idx([2], [0, 10])), InputError, "label 10 of example 1");
  assertThrows(() => idxBatch(images, idx([2], [0, 2]), { classes: 2 }), InputError, "label 2 of example 1");
  assertEquals(idxBatch(images, idx([2], [0, 10]), { classes: 11 }).classes, 11);
});
