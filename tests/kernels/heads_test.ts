import { assert, assertEquals } from "@std/assert";
import * as reference from "../reference/mod.ts";
import { assertWithin } from "../support.ts";
import { blank } from "./draws.ts";
import { call, heaps, type Kernel } from "./trial.ts";

const { abs } = Math;

/** The outputs of a loss or direction for one example of class 0, in both builds. */
function onExample(kernel: Kernel, s: number[], writes: number): Float32Array[][] {
  const outputs = writes === 2 ? [blank(1), blank(s.length)] : [blank(s.length)];
  const operands = [...outputs, Float32Array.from(s), Int32Array.of(0)];
  const scalars = writes === 2 ? [1, 1, s.length] : [1, s.length];
  return heaps.map((heap) =>
    call(heap, kernel, { operands, scalars, terms: 0 }, writes).outputs as Float32Array[]
  );
}

Deno.test("softmaxLoss() keeps a gradient where the class's probability rounds to 1", () => {
  for (const margin of [30, 80]) {
    const others = [0, -1, 0.5, -2];
    const sum = others.reduce((all, s) => all + Math.exp(s - margin), 0);
    for (const [loss, dScores] of onExample("softmaxLoss", [margin, ...others], 2)) {
      assert(abs(loss[0] / sum - 1) < 1e-5, `margin ${margin}: loss ${loss[0]} instead of ${sum}`);
      const slopes = dScores.subarray(1).reduce((all, slope) => all + slope, 0);
      assert(abs(-dScores[0] / sum - 1) < 1e-5, `margin ${margin}: slope ${dScores[0]} instead of ${-sum}`);
      assert(
        abs(-dScores[0] / slopes - 1) < 1e-6,
        `margin ${margin}: slope ${dScores[0]}, the others ${slopes}`,
      );
    }
  }
});

Deno.test("softmaxDirection() does not depend on the margin, however large", () => {
  const others = [0, -1, 0.5, -2];
  for (const margin of [-1e4, 0, 80, 1e4, 1e30]) {
    const shares = new Float64Array(4);
    reference.softmaxForward(shares, Float64Array.from(others), 1, 4);
    for (const [dScores] of onExample("softmaxDirection", [margin, ...others], 1)) {
      assertWithin(dScores, [-1, ...shares], () => 1e-6, `margin ${margin}`);
    }
  }
});

Deno.test("sigmoidDirection() has a largest slope of 1, however large the scores", () => {
  for (const s of [[1e4, -1e4, -9e3], [80, -80, -79], [0, 0, 0], [1e4, -1e4, 0], [-1e4, 1e4, 1e30]]) {
    for (const [dScores] of onExample("sigmoidDirection", s, 1)) {
      assertEquals(Math.max(...dScores.map(abs)), 1, `scores ${s}`);
      assert(dScores[0] <= 0 && dScores[1] >= 0 && dScores[2] >= 0, `scores ${s}: ${dScores}`);
    }
  }
});
