import { InputError } from "../../src/errors.ts";
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { localization } from "../../src/paper/localization.ts";
import { normalMatrix } from "../support.ts";

Deno.test("localization() of even weights over a square has the whole ratio and the spread of its size", () => {
  for (const side of [1, 2, 5, 28]) {
    const even = Array.from({ length: side * side }, (_, i) => i % 2 ? 0.3 : -0.3);
    const { participation, spread } = localization(even, { width: side })!;
    assertAlmostEquals(participation, 1, 1e-12);
    assertAlmostEquals(spread, Math.sqrt((side * side - 1) / 6), 1e-12);
  }
});

Deno.test("localization() does not depend on a filter's position or scale", () => {
  const patch = (row: number, col: number, scale: number) => {
    const filter = new Float64Array(28 * 28);
    for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) filter[(row + y) * 28 + col + x] = scale;
    return localization(filter, { width: 28 })!;
  };
  for (const { participation, spread } of [patch(0, 0, 1), patch(20, 3, -1e-20), patch(11, 24, 1e10)]) {
    assertAlmostEquals(participation, 16 / 784, 1e-12);
    assertAlmostEquals(spread, Math.sqrt(15 / 6), 1e-9);
  }
});

Deno.test("localization() of Gaussian noise has a third of the pixels", () => {
  const { participation } = localization(normalMatrix(1, 10000, 1).data, { width: 100 })!;
  // E w⁴ = 3, and the mean of 10,000 of them varies by √96/100
  assertAlmostEquals(participation, 1 / 3, 4 * Math.sqrt(96) / 100 / 9);
});

Deno.test("localization() of zeros is null, and broken rows are refused", () => {
  assertEquals(localization(new Float32Array(784), { width: 28 }), null);
  assertThrows(
    () => localization(new Float32Array(10), { width: 3 }),
    InputError,
    "10 weights do not make rows of 3",
  );
  assertThrows(() => localization([1, 2], { width: Math.SQRT2 }), InputError, "do not make rows of 1.414");
});
