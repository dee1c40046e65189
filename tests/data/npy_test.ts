import { InputError } from "../../src/errors.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { npyBatch, readNpy } from "../../src/data/npy.ts";

type Numbers = ArrayBufferView & { readonly length: number };

/** A file as NumPy writes it, its header padded to a multiple of 64 bytes. */
function npy(
  shape: string,
  data: Numbers,
  { descr = "'|u1'", order = "False", version = 1, pad = 0, as = (text: string) => text } = {},
): Uint8Array<ArrayBuffer> {
  const text = as(`{'descr': ${descr}, 'fortran_order': ${order}, 'shape': (${shape}), }`) + " ".repeat(pad);
  const lengthBytes = version === 1 ? 2 : 4;
  const from = Math.ceil((8 + lengthBytes + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(from + data.byteLength).fill(0x20, 0, from);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, from - 10, true);
  else view.setUint32(8, from - 12, true);
  bytes.set(new TextEncoder().encode(text), 8 + lengthBytes);
  bytes[from - 1] = 0x0a;
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), from);
  return bytes;
}

const f4 = (shape: string, numbers: number[]) => npy(shape, new Float32Array(numbers), { descr: "'<f4'" });
const i8 = (shape: string, numbers: bigint[]) => npy(shape, new BigInt64Array(numbers), { descr: "'<i8'" });

Deno.test("readNpy() reads every type in versions 1 to 3, from any offset in a buffer", () => {
  for (
    const [descr, data] of [
      ["'|u1'", new Uint8Array([0, 1, 255])],
      ["'|i1'", new Int8Array([0, -1, 127])],
      ["'<u2'", new Uint16Array([0, 1, 65535])],
      ["'<i2'", new Int16Array([0, -1, 32767])],
      ["'<u4'", new Uint32Array([0, 1, 4294967295])],
      ["'<u8'", new BigUint64Array([0n, 1n, 2n ** 64n - 1n])],
      ["'<i4'", new Int32Array([0, -1, 2147483647])],
      ["'<i8'", new BigInt64Array([0n, -1n, 2n ** 62n])],
      ["'<f4'", new Float32Array([0, -0.1, 1e-45])],
      ["'<f8'", new Float64Array([0, -0.1, 5e-324])],
    ] as const
  ) {
    for (const version of [1, 2, 3]) {
      const bytes = npy("3, 1", data, { descr, version });
      assertEquals(readNpy(bytes), { shape: [3, 1], data });
      assertEquals(readNpy(new Uint8Array([0, ...bytes]).subarray(1)), { shape: [3, 1], data });
    }
  }
});

Deno.test("readNpy() reads a single number and an empty array", () => {
  assertEquals(readNpy(f4("", [1.5])), { shape: [], data: new Float32Array([1.5]) });
  assertEquals(readNpy(f4("0, 4", [])), { shape: [0, 4], data: new Float32Array() });
});

Deno.test("readNpy() refuses bytes that are not exactly one file of a known type", () => {
  const whole = npy("2,", new Uint8Array(2));
  const lying = whole.slice();
  lying[9] = 255;
  for (
    const [bytes, problem] of [
      [new Uint8Array(), "expected at least 12 bytes, got 0"],
      [new Uint8Array(64), "it does not begin with \\x93NUMPY"],
      [
        new Uint8Array([...whole.subarray(0, 6), 4, ...whole.subarray(7)]),
        "its version is 4, expected 1, 2 or 3",
      ],
      [lying, `expected ${10 + 255 * 256 + lying[8]} bytes of header, got ${whole.length}`],
      [whole.subarray(0, -1), `expected ${whole.length} bytes for 2 of u1, got ${whole.length - 1}`],
      [
        npy("3,", new Uint8Array(2)),
        `expected ${whole.length + 1} bytes for 3 of u1, got ${whole.length}`,
      ],
      [npy("9".repeat(400), new Uint8Array(2)), "expected Infinity bytes"],
      [npy("-2,", new Uint8Array(2)), "its header names no shape"],
      [npy("2,", new Uint8Array(2), { order: "0" }), "its header names no order"],
      [
        npy("1,", new Uint8Array(16), { descr: "'<c16'" }),
        'its type is "<c16", expected bool, integers or floats',
      ],
      [npy("1,", new Uint8Array(4), { descr: "'<U1'" }), 'its type is "<U1", texts'],
      [
        npy("1,", new Uint8Array(2 ** 17), { version: 2, pad: 2 ** 17 }),
        "a header of 131188 bytes passes 65536",
      ],
      [npy("1,", new Uint8Array(4), { descr: "[('a', '<f4')]" }), "its header does not name one type"],
      [npy("1,", new Uint8Array(4), { descr: "4" }), "its header does not name one type"],
    ] as const
  ) assertThrows(() => readNpy(bytes), InputError, `Cannot read NPY: ${problem}`);
});

