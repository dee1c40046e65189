import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { blocks, type Pair, remainingShare } from "../../src/attacks/blocks.ts";
import { square } from "../../src/attacks/square.ts";
import { ends, lengths } from "../../src/attacks/square_moves.ts";
import type { ConstraintOptions } from "../../src/constraints/constraint.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { matrix } from "../../src/matrix.ts";
import { type Rng, rng } from "../../src/rng.ts";
import { assertClose, uniformMatrix } from "../support.ts";
import { asked, quadratic, rowsIn } from "./asked.ts";

/** A stream of these numbers, which have all to be drawn. */
function told(numbers: number[]): Rng & { readonly left: number[] } {
  const left = numbers.slice();
  return {
    ...rng(0),
    left,
    next: () => {
      if (left.length === 0) throw new Error("drawn once more");
      return left.shift()!;
    },
  };
}

/** Blocks that are always the same. */
const always = (
  free: number[],
  pair: { block: number[]; other: number[]; pyramidHeights?: number[] },
  width?: number,
) => ({
  ...{ free: Int32Array.from(free), width },
  draw: (share: number): Pair => {
    assertEquals(share, 0.5);
    return {
      block: Int32Array.from(pair.block),
      other: Int32Array.from(pair.other),
      ...(pair.pyramidHeights && { pyramidHeights: Float64Array.from(pair.pyramidHeights) }),
    };
  },
});

Deno.test("ends() draws a sign for each feature or column, then a different one for each of a block", () => {
  const x = new Float32Array(5), next = { row: 1, part: 0.5 };
  const propose = (moves: ReturnType<typeof ends>, first: boolean, numbers: number[]) => {
    const from = told(numbers);
    moves.propose(x, x, { ...next, first, from });
    assertEquals(from.left, []);
    return [...x];
  };
  const scattered = ends(always([0, 1, 3], { block: [3, 0], other: [] }), 2);
  assertEquals(propose(scattered, true, [0.49, 0.5, 0.9]), [-1, 1, 0, 1, 0]);
  scattered.accept(1);
  // the third sign, and the first
  assertEquals(propose(scattered, false, [0.1, 0.2]), [-1, 1, 0, -1, 0]);
  // not taken: the same again is another
  assertEquals(propose(scattered, false, [0.9, 0.9]), [1, 1, 0, 1, 0]);
  assertEquals(propose(scattered, false, [0.9, 0.1]), [1, 1, 0, -1, 0]);
  scattered.accept(1);
  assertEquals(propose(scattered, false, [0.1, 0.9]), [-1, 1, 0, 1, 0]);
  assertEquals(propose(scattered, false, [0.1, 0.1]), [-1, 1, 0, -1, 0]);
  const image = ends(always([0, 1, 2, 4], { block: [1, 2], other: [] }, 2), 2);
  assertEquals(propose(image, true, [0.1, 0.9]), [-1, 1, -1, 0, -1]);
  image.accept(1);
  // one sign for the square
  assertEquals(propose(image, false, [0.9]), [-1, 1, 1, 0, -1]);
  assertEquals(propose(image, false, [0.1]), [-1, -1, -1, 0, -1]);
  const same = ends(always([0, 1], { block: [0, 1], other: [] }, 2), 2);
  propose(same, true, [0.9, 0.9]);
  same.accept(1);
  assertEquals(propose(same, false, [0.9]), [-1, -1, 0, 0, 0]);
});

/** What `lengths` proposes, by its formula in double. */
function turned(
  x: number[],
  own: number[],
  { norm, size, pair: { block, other, pyramidHeights }, left, signs }: {
    norm: "L2" | "L1";
    size: number;
    pair: { block: number[]; other: number[]; pyramidHeights?: number[] };
    left: number;
    signs: number[];
  },
): number[] {
  const d = x.map((value, i) => value - own[i]);
  const length = (v: number[]) =>
    norm === "L2" ? Math.hypot(...v) : v.reduce((sum, each) => sum + Math.abs(each), 0);
  const add = (...parts: number[]) => norm === "L2" ? Math.hypot(...parts) : parts.reduce((a, b) => a + b, 0);
  const less = (a: number, b: number) =>
    norm === "L2" ? Math.sqrt(Math.max(a * a - b * b, 0)) : Math.max(a - b, 0);
  const in_ = (places: number[]) => places.map((i) => d[i]);
  const unused = less(size, length(d));
  const given = less(length(in_(other)), length(in_(other).map((each) => left * each)));
  const available = add(length(in_(block)), given, unused);
  const turn = pyramidHeights ? pyramidHeights.map((h) => signs[0] * h) : signs.slice(-block.length);
  const kept = length(in_(block));
  const sum = turn.map((each, k) => each / length(turn) + (kept > 0 ? d[block[k]] / kept : 0));
  const direction = length(sum) > 1e-6
    ? sum.map((each) => each / length(sum))
    : turn.map((each) => each / length(turn));
  return x.map((value, i) =>
    block.includes(i)
      ? own[i] + available * direction[block.indexOf(i)]
      : other.includes(i)
      ? own[i] + left * d[i]
      : value
  );
}

