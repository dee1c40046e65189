import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { readSafetensors, type Tensor, writeSafetensors } from "../../src/data/safetensors.ts";
import { rng } from "../../src/rng.ts";

const TENSORS: Record<string, Tensor> = {
  w: { shape: [2, 3], data: new Float32Array([1, -2, 0.5, -0, 1e-45, 3.4e38]) },
  b: { shape: [3], data: new Float32Array([0.1, 0.2, 0.3]) },
  steps: { shape: [], data: new Int32Array([-2147483648]) },
  "": { shape: [0, 4], data: new Float32Array() },
  'é "\\\n': { shape: [1], data: new Int32Array([7]) },
};
const METADATA = { family: "maxout", seed: "7", "": "" };

/** A file of the header `json` and `data`, or one whose header claims `length` bytes. */
function file(json: string, data: ArrayLike<number> = [], length?: bigint): Uint8Array {
  const header = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + header.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(header.length), true);
  bytes.set(header, 8);
  bytes.set(data, 8 + header.length);
  return bytes;
}

function info(shape: string, begin: number | string, end: number | string, dtype = "F32"): string {
  return `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;
}

function assertRefused(bytes: Uint8Array, problem: string): void {
  const { message } = assertThrows(() => readSafetensors(bytes), InputError, problem);
  assert(message.startsWith("Cannot read safetensors: ") && !/\p{C}|\.$/u.test(message), message);
}

Deno.test("readSafetensors() inverts writeSafetensors()", () => {
  assertEquals(readSafetensors(writeSafetensors(TENSORS, METADATA)), {
    tensors: TENSORS,
    metadata: METADATA,
  });
  assertEquals(readSafetensors(writeSafetensors({})), { tensors: {}, metadata: {} });
});

Deno.test("readSafetensors() copies, from any offset in a buffer", () => {
  const bytes = writeSafetensors(TENSORS);
  for (const offset of [1, 2, 3, 5]) {
    const shifted = new Uint8Array(bytes.length + 8).fill(0xff);
    shifted.set(bytes, offset);
    const read = readSafetensors(shifted.subarray(offset, offset + bytes.length));
    shifted.fill(0xff);
    assertEquals(read.tensors, TENSORS);
  }
});

Deno.test("readSafetensors() takes any order, spacing and escapes of JSON", () => {
  const json = `{\n"w": ${info("[ 2,1 ]", 4, " 12 ")},"\\u0062" :${
    info("[]", 0, 4, "I32")
  } , "__metadata__":{}}\r\t `;
  const { tensors } = readSafetensors(file(json, [5, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64]));
  assertEquals(tensors, {
    b: { shape: [], data: new Int32Array([5]) },
    w: { shape: [2, 1], data: new Float32Array([1, 2]) },
  });
});

Deno.test("writeSafetensors() writes the same bytes in any order, tensors at multiples of eight from the start", () => {
  const backwards = <T>(of: Record<string, T>) => Object.fromEntries(Object.entries(of).reverse());
  const bytes = writeSafetensors(TENSORS, METADATA);
  assertEquals(writeSafetensors(backwards(TENSORS), backwards(METADATA)), bytes);
  assertEquals(new DataView(bytes.buffer).getUint32(0, true) % 8, 0);
  assertEquals(
    new TextDecoder().decode(writeSafetensors({ a: TENSORS.b, 10: TENSORS.b, 9: TENSORS.b }).subarray(8))
      .match(
        /"\w+":\{/g,
      ),
    ['"10":{', '"9":{', '"a":{'],
  );
});

Deno.test("writeSafetensors() refuses tensors that readSafetensors() would refuse", () => {
  const w = (shape: number[], data: unknown) => () => writeSafetensors({ w: { shape, data } as Tensor });
  assertThrows(w([2], new Float32Array(3)), InputError, 'tensor "w" of shape (2) has 3 numbers');
  assertThrows(w([-1, -3], new Float32Array(3)), InputError, "of shape (-1, -3)");
  assertThrows(w([3], new Float64Array(3)), InputError, "neither Float32Array nor Int32Array");
  assertThrows(w([2], new Float32Array([0, NaN])), InputError, 'tensor "w" holds NaN at index 1');
  for (const name of ["__metadata__", "__proto__"]) {
    assertThrows(() => writeSafetensors({ [name]: TENSORS.b }), InputError, `the name ${name} is reserved`);
  }
  const seven = { seed: 7 } as unknown as Record<string, string>;
  assertThrows(() => writeSafetensors({}, seven), InputError, 'metadata "seed" is not a text');
});

Deno.test("readSafetensors() refuses lengths that lie", () => {
  const whole = writeSafetensors({ b: TENSORS.b }, METADATA);
  assertRefused(new Uint8Array(), "expected at least 8 bytes, got 0");
  assertRefused(whole.subarray(0, 7), "expected at least 8 bytes, got 7");
  assertRefused(whole.subarray(0, 20), `expected a header of ${whole.length - 20} bytes, got 12`);
  assertRefused(whole.subarray(0, whole.length - 1), "expected 12 bytes of tensors, got 11");
  assertRefused(new Uint8Array([...whole, 0]), "expected 12 bytes of tensors, got 13");
  assertRefused(file("{}", [], 2n ** 64n - 1n), "expected a header of 18446744073709551615 bytes, got 2");
  assertRefused(
    new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49]),
    "expected a header of 50648783",
  );
  const large = new Uint8Array(100_000_016);
  new DataView(large.buffer).setBigUint64(0, 100_000_001n, true);
  assertRefused(large, "a header of 100000001 bytes passes 100000000");
});

Deno.test("readSafetensors() refuses a header of another form", () => {
  for (
    const [json, problem] of [
      ["", "the header does not begin with {"],
      [" {}", "the header does not begin with {"],
      ["[]", "the header does not begin with {"],
      ["{", 'expected " but found "the end" at character 1'],
      ["{}x", 'expected nothing more but found "x" at character 2'],
      ['{"w', "a text does not end"],
      ['{"w\\', "a text does not end"],
      ['{"\\q":{}}', "a text is not valid JSON"],
      ['{"w\n":{}}', "a text is not valid JSON"],
      ['{"w":{},}', 'expected " but found "}"'],
      ['{"w":null}', 'expected { but found "n"'],
      ['{"w":[]}', 'expected { but found "["'],
      ['{"w":{}}', 'tensor "w" needs a dtype'],
      [`{"w":${info("[1]", 0, 4)},"\\u0077":${info("[1]", 4, 8)}}`, 'the name "w" occurs twice'],
      ['{"w":{"dtype":"F32","dtype":"F32"}}', 'the name "dtype" occurs twice'],
      [`{"__proto__":${info("[1]", 0, 4)}}`, "the name __proto__ is not allowed"],
      ['{"__metadata__":{"__proto__":"x"}}', "the name __proto__ is not allowed"],
      [`{"a\\u001b[31m${"x".repeat(99)}":{}}`, 'tensor "a [31m'],
      [`{"w":${"[".repeat(100_000)}`, "expected {"],
    ]
  ) assertRefused(file(json), problem);
  assertRefused(new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d]), "the header is not UTF-8");
});

Deno.test("readSafetensors() refuses shapes and ranges that do not fit", () => {
  const big = "9007199254740991";
  for (
    const [json, problem] of [
      [`{"w":${info("[2]", 0, 8, "F64")}}`, 'tensor "w" of 2 needs 16 bytes, but its offsets are 0 to 8'],
      [`{"w":${info("[-1]", 0, 8)}}`, "expected a whole number"],
      [`{"w":${info("[2.0]", 0, 8)}}`, "expected a whole number"],
      [`{"w":${info("[2e0]", 0, 8)}}`, "expected a whole number"],
      [`{"w":${info("[02]", 0, 8)}}`, "expected a whole number"],
      [`{"w":${info('["2"]', 0, 8)}}`, "expected a whole number"],
      [`{"w":${info("[9007199254740992]", 0, 8)}}`, "expected a whole number"],
      [`{"w":${info("2", 0, 8)}}`, 'expected [ but found "2"'],
      [`{"w":${info("[3]", 0, 8)}}`, 'tensor "w" of 3 needs 12 bytes, but its offsets are 0 to 8'],
      [`{"w":${info("[]", 0, 8)}}`, 'tensor "w" of 1 needs 4 bytes, but its offsets are 0 to 8'],
      [`{"w":${info(`[${big},${big}]`, 0, 8)}}`, `tensor "w" of ${big} × ${big} needs`],
      [`{"w":${info(`[${Array(99).fill(big)},0]`, 0, 8)}}`, `tensor "w" of ${big}`],
      [`{"w":${info("[2]", 8, 0)}}`, "needs 8 bytes, but its offsets are 8 to 0"],
      [`{"w":${info("[2250]", 0, 9000)}}`, "expected 9000 bytes of tensors, got 8"],
      [`{"w":${info("[1]", 4, 8)}}`, 'tensor "w" begins at byte 4 where byte 0 is due'],
      [`{"w":${info("[1]", 0, 4)}}`, "expected 4 bytes of tensors, got 8"],
      [
        `{"v":${info("[2]", 0, 8)},"w":${info("[1]", 4, 8)}}`,
        'tensor "w" begins at byte 4 where byte 8 is due',
      ],
      [
        `{"v":${info("[1]", 0, 4)},"w":${info("[0]", 6, 6)}}`,
        'tensor "w" begins at byte 6 where byte 4 is due',
      ],
      ['{"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}}', "two data_offsets"],
      ['{"w":{"dtype":[1],"shape":[2],"data_offsets":[0,8]}}', "needs a dtype"],
      ['{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":[]}}', "has fields beyond"],
    ]
  ) assertRefused(file(json, new Uint8Array(8)), problem);
});

Deno.test("readSafetensors() refuses sound files that it cannot take by another code than broken ones", () => {
  const codeOf = (bytes: Uint8Array, problem: string) =>
    assertThrows(() => readSafetensors(bytes), InputError, problem).code;
  for (
    const [json, problem] of [
      ['{"__metadata__":{"seed":7}}', 'metadata "seed" is not text, which the format demands'],
      ['{"__metadata__":{"a":"b","seed":[]}}', 'metadata "seed" is not text'],
      ['{"__metadata__":{"seed":null}}', 'metadata "seed" is not text'],
      ['{"__metadata__":"x"}', "the metadata are not text"],
      [
        `{"w":${info("[8]", 0, 8, "F8_E4M3")}}`,
        'tensor "w" is of type "F8_E4M3", expected F32, I32, F16, BF16, F64',
      ],
    ]
  ) assertEquals(codeOf(file(json, new Uint8Array(8)), problem), "value", json);
  assertEquals(codeOf(file('{"__metadata__":{}'), "expected }"), "format");
  assertEquals(codeOf(file(`{"w":${info("[3]", 0, 12)}}`, new Uint8Array(8)), "expected 12 bytes"), "format");
});

Deno.test("readSafetensors() reads a file whose metadata are null or absent", () => {
  for (const before of ["", '"__metadata__":null,', '"__metadata__": null ,']) {
    const { tensors, metadata } = readSafetensors(
      file(`{${before}"w":${info("[1]", 0, 4)}}`, [0, 0, 128, 63]),
    );
    assertEquals([metadata, tensors.w.data], [{}, new Float32Array([1])]);
  }
});

Deno.test("readSafetensors() makes float32 of every float, and int32 of every integer", () => {
  const read = (dtype: string, data: ArrayBufferView) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return readSafetensors(file(`{"w":${info("[2]", 0, bytes.length, dtype)}}`, bytes)).tensors.w.data;
  };
  assertEquals(read("F16", new Uint16Array([0x3e00, 0x8001])), new Float32Array([1.5, -(2 ** -24)]));
  assertEquals(read("BF16", new Uint16Array([0x3fc0, 0xc2f7])), new Float32Array([1.5, -123.5]));
  assertEquals(read("F64", new Float64Array([0.1, -2])), new Float32Array([0.1, -2]));
  for (
    const [dtype, data] of [
      ["I8", new Int8Array([-1, 7])],
      ["U8", new Uint8Array([255, 7])],
      ["I16", new Int16Array([-1, 7])],
      ["U16", new Uint16Array([65535, 7])],
      ["U32", new Uint32Array([2147483647, 7])],
      ["I64", new BigInt64Array([-2147483648n, 7n])],
      ["U64", new BigUint64Array([2147483647n, 7n])],
      ["BOOL", new Uint8Array([1, 0])],
    ] as const
  ) assertEquals(read(dtype, data), Int32Array.from(data, Number), dtype);
  assertThrows(
    () => read("F64", new Float64Array([1e300, 0])),
    InputError,
    "holds 1e+300 at index 0, too large for float32",
  );
  assertThrows(
    () => read("I64", new BigInt64Array([0n, 2n ** 31n])),
    InputError,
    "holds 2147483648 at index 1, too large for int32",
  );
  assertThrows(
    () => read("F16", new Uint16Array([0, 0x7c00])),
    InputError,
    'tensor "w" holds Infinity at index 1',
  );
});

Deno.test("readSafetensors() refuses numbers that are not finite", () => {
  for (const [value, bytes] of [["NaN", [0, 0, 192, 127]], ["-Infinity", [0, 0, 128, 255]]] as const) {
    assertRefused(
      file(`{"w":${info("[2]", 0, 8)}}`, [0, 0, 0, 0, ...bytes]),
      `tensor "w" holds ${value} at index 1`,
    );
  }
});

Deno.test("readSafetensors() meets 5000 damaged files with a result or a InputError", () => {
  const random = rng(20).split("safetensors");
  const whole = writeSafetensors(TENSORS, METADATA);
  const header = whole.length - Object.values(TENSORS).reduce((sum, { data }) => sum + data.byteLength, 0);
  const likely = new TextEncoder().encode('{}[]":,0123456789\\_- ');
  let read = 0;
  for (let trial = 0; trial < 5000; trial++) {
    let bytes = whole.slice(0, trial % 10 === 0 ? random.below(whole.length) : whole.length);
    for (let change = random.below(4); change >= 0 && bytes.length > 0; change--) {
      const inTensors = trial % 3 === 0 && bytes.length > header;
      const at = inTensors
        ? header + random.below(bytes.length - header)
        : random.below(Math.min(header, bytes.length));
      const value = random.below(2) === 0 ? random.below(256) : likely[random.below(likely.length)];
      const kind = inTensors ? 2 : random.below(4);
      if (kind === 0) bytes = new Uint8Array([...bytes.subarray(0, at), value, ...bytes.subarray(at)]);
      else if (kind === 1) bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]);
      else bytes[at] = value;
    }
    // A file of the right length gets past the first check and reaches the header's own.
    if (bytes.length >= 8 && trial % 2 === 0) {
      new DataView(bytes.buffer).setBigUint64(
        0,
        BigInt(Math.max(0, header - 8 + bytes.length - whole.length)),
        true,
      );
    }
    try {
      const { tensors } = readSafetensors(bytes);
      for (const { shape, data } of Object.values(tensors)) {
        assertEquals(shape.reduce((a, b) => a * b, 1), data.length);
        assert(data.every(Number.isFinite));
      }
      read++;
    } catch (error) {
      assert(
        error instanceof InputError && error.message.startsWith("Cannot read safetensors: "),
        `${error}`,
      );
    }
  }
  assert(read > 100 && read < 4000, `${read} of 5000 were read`);
});