/** The same bytes with those of each number turned round. */
function swapped(data: Numbers, size: number): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  return bytes;
}

Deno.test("readNpy() reads big-endian numbers of each size", () => {
  for (
    const [type, data] of [
      ["u2", new Uint16Array([1, 65535])],
      ["i4", new Int32Array([-1, 65536])],
      ["i8", new BigInt64Array([-1n, 2n ** 40n])],
      ["f4", new Float32Array([0.1, -3])],
      ["f8", new Float64Array([0.1, -3])],
    ] as const
  ) {
    const bytes = npy("2,", swapped(data, data.BYTES_PER_ELEMENT), { descr: `'>${type}'` });
    assertEquals(readNpy(bytes), { shape: [2], data });
  }
});

Deno.test("readNpy() reads booleans as 0 and 1, and half precision exactly", () => {
  assertEquals(
    readNpy(npy("3,", new Uint8Array([1, 0, 1]), { descr: "'|b1'" })).data,
    new Uint8Array([1, 0, 1]),
  );
  const halves = [0, 0x8000, 0x3c00, 0xc000, 0x3555, 0x7bff, 0x0400, 0x0001, 0x03ff, 0x7c00, 0xfc00, 0x7e00];
  const values = [
    0,
    -0,
    1,
    -2,
    0.333251953125,
    65504,
    2 ** -14,
    2 ** -24,
    1023 * 2 ** -24,
    Infinity,
    -Infinity,
    NaN,
  ];
  const file = npy("12,", Uint16Array.from(halves), { descr: "'<f2'" });
  assertEquals(readNpy(file).data, Float32Array.from(values));
});

Deno.test("readNpy() turns Fortran order into C order, in one, two and three dimensions", () => {
  const order = { order: "True" };
  assertEquals(readNpy(npy("3,", new Uint8Array([1, 2, 3]), order)).data, new Uint8Array([1, 2, 3]));
  assertEquals(
    readNpy(npy("2, 3", new Uint8Array([1, 4, 2, 5, 3, 6]), order)).data,
    new Uint8Array([1, 2, 3, 4, 5, 6]),
  );
  const sizes = [2, 3, 4], fortran = new Uint8Array(24), c = new Uint8Array(24);
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 3; j++) {
      for (let k = 0; k < 4; k++) {
        fortran[i + 2 * (j + 3 * k)] = c[(i * 3 + j) * 4 + k] = 100 * i + 10 * j + k;
      }
    }
  }
  assertEquals(readNpy(npy(sizes.join(), fortran, order)), { shape: sizes, data: c });
  assertEquals(readNpy(npy("0, 3", new Uint8Array(), order)), { shape: [0, 3], data: new Uint8Array() });
});

Deno.test("readNpy() reads headers of Python 2 and with double quotes, an ArrayBuffer and a DataView", () => {
  const whole = npy("2,", new Uint8Array([5, 7]));
  const expected = { shape: [2], data: new Uint8Array([5, 7]) };
  assertEquals(readNpy(npy("2L,", new Uint8Array([5, 7]))), expected);
  assertEquals(
    readNpy(npy("2,", new Uint8Array([5, 7]), { as: (text) => text.replaceAll("'", '"') })),
    expected,
  );
  assertEquals(readNpy(whole.buffer), expected);
  assertEquals(readNpy(new DataView(whole.buffer) as never), expected);
  assertThrows(() => readNpy(new ArrayBuffer(100)), InputError, "it does not begin with");
  assertThrows(() => readNpy(Promise.resolve(whole) as never), InputError, "not a Promise; await it first");
});

Deno.test("npyBatch() keeps the values of every type of number, and flattens each example", () => {
  const labels = i8("2,", [2n, 0n]);
  const floats = npyBatch(f4("2, 1, 2", [-1, 0.1, 300, 4]), labels);
  assertEquals([...floats.x.data], [-1, 0.1, 300, 4].map(Math.fround));
  assertEquals([floats.x.rows, floats.x.cols, floats.classes, ...floats.labels], [2, 2, 3, 2, 0]);
  for (
    const [descr, data] of [
      ["'|u1'", new Uint8Array([255, 3])],
      ["'<i4'", new Int32Array([255, 3])],
      ["'<u8'", new BigUint64Array([255n, 3n])],
      ["'<f8'", new Float64Array([255, 3])],
    ] as const
  ) assertEquals([...npyBatch(npy("2, 1", data, { descr }), labels).x.data], [255, 3], descr);
  const doubles = npy("2, 1", new Float64Array([0.1, 0.2]), { descr: "'<f8'" });
  assertEquals(
    [...npyBatch(doubles, i8("2, 1", [1n, 0n]), { classes: 10 }).x.data],
    [0.1, 0.2].map(Math.fround),
  );
});