Deno.test("lengths() begins with the whole size in equal parts, by feature or by column, within bounds", () => {
  const own = Float32Array.of(0, 0.5, 1, 0.25, 0.5);
  for (const [norm, each] of [["L2", 0.5], ["L1", 0.25]] as const) {
    const all = constraint(5, { norm, epsilon: 1, bounds: [0, 1], fixed: [2] });
    const x = own.slice(), next = { row: 0, part: 0.5, first: true };
    let from = told([0.1, 0.1, 0.9, 0.5]);
    lengths(always([0, 1, 3, 4], { block: [], other: [] }), all).propose(x, own, { ...next, from });
    assertEquals(from.left, []);
    assertClose(x, [0, 0.5 - each, 1, 0.25 + each, 0.5 + each].map((v) => Math.min(v, 1)), 2e-6, norm);
    const [image, below] = [own.slice(), constraint(5, { norm, epsilon: 1, bounds: [0, 0.6] })];
    from = told([0.9, 0.1]);
    lengths(always([0, 1, 3, 4], { block: [], other: [] }, 2), below).propose(image, own, { ...next, from });
    assertEquals(from.left, []);
    assertClose(
      image,
      [each, 0.5 - each, 1, Math.max(0.25 - each, 0), 0.6].map((v, i) => i === 2 ? 1 : Math.min(v, 0.6)),
      2e-6,
      norm,
    );
  }
});

Deno.test("lengths() gives a block the length of another, in a random direction, with the whole size to the last millionth", () => {
  const own = [0.5, 0.25, 0, -0.5, 0.125, 0.75], free = [0, 1, 2, 3, 4, 5];
  const at = [0.6, 0.05, 0.3, -0.5, 0.3, 0.65];
  const pair = { block: [1, 4], other: [0, 2] };
  for (const norm of ["L2", "L1"] as const) {
    const whole = norm === "L2" ? Math.hypot(0.1, 0.2, 0.3, 0.175, 0.1) : 0.875;
    for (const epsilon of [whole, 1.5 * whole]) {
      const moves = lengths(always(free, pair), constraint(6, { norm, epsilon }));
      const one = { block: [1], other: [0] };
      const hills = { block: [1, 4, 5], other: [2], pyramidHeights: [1, -0.25, 0.5] };
      const cases: [
        number[],
        { left: number; signs: number[] },
        typeof pair & { pyramidHeights?: number[] },
        number[],
      ][] = [
        // all of it is given, or a part
        [[0.49, 0.5, 0.9, 0.1], { left: 0, signs: [1, -1] }, pair, at],
        [[0.5, 0.75, 0.9, 0.1, 0.1], { left: 0.75, signs: [-1, -1] }, pair, at],
        // the turn cancels what is there: it alone counts
        [[0.1, 0.9, 0.9, 0.1], { left: 0, signs: [1, -1] }, pair, [0.5, 0.05, 0.3, -0.5, 0.325, 0.65]],
        // a block of no length
        [[0.1, 0.9, 0.9, 0.1], { left: 0, signs: [1, -1] }, pair, [0.6, 0.25, 0.3, -0.5, 0.125, 0.65]],
        [[0.1], { left: 0, signs: [-1] }, hills, at],
        [[0.9], { left: 0, signs: [1] }, hills, at],
        // a hill that cancels what is there
        [[0.1], { left: 0, signs: [-1] }, hills, [0.5, 0.45, 0.1, -0.5, 0.075, 0.85]],
        [[0.1, 0.9, 0.9], { left: 0, signs: [1] }, one, at],
      ];
      for (const [numbers, how, own_, start] of cases) {
        const from = told(numbers), x = Float32Array.from(start), size = epsilon * (1 - 1e-6);
        lengths(always(free, own_), constraint(6, { norm, epsilon })).propose(x, Float32Array.from(own), {
          ...{ row: 0, part: 0.5, first: false, from },
        });
        assertEquals(from.left, [], norm);
        const expected = turned(start, own, { norm, size, pair: own_, ...how });
        assertClose(x, expected, 1e-6, `${norm} ${numbers}`);
        const far = expected.map((value, i) => value - own[i]);
        const length = norm === "L2" ? Math.hypot(...far) : far.reduce((sum, v) => sum + Math.abs(v), 0);
        assertClose([length], [size], 1e-5, `${norm} ${numbers}`);
      }
      moves.accept(0);
    }
    // nothing may move, and nothing is given
    const x = Float32Array.from(at);
    lengths(always([], { block: [], other: [0, 2] }), constraint(6, { norm, epsilon: 1 })).propose(
      x,
      Float32Array.from(own),
      { ...{ row: 0, part: 0.5, first: false }, from: told([0.1, 0.1]) },
    );
    assertEquals(x, Float32Array.from(at));
    // what bounds cut off
    const cut = Float32Array.of(0.5, 0.5), middle = Float32Array.of(0.5, 0.5);
    lengths(
      always([0, 1], { block: [0, 1], other: [] }),
      constraint(2, { norm, epsilon: 4, bounds: [0.25, 0.875] }),
    )
      .propose(cut, middle, { ...{ row: 0, part: 0.5, first: false }, from: told([0.1, 0.9, 0.9, 0.1]) });
    assertEquals([...cut], [0.875, 0.25]);
  }
});

