/** Blocks of features by draws that are written down beforehand. */

import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { blocks, pyramidPair, remainingShare } from "../../src/attacks/blocks.ts";
import type { ConstraintOptions } from "../../src/constraints/constraint.ts";
import { constraint } from "../../src/constraints/mod.ts";
import type { Rng } from "../../src/rng.ts";
import { assertClose } from "../support.ts";

/** A stream that gives these whole numbers and these fractions, and keeps how many values each draw had. */
function scripted(below: readonly number[], next: readonly number[] = []): Rng & { asked: number[] } {
  const [left, fractions, asked] = [[...below], [...next], [] as number[]];
  return {
    asked,
    below(n: number) {
      assert(left.length > 0 && left[0] < n, `${left[0]} of ${n}`);
      asked.push(n);
      return left.shift()!;
    },
    next: () => fractions.shift()!,
  } as unknown as Rng & { asked: number[] };
}

const made = (inputs: number, options: Partial<ConstraintOptions>, width?: number) =>
  blocks(constraint(inputs, { epsilon: 1, ...options }), width);

const drawn = (
  of: ReturnType<typeof made>,
  share: number,
  from: Rng,
) => {
  const { block, other, pyramidHeights } = of.draw(share, from);
  return { block: [...block], other: [...other], ...(pyramidHeights && { heights: [...pyramidHeights] }) };
};

Deno.test("remainingShare() halves after the published numbers of queries of 10,000", () => {
  const after = (queries: number) => remainingShare(queries / 10_000);
  assertEquals([0, 10, 11, 50, 51, 200, 201, 500, 501].map(after), [
    ...[1, 1, 1 / 2, 1 / 2, 1 / 4, 1 / 4, 1 / 8, 1 / 8, 1 / 16],
  ]);
  assertEquals([10.5, 50.5, 200.5, 500.5].map(after), [1 / 2, 1 / 4, 1 / 8, 1 / 16]);
  assertEquals(
    [1000, 1001, 2000, 2001, 4000, 4001, 6000, 6001, 8000, 8001, 10_000].map((at) => 1 / after(at)),
    [
      ...[16, 32, 32, 64, 64, 128, 128, 256, 256, 512, 512],
    ],
  );
});

Deno.test("blocks() of any features are the first of a permutation drawn by exchanges, and those after it", () => {
  const free = made(6, { norm: "L2", fixed: [2] });
  assertEquals([[...free.free], free.width], [[0, 1, 3, 4, 5], undefined]);
  // 0.4 of five are two; 0 1 3 4 5 → 5 1 3 4 0 → 5 3 1 4 0 → 5 3 0 4 1 → 5 3 0 4 1
  const from = scripted([4, 1, 2, 0]);
  assertEquals(drawn(free, 0.4, from), { block: [5, 3], other: [0, 4] });
  assertEquals(from.asked, [5, 4, 3, 2]);
  assertEquals([...free.free], [0, 1, 3, 4, 5]);
  // one at least, all at most
  assertEquals(drawn(free, 0, scripted([1, 2])), { block: [1], other: [4] });
  assertEquals(drawn(free, 0.7, scripted([0, 0, 0, 0, 0])), { block: [0, 1, 3, 4], other: [5] });
  assertEquals(drawn(free, 3, scripted([0, 0, 0, 0, 0])), { block: [0, 1, 3, 4, 5], other: [] });
});

Deno.test("blocks() leave out features without a size in L∞", () => {
  assertEquals([...made(4, { epsilon: [0, 0.25, 2, 0] }).free], [1, 2]);
  assertEquals([...made(3, { fixed: [0] }, 3).free], [1, 2]);
});

Deno.test("blocks() of images in L∞ are squares of the nearest side, within the image", () => {
  // 3 rows of 4; 0.4 of 12 are 4.8, whose root is about 2
  const image = made(12, { fixed: [6] }, 4);
  assertEquals(image.width, 4);
  const from = scripted([1, 2]);
  assertEquals(drawn(image, 0.4, from), { block: [7, 10, 11], other: [] });
  assertEquals(from.asked, [2, 3]);
  assertEquals(drawn(image, 0, scripted([2, 3])).block, [11]);
  assertEquals(drawn(image, 1, scripted([0, 1])).block, [1, 2, 3, 5, 7, 9, 10, 11]);
  assertEquals(drawn(made(12, {}, 3), 9, scripted([1, 0])).block, [3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

Deno.test("blocks() of images in L2 come in pairs with odd sides of 3 at least, the second without the first", () => {
  // 4 rows of 5, 3 × 3 at the first place and at one to the right and below
  const image = made(20, { norm: "L2", fixed: [6] }, 5);
  const from = scripted([0, 0, 1, 2], [0.75]);
  const pair = drawn(image, 0.1, from);
  assertEquals(pair.block, [0, 1, 2, 5, 7, 10, 11, 12]);
  assertEquals(pair.other, [8, 9, 13, 14, 17, 18, 19]);
  assertEquals(from.asked, [2, 3, 2, 3]);
  // the height of the place that is left out is left out
  const all = [...pyramidPair(3, false)];
  assertEquals(pair.heights, all.filter((_, k) => k !== 4));
  const turned = drawn(image, 0.1, scripted([0, 0, 1, 2], [0.25]));
  assertEquals(turned.heights, [...pyramidPair(3, true)].filter((_, k) => k !== 4));
  // 0.8 of 25 are 20, whose root is about 4; the next odd side is 5
  const large = made(49, { norm: "L1" }, 7);
  assertEquals(drawn(large, 16 / 49, scripted([0, 0, 0, 0], [0])).block.length, 25);
  assertEquals(drawn(large, 25 / 49, scripted([0, 0, 0, 0], [0])).block.length, 25);
  assertEquals(drawn(large, 1, scripted([0, 0, 0, 0], [0.5])).heights, [...pyramidPair(7, false)]);
});

/** The sum of 1/k² over the rectangles around the middle of `rows` × `cols` that hold the place. */
function hill(r: number, c: number, rows: number, cols: number): number {
  const [top, left] = [Math.floor(rows / 2), Math.floor(cols / 2)];
  const ring = Math.max(Math.abs(r - top), Math.abs(c - left));
  let sum = 0;
  for (let k = ring; k <= Math.max(top, left); k++) sum += 1 / (k + 1) ** 2;
  return sum;
}

Deno.test("pyramidPair() is a hill up above a hill down, or beside it if turned", () => {
  for (const side of [1, 2, 3, 4, 5, 7, 8]) {
    const half = Math.floor(side / 2);
    const expected = Array.from({ length: side * side }, (_, k) => {
      const [r, c] = [Math.floor(k / side), k % side];
      return r < half ? hill(r, c, half, side) : -hill(r - half, c, side - half, side);
    });
    assertClose(pyramidPair(side, false), expected, 1e-15, `${side}`);
    const turned = expected.map((_, k) => expected[k % side * side + Math.floor(k / side)]);
    assertClose(pyramidPair(side, true), turned, 1e-15, `${side} turned`);
  }
});