Deno.test("npyBatch() divides bytes of images by 255 in every type of number", () => {
  const labels = i8("1,", [0n]);
  const pixels = Array.from({ length: 64 }, (_, i) => 4 * i);
  const expected = pixels.map((value) => Math.fround(value / 255));
  assertEquals([...npyBatch(npy("1, 8, 8", Uint8Array.from(pixels)), labels).x.data], expected);
  assertEquals([...npyBatch(f4("1, 64", pixels), labels).x.data], expected);
  assertEquals([...npyBatch(npy("1, 2, 32", Uint8Array.from(pixels)), labels).x.data], expected);
});

Deno.test("npyBatch() takes labels of any whole type, as a column, and one-hot", () => {
  const x = f4("3, 1", [1, 2, 3]);
  const labels = (file: Uint8Array) => [...npyBatch(x, file).labels];
  assertEquals(labels(npy("3,", new Int16Array([1, 0, 2]), { descr: "'<i2'" })), [1, 0, 2]);
  assertEquals(labels(f4("3, 1", [1, 0, 2])), [1, 0, 2]);
  assertEquals(labels(npy("3,", new Uint8Array([1, 0, 1]), { descr: "'|b1'" })), [1, 0, 1]);
  assertEquals(labels(f4("3, 3", [0, 1, 0, 1, 0, 0, 0, 0, 1])), [1, 0, 2]);
  for (
    const wrong of [[1, 1, 0, 1, 0, 0, 0, 0, 1], [0, 0, 0, 1, 0, 0, 0, 0, 1], [0, 2, 0, 1, 0, 0, 0, 0, 1]]
  ) {
    assertThrows(() => labels(f4("3, 3", wrong)), InputError, "a single 1 in each row");
  }
});

Deno.test("npyBatch() takes text labels, in either byte order, as names of classes", () => {
  const x = f4("3, 1", [1, 2, 3]);
  const unicode = (words: string[], littleEndian = true) => {
    const view = new DataView(new ArrayBuffer(16 * words.length));
    words.forEach((word, i) =>
      [...word].forEach((c, j) => view.setUint32(16 * i + 4 * j, c.codePointAt(0)!, littleEndian))
    );
    return npy(`${words.length},`, new Uint8Array(view.buffer), { descr: `'${littleEndian ? "<" : ">"}U4'` });
  };
  for (const file of [unicode(["dog", "Öl🙂", "dog"]), unicode(["dog", "Öl🙂", "dog"], false)]) {
    const { labels, classNames } = npyBatch(x, file);
    assertEquals([[...labels], classNames], [[0, 1, 0], ["dog", "Öl🙂"]]);
  }
  const bytes = npy("3, 1", new TextEncoder().encode("b\0a\0b\0"), { descr: "'|S2'" });
  assertEquals(npyBatch(x, bytes).classNames, ["a", "b"]);
  assertThrows(
    () => npyBatch(x, npy("3,", new Uint8Array(5), { descr: "'|S2'" })),
    InputError,
    "expected 134",
  );
  const none = npy("3,", new Uint8Array(12).fill(255), { descr: "'<U1'" });
  assertThrows(() => npyBatch(x, none), InputError, "text 0 holds what is no character");
});

Deno.test("npyBatch() refuses NaN by place, or leaves such examples out, and what float32 cannot hold", () => {
  const x = f4("2, 2", [0, 1, NaN, 2]), y = i8("2,", [1n, 0n]);
  assertThrows(() => npyBatch(x, y), InputError, "input 0 of example 1 is missing (NaN)");
  const { x: { rows, data }, reading } = npyBatch(x, y, { missing: "drop" });
  assertEquals([rows, ...data, reading.dropped], [1, 0, 1, 1]);
  const large = npy("2, 1", new Float64Array([0, 1e300]), { descr: "'<f8'" });
  assertThrows(() => npyBatch(large, y), InputError, "input 0 of example 1 is 1e+300, too large for float32");
});

Deno.test("npyBatch() refuses files that do not belong together", () => {
  const x = f4("2, 2", [1, 2, 3, 4]);
  const y = i8("2,", [0n, 1n]);
  assertThrows(() => npyBatch(y, x), InputError, "the inputs have shape (2), expected (B, …)");
  assertThrows(() => npyBatch(x, x), InputError, "the labels have shape (2, 2), expected (B)");
  assertThrows(() => npyBatch(x, i8("1,", [0n])), InputError, "2 examples but 1 labels");
  assertThrows(() => npyBatch(x, i8("2,", [0n, -1n])), InputError, "label -1 of example 1");
  assertThrows(() => npyBatch(x, f4("2,", [0, 0.5])), InputError, "label 0.5 of example 1");
  assertThrows(() => npyBatch(x, y, { classes: 1 }), InputError, "label 1 of example 1");
});