const THREE = quadratic(
  [[0.9, 0.2, -0.3, 0.5], [-0.4, 0.8, 0.1, -0.6], [0.3, -0.7, 0.6, 0.2]],
  [[0.3, 0.1, 0.2, 0.1], [0.2, 0.4, 0.1, 0.2], [0.1, 0.2, 0.5, 0.3]],
);

type Given = Pick<ConstraintOptions, "grid" | "fixed" | "bounds"> & {
  norm: "Linf" | "L2" | "L1";
  epsilon: number;
  queries: number;
  share?: number;
  width?: number;
  target?: number;
};

const EXAMPLES = matrix(7, 4, uniformMatrix(7, 4, 2).data.map((v) => Math.round(v * 8) / 8));

/** Random search, one example at a time: what it asks and gives. */
function compare(given: Given, X = EXAMPLES) {
  const { norm, epsilon, grid, fixed, bounds, queries, share = 0.8, width, target } = given;
  const best = (x: Float64Array) => THREE.scores(x).indexOf(Math.max(...THREE.scores(x)));
  const labels = Int32Array.from(rowsIn(X), (x, i) => (best(x) + Number(i === 3)) % 3);
  const model = asked(THREE), name = JSON.stringify(given), progress: number[] = [];
  const attacked = square(model, batch({ x: X, labels, classes: 3 }), {
    ...given,
    seed: 4,
    onProgress: (done) => progress.push(done),
  });
  const all = constraint(4, { norm, epsilon, grid, fixed, bounds }), parts = blocks(all, width);
  const asks: Float64Array[][] = Array.from({ length: queries }, () => []);
  const ends_ = rowsIn(X).map((own, row) => {
    const moves = norm === "Linf" ? ends(parts, X.rows) : lengths(parts, all);
    const original = matrix(1, 4, Float32Array.from(own)), region = all.around(original);
    const fools = (x: Float64Array) => target === undefined ? best(x) !== labels[row] : best(x) === target;
    const value = (x: Float64Array) => {
      const z = THREE.scores(x).map(Math.fround), y = target ?? labels[row];
      const lead = Math.max(...z.filter((_, c) => c !== y)) - z[y];
      return target === undefined ? lead : -lead;
    };
    if (parts.free.length === 0) return own;
    asks[0].push(own);
    let at = own, top = -Infinity;
    for (let query = 1; query < queries && !fools(at); query++) {
      const x = matrix(1, 4, Float32Array.from(at));
      moves.propose(x.data, original.data, {
        ...{ row, part: share * remainingShare((query - 1) / queries), first: query === 1 },
        from: rng(4).split(row).split("square", query),
      });
      if (norm === "Linf") region.step(x, original, { direction: x });
      region.project(x);
      const [tried] = rowsIn(x);
      asks[query].push(tried);
      if (!fools(tried) && value(tried) <= top) continue;
      [at, top] = [tried, value(tried)];
      moves.accept(row);
    }
    return at;
  });
  const expected = asks.filter((rows) => rows.length > 0);
  assertEquals(model.questions.slice(0, -1).map(({ x }) => x), expected, name);
  assertEquals(rowsIn(attacked.x), ends_, name);
  expected.forEach((_, i) => assertClose([progress[i]], [i / queries], 1e-9, name));
  return { attacked, expected };
}

Deno.test("square() proposes, keeps proposals that raise the margin or fool, and asks about the examples not fooled yet", () => {
  for (const norm of ["Linf", "L2", "L1"] as const) {
    const epsilon = { Linf: 0.25, L2: 0.5, L1: 0.9 }[norm];
    const { attacked, expected } = compare({ norm, epsilon, queries: 40 });
    assert(attacked.fooled.includes(0) && new Set(expected.map(({ length }) => length)).size > 2, norm);
    compare({ norm, epsilon: 3 * epsilon, queries: 30, target: 1, share: 0.3 });
    compare({ norm, epsilon, queries: 12, width: 2, bounds: [-1, 1] });
    compare({ norm, epsilon, queries: 12, grid: 8, fixed: [1] });
    compare({ norm, epsilon, queries: 3, fixed: [0, 1, 2, 3] });
    compare({ norm, epsilon, queries: 1 });
  }
});

Deno.test("square() keeps the first of equally good proposals, in the blocks of the published schedule", () => {
  const flat = { ...THREE, scores: () => [1, 0, 0] },
    examples = batch({ x: matrix(2, 4), labels: [0, 0], classes: 3 });
  for (const norm of ["Linf", "L2", "L1"] as const) {
    const of = (queries: number) => square(asked(flat), examples, { norm, epsilon: 0.5, queries }).x;
    assertEquals(of(9), of(2), norm);
    // by 300 queries a half of the share remains for the second, and a quarter for the third
    compare({ norm, epsilon: 0.05, queries: 300 }, matrix(2, 4, [0.5, 0.25, 0, 0.25, -0.5, 0, 0.25, 0.5]));
  }
});
