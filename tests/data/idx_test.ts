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

Deno.test("readIdx() refuses bytes that are not exactly one file", () => {
  for (
    const [bytes, problem] of [
      [new Uint8Array(), "expected at least 4 bytes, got 0"],
      [new Uint8Array([0x1f, 0x8b, 8, 0, 0]), "expected it to begin with bytes 0 0, got 31 139"],
      [
        new Uint8Array([0, 0, 0x0a, 1, 0, 0, 0, 0]),
        "expected a type of 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e, got 0x0a",
      ],
      [new Uint8Array([0, 0, 0x0d, 1, 0, 0, 0, 2, 0, 0, 0, 0]), "expected 16 bytes for 2, got 12"],
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

Deno.test("idxBatch() has as many classes as the labels need, or as given", () => {
  const images = idx([2, 1, 1], [0, 1]);
  assertEquals(idxBatch(images, idx([2], [0, 46])).classes, 47);
  assertEquals(idxBatch(images, idx([2], [1, 2])).classNames, ["1", "2"], "as EMNIST's letters");
  assertEquals(idxBatch(images, idx([2], [0, 10]), { classes: 11 }).classes, 11);
  assertThrows(() => idxBatch(images, idx([2], [0, 2]), { classes: 2 }), InputError, "label 2 of example 1");
});

Deno.test("readIdx() reads every type, which are big-endian, and an ArrayBuffer", () => {
  const file = (code: number, ...bytes: number[]) => Uint8Array.of(0, 0, code, 1, 0, 0, 0, 1, ...bytes);
  for (
    const [bytes, data] of [
      [file(0x09, 0xfe), Int8Array.of(-2)],
      [file(0x0b, 0xff, 0xfe), Int16Array.of(-2)],
      [file(0x0c, 0, 1, 0, 2), Int32Array.of(65538)],
      [file(0x0d, 0x3f, 0xc0, 0, 0), Float32Array.of(1.5)],
      [file(0x0e, 0xbf, 0xf8, 0, 0, 0, 0, 0, 0), Float64Array.of(-1.5)],
    ] as const
  ) {
    assertEquals(readIdx(bytes), { shape: [1], data });
    assertEquals(readIdx(bytes.buffer), { shape: [1], data });
  }
  assertThrows(
    () => readIdx("train" as never),
    InputError,
    'expected bytes, a Uint8Array or an ArrayBuffer, not "train"',
  );
});

Deno.test("idxBatch() divides only bright bytes of images by 255, or as given", () => {
  const labels = idx([1], [0]);
  assertEquals([...idxBatch(idx([1, 1, 2], [16, 3]), labels).x.data], [16, 3]);
  assertEquals([...idxBatch(idx([1, 1, 2], [0, 255]), labels).x.data], [0, 1]);
  assertEquals([...idxBatch(idx([1, 1, 2], [0, 51]), labels, { scale: "255" }).x.data], [
    0,
    Math.fround(0.2),
  ]);
  assertEquals([...idxBatch(idx([1, 1, 2], [0, 255]), labels, { scale: "none" }).x.data], [0, 255]);
});
