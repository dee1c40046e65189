import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { batch, select, slice } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";

// deno-lint-ignore no-explicit-any
const given = (value: unknown): any => value;

Deno.test("batch() takes labels of every array of whole numbers, and inputs of every array of numbers", () => {
  for (
    const labels of [
      [1, 0],
      Int32Array.of(1, 0),
      Uint8Array.of(1, 0),
      Float64Array.of(1, 0),
      BigInt64Array.of(1n, 0n),
    ]
  ) {
    assertEquals([...batch({ x: matrix(2, 1), labels: given(labels) }).labels], [1, 0]);
  }
  for (const data of [[1, 2], Float64Array.of(1, 2), Uint8Array.of(1, 2), BigInt64Array.of(1n, 2n)]) {
    const { x } = batch({ x: { rows: 2, cols: 1, data: given(data) }, labels: [0, 0] });
    assertEquals(x.data, Float32Array.of(1, 2));
  }
});

Deno.test("batch() names an invalid label, an invalid matrix, and sizes that do not fit", () => {
  const x = matrix(2, 2);
  for (
    const [options, problem] of [
      [
        { x, labels: [[1, 0], [0, 1]] },
        "label [1, 0] of example 0 is not a whole number below 2³¹; of one-hot labels give the place of the 1",
      ],
      [
        { x, labels: ["0", "1"] },
        'label "0" of example 0 is not a whole number below 2³¹; of class names give their places',
      ],
      [{ x, labels: [0, undefined] }, "label undefined of example 1"],
      [{ x, labels: 7 }, "labels must be an array of whole numbers, not 7"],
      [{ x, labels: [0] }, "2 examples but 1 labels"],
      [{ x, labels: [0, 9], classes: 3 }, "label 9 of example 1 is not a whole number in 0 … 2"],
      [{ x, labels: [0, -5] }, "label -5 of example 1"],
      [{ x, labels: [0, 0.5] }, "label 0.5 of example 1"],
      [{ x, labels: [0, 2 ** 40] }, "label 1099511627776 of example 1 is not a whole number below 2³¹"],
      [{ x, labels: [0, 1], classes: NaN }, "classes must be a whole number, not NaN"],
      [{ x, labels: [0, 1], classNames: ["a"] }, "label 1 of example 1"],
      [{ x, labels: [0, 1], classes: 2, classNames: ["a"] }, '2 classes but ["a"] for their names'],
      [{ x: [[1, 2], [3, 4]], labels: [0, 1] }, "x must be a matrix"],
      [{ x: { rows: 2, cols: 2, data: [1, 2, 3] }, labels: [0, 1] }, "expected 4 numbers, got 3"],
      [{ x: { rows: 1, cols: 2, data: [1, "2"] }, labels: [0] }, 'number 1 is "2"'],
      [
        { x: { rows: 1, cols: 1, data: undefined }, labels: [0] },
        "x must be a matrix, as matrix() makes one, not an object",
      ],
      [{ x: matrix(1, 2, [0, NaN]), labels: [0] }, "input 1 of example 0 is NaN, not a finite number"],
    ] as const
  ) {
    const { message } = assertThrows(() => batch(given(options)), InputError, problem);
    assert(message.startsWith("Cannot make a batch: "), message);
  }
});

Deno.test("slice() and select() keep names of classes, and refuse invalid places", () => {
  const all = batch({ x: matrix(3, 1, [1, 2, 3]), labels: [0, 1, 0], classNames: ["a", "b"] });
  const part = slice(all, 1, 9);
  assertEquals([[...part.x.data], [...part.labels], part.classNames], [[2, 3], [1, 0], ["a", "b"]]);
  assertEquals(slice(all, 7).x.rows, 0);
  const chosen = select(all, [2, 0]);
  assertEquals([[...chosen.x.data], chosen.classes, chosen.classNames], [[3, 1], 2, ["a", "b"]]);
  assertThrows(() => slice(all, -1), InputError, "Cannot slice at -1: must be a whole number ≥ 0");
  assertThrows(() => slice(all, 0, 1.5), InputError, "Cannot slice at 1.5");
  for (const at of [3, -1, 0.5]) {
    assertThrows(() => select(all, [at]), InputError, `Cannot select example ${at}: there are 0 … 2`);
  }
});

Deno.test("matrix() refuses values that are not arrays of numbers, and names the bytes that cannot be allocated", () => {
  assertThrows(() => matrix(1, 2, given(["1", "2"])), InputError, 'number 0 is "1"');
  assertThrows(() => matrix(1, 2, given([[1, 2]])), InputError, "expected 2 numbers, got 1");
  assertThrows(
    () => matrix(1, 2, given({ 0: 1, 1: 2, length: 2 })),
    InputError,
    "its numbers must be in an array",
  );
  assertThrows(() => matrix(2 ** 26, 2 ** 26), InputError, "there is no memory for");
});
