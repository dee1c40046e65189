import { assertEquals } from "@std/assert";
import { matrix } from "../../src/matrix.ts";
import { concat, relu, tanh } from "../../src/ops/mod.ts";
import type { Op } from "../../src/ops/op.ts";
import { assertWithin } from "../support.ts";
import { atWork } from "./support.ts";

/** What `op` makes of one row. */
function of(op: Op<Record<never, never>>, values: readonly number[]): number[] {
  using at = atWork(op, {}, {});
  return [...at.forward([at.workspace.copy("z", matrix(1, values.length, values))]).data];
}

Deno.test("relu keeps positive numbers to the bit, and makes 0, not −0, of others", () => {
  assertEquals(of(relu, [1.5, -2, 0, 1e-40, -Infinity, Infinity]), [
    1.5,
    0,
    0,
    Math.fround(1e-40),
    0,
    Infinity,
  ]);
});

Deno.test("relu has the gradient 0 at 0", () => {
  using at = atWork(relu, {}, {});
  const z = at.workspace.copy("z", matrix(1, 3, [0, 1, -1]));
  at.forward([z]);
  const dOut = at.workspace.copy("d", matrix(1, 3, [5, 6, 7]));
  const [d] = at.backward(dOut, [z], { inputs: true, parameters: "none" });
  assertEquals([...d!.data], [0, 6, 0]);
});

Deno.test("tanh is within three ulps of the hyperbolic tangent, for numbers near 0 too", () => {
  const values = Float32Array.from({ length: 2001 }, (_, i) => 6 * ((i - 1000) / 1000) ** 5);
  const exact = Array.from(values, Math.tanh);
  assertWithin(of(tanh, [...values]), exact, (i) => 3 * 2 ** -24 * Math.abs(exact[i]) || 1e-45);
  assertEquals(of(tanh, [100, -100, Infinity, -Infinity, 0]), [1, -1, 1, -1, 0]);
});

Deno.test("concat puts rows of several widths side by side", () => {
  using at = atWork(concat, {}, {}, [[1], [2]]);
  const parts = [matrix(2, 1, [1, 2]), matrix(2, 2, [3, 4, 5, 6])];
  const inputs = parts.map((part, k) => at.workspace.copy(`${k}`, part));
  assertEquals([...at.forward(inputs).data], [1, 3, 4, 2, 5, 6]);
});
