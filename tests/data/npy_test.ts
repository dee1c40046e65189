import { InputError } from "../../src/errors.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { npyBatch, readNpy } from "../../src/data/npy.ts";

type Numbers = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

/** A file as NumPy writes it, its header padded to a multiple of 64 bytes. */
function npy(
  shape: string,
  data: Numbers | Uint16Array,
  { descr = "'|u1'", order = "False", version = 1 } = {},
): Uint8Array {
  const text = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': (${shape}), }`;
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

Deno.test("readNpy() refuses what is not exactly one file in C order of a known type", () => {
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
      [whole.subarray(0, -1), `expected ${whole.length} bytes for 2 of |u1, got ${whole.length - 1}`],
      [
        npy("3,", new Uint8Array(2)),
        `expected ${whole.length + 1} bytes for 3 of |u1, got ${whole.length}`,
      ],
      [npy("9".repeat(400), new Uint8Array(2)), "expected Infinity bytes"],
      [npy("-2,", new Uint8Array(2)), "its header names no shape"],
      [npy("2,", new Uint8Array(2), { order: "0" }), "its header names no order"],
      [npy("2,", new Uint8Array(2), { order: "True" }), "it is in Fortran order, expected C order"],
      [
        npy("1,", new Uint16Array(1), { descr: "'<f2'" }),
        "its type is <f2, expected |u1, <i4, <i8, <f4, <f8",
      ],
      [npy("1,", new Uint8Array(4), { descr: "'>f4'" }), "its type is >f4"],
      [npy("1,", new Uint8Array(4), { descr: "[('a', '<f4')]" }), "its header does not name one type"],
      [npy("1,", new Uint8Array(4), { descr: "4" }), "its header does not name one type"],
    ] as const
  ) assertThrows(() => readNpy(bytes), InputError, `Cannot read NPY: ${problem}`);
});

Deno.test("npyBatch() takes floats as they are, divides bytes by 255, and flattens each example", () => {
  const labels = i8("2,", [2n, 0n]);
  const floats = npyBatch(f4("2, 1, 2", [-1, 0.1, 300, 4]), labels);
  assertEquals([...floats.x.data], [-1, 0.1, 300, 4].map(Math.fround));
  assertEquals([floats.x.rows, floats.x.cols, floats.classes, ...floats.labels], [2, 2, 3, 2, 0]);
  assertEquals([...npyBatch(npy("2, 1", new Uint8Array([255, 3])), labels).x.data], [
    1,
    Math.fround(3 / 255),
  ]);
  const doubles = npy("2, 1", new Float64Array([0.1, 0.2]), { descr: "'<f8'" });
  assertEquals(
    [...npyBatch(doubles, i8("2, 1", [1n, 0n]), { classes: 10 }).x.data],
    [0.1, 0.2].map(Math.fround),
  );
});

Deno.test("npyBatch() refuses files that do not belong together", () => {
  const x = f4("2, 2", [1, 2, 3, 4]);
  const y = i8("2,", [0n, 1n]);
  const wide = npy("2, 1", new Int32Array(2), { descr: "'<i4'" });
  assertThrows(() => npyBatch(y, x), InputError, "the inputs have shape (2), expected (B, …)");
  assertThrows(() => npyBatch(x, x), InputError, "the labels have shape (2, 2), expected (B)");
  assertThrows(() => npyBatch(wide, y), InputError, "the inputs are wide integers");
  assertThrows(() => npyBatch(x, i8("1,", [0n])), InputError, "2 examples but 1 labels");
  assertThrows(() => npyBatch(x, i8("2,", [0n, -1n])), InputError, "label -1 of example 1");
  assertThrows(() => npyBatch(x, f4("2,", [0, 0.5])), InputError, "label 0.5 of example 1");
  assertThrows(() => npyBatch(x, y, { classes: 1 }), InputError, "label 1 of example 1");
  assertThrows(() => npyBatch(f4("2, 1", [0, NaN]), y), InputError, "input 0 of example 1 is NaN");
});
