import { assert, assertEquals } from "@std/assert";
import { type Evaluated, minimize } from "../../src/attacks/minimize.ts";
import { assertClose } from "../support.ts";

/** The least point that `minimize` finds of `f`, and how many evaluations it took. */
function leastOf(
  f: (x: Float64Array) => Evaluated,
  start: number[],
  limits: { lo?: number[]; hi?: number[] } = {},
): { x: Float64Array; evaluations: number } {
  const walk = minimize(Float64Array.from(start), {
    lo: Float64Array.from(start, (_, i) => limits.lo?.[i] ?? -Infinity),
    hi: Float64Array.from(start, (_, i) => limits.hi?.[i] ?? Infinity),
    iterations: 200,
    tolerance: 1e-14,
  });
  let evaluations = 0;
  for (let step = walk.next();; step = walk.next(f(step.value))) {
    if (step.done) return { x: step.value, evaluations };
    evaluations++;
  }
}

/** Σ aᵢ (xᵢ − mᵢ)² / 2 in coordinates of very different curvature. */
const scales = [1, 100, 0.01, 7];
const middle = [3, -1, 20, 0.5];
const quadratic = (x: Float64Array): Evaluated => ({
  value: x.reduce((sum, value, i) => sum + scales[i] * (value - middle[i]) ** 2 / 2, 0),
  gradient: x.map((value, i) => scales[i] * (value - middle[i])),
});

Deno.test("minimize() finds the least point of an ill-scaled quadratic", () => {
  const { x, evaluations } = leastOf(quadratic, [0, 0, 0, 0]);
  assertClose(x, middle, 1e-4);
  assert(evaluations < 100, `${evaluations} evaluations`);
});

Deno.test("minimize() within limits finds the least point there, each coordinate on its own", () => {
  const limits = { lo: [-1, -0.5, -5, 0], hi: [1, 5, 5, 10] };
  // separable, so that each coordinate's least is its own, cut at its limits
  const { x } = leastOf(quadratic, [0, 0, 0, 1], limits);
  assertClose(x, [1, -0.5, 5, 0.5], 1e-4);
});

Deno.test("minimize() follows Rosenbrock's valley", () => {
  const { x } = leastOf(([a, b]) => ({
    value: (1 - a) ** 2 + 100 * (b - a * a) ** 2,
    gradient: Float64Array.of(-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)),
  }), [-1.2, 1]);
  assertClose(x, [1, 1], 1e-3);
});

Deno.test("minimize() stops where there is no slope, and where no step helps", () => {
  const flat = leastOf((x) => ({ value: 1, gradient: x.map(() => 0) }), [2, 3]);
  assertClose(flat.x, [2, 3], 0);
  // a gradient that lies: every step raises the value
  const wrong = leastOf((x) => ({ value: x[0], gradient: Float64Array.of(-1) }), [0]);
  assertClose(wrong.x, [0], 0);
});

type Point = readonly number[];
type Limits = { lo: Point; hi: Point; iterations: number; tolerance: number };
type Plain = (x: Point) => { value: number; gradient: Point };
const inner = (a: Point, b: Point) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** −H·g, H being BFGS's inverse curvature as a whole matrix: (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ for one pair after another. */
function byMatrix(g: Point, pairs: readonly { s: Point; y: Point }[]): Point {
  const last = pairs.at(-1), scale = last ? inner(last.s, last.y) / inner(last.y, last.y) : 1;
  let h = g.map((_, i) => g.map((_, j) => i === j ? scale : 0));
  for (const { s, y } of pairs) {
    const rho = 1 / inner(s, y);
    const left = g.map((_, i) => g.map((_, j) => Number(i === j) - rho * s[i] * y[j]));
    const half = left.map((row) => g.map((_, j) => inner(row, h.map((of) => of[j]))));
    h = half.map((row, i) => g.map((_, j) => inner(row, left[j]) + rho * s[i] * s[j]));
  }
  return h.map((row) => -inner(row, g));
}

/** All points at which the method evaluates `f`, and the one that it gives. */
function walkOf(f: Plain, start: Point, { lo, hi, iterations, tolerance }: Limits): Point[] {
  const clip = (v: Point) => v.map((value, i) => Math.min(Math.max(value, lo[i]), hi[i]));
  const asked: Point[] = [];
  const at = (x: Point) => (asked.push(x), f(x));
  let x = clip(start), here = at(x), pairs: { s: Point; y: Point }[] = [];
  for (let k = 0, ends = false; k < iterations && !ends; k++) {
    const leans = x.map((value, i) => here.gradient[i] > 0 ? value <= lo[i] : value >= hi[i]);
    const g = here.gradient.map((slope, i) => leans[i] ? 0 : slope);
    const d = byMatrix(g, pairs).map((value, i) => g[i] === 0 ? 0 : value);
    if (inner(d, g) >= 0) break;
    const found = Array.from({ length: 30 }, (_, n) => 2 ** -n).some((t) => {
      const to = clip(x.map((value, i) => value + t * d[i])), there = at(to);
      const s = to.map((value, i) => value - x[i]);
      if (inner(g, s) >= 0 || there.value > here.value + 1e-4 * inner(g, s)) return false;
      const y = there.gradient.map((slope, i) => slope - here.gradient[i]);
      pairs = inner(s, y) > 1e-12 * inner(y, y) ? [...pairs, { s, y }].slice(-7) : [];
      ends = here.value - there.value <= tolerance * Math.abs(there.value);
      [x, here] = [to, there];
      return true;
    });
    if (!found) break;
  }
  return [...asked, x];
}

/** The same of minimize() itself. */
function pointsOf(f: Plain, start: Point, limits: Limits): Point[] {
  const { lo, hi } = limits;
  const walk = minimize(Float64Array.from(start), {
    ...limits,
    ...{ lo: Float64Array.from(lo), hi: Float64Array.from(hi) },
  });
  const asked: Point[] = [];
  for (let step = walk.next();;) {
    asked.push([...step.value]);
    if (step.done) return asked;
    const { value, gradient } = f([...step.value]);
    step = walk.next({ value, gradient: Float64Array.from(gradient) });
  }
}

/** A function of one number by a table of values and slopes. */
const table = (values: Readonly<Record<number, [number, number]>>): Plain => ([x]) => ({
  value: values[x][0],
  gradient: [values[x][1]],
});

Deno.test("minimize() evaluates the same points as BFGS by whole matrices of its last seven pairs, within limits", () => {
  const weights = Array.from({ length: 12 }, (_, i) => 1 + i * i);
  const bowl: Plain = (x) => ({
    value: inner(x.map((value, i) => weights[i] * (value - 1)), x.map((value) => value - 1)) / 2,
    gradient: x.map((value, i) => weights[i] * (value - 1)),
  });
  const valley: Plain = ([a, b]) => ({
    value: (1 - a) ** 2 + 100 * (b - a * a) ** 2,
    gradient: [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)],
  });
  // curves downward in the middle, and its coordinates hang together
  const hills: Plain = ([a, b, c]) => ({
    value: a ** 4 / 4 - a * a / 2 + b ** 4 / 4 - b * b + a * b / 3 + (c - a) ** 2,
    gradient: [a ** 3 - a + b / 3 - 2 * (c - a), b ** 3 - 2 * b + a / 3, 2 * (c - a)],
  });
  const slope: Plain = ([a]) => ({ value: -a, gradient: [-1] });
  const wide = (n: number, far: number) => ({ lo: new Array(n).fill(-far), hi: new Array(n).fill(far) });
  const cases: [name: string, Plain, Point, Limits, least: number][] = [
    ["a bowl", bowl, weights.map(() => 0), { ...wide(12, 9), iterations: 20, tolerance: 0 }, 20],
    ["a bowl that is cut", bowl, weights.map((_, i) => i % 3 - 1), {
      ...{ lo: weights.map((_, i) => i % 2 ? -1 : 1.5), hi: weights.map((_, i) => i % 4 ? 2 : 3) },
      ...{ iterations: 15, tolerance: 0 },
    }, 8],
    ["a valley", valley, [-1.2, 1], { ...wide(2, Infinity), iterations: 60, tolerance: 1e-9 }, 30],
    ["a valley that is cut", valley, [-1.2, 1], {
      ...{ lo: [-1.2, -0.5], hi: [0.5, 1] },
      ...{ iterations: 60, tolerance: 1e-9 },
    }, 10],
    ["hills", hills, [0.1, 0.2, -0.3], { ...wide(3, 2), iterations: 40, tolerance: 1e-12 }, 10],
    ["hills that are cut", hills, [0.5, -1, 3], {
      ...{ lo: [-0.5, -1, 0.1], hi: [0.5, 4, 2] },
      ...{ iterations: 40, tolerance: 1e-12 },
    }, 5],
    ["hills that are cut below", hills, [-0.5, 1, -3], {
      ...{ lo: [-0.5, -4, -2], hi: [0.5, 1, -0.1] },
      ...{ iterations: 40, tolerance: 1e-12 },
    }, 5],
    ["a slope", slope, [0.25], { lo: [0], hi: [9], iterations: 20, tolerance: 0 }, 10],
    ["few steps", bowl, weights.map(() => 0), { ...wide(12, 9), iterations: 2, tolerance: 0 }, 3],
    // too little to change 1
    ["hardly a slope", () => ({ value: 1, gradient: [1e-20] }), [1], {
      ...wide(1, 9),
      ...{ iterations: 3, tolerance: 0 },
    }, 31],
  ];
  for (const [name, f, start, limits, least] of cases) {
    const expected = walkOf(f, start, limits), found = pointsOf(f, start, limits);
    assert(expected.length > least, `${name}: ${expected.length} points`);
    assertEquals(found.length, expected.length, name);
    found.forEach((point, i) => assertClose(point, expected[i], 1e-6, `${name}, point ${i}`));
  }
});

Deno.test("minimize() takes a step that gains just enough, and ends where one gains just too little", () => {
  const limits = { lo: [-9], hi: [9], iterations: 9, tolerance: 0.5 };
  const enough = 1 + 1e-4 * -1;
  assertEquals(pointsOf(table({ 0: [1, -1], 1: [enough, 0] }), [0], limits), [[0], [1], [1]]);
  const less = table({ 0: [1, -1], 1: [1 - 0.5e-4, 0], 0.5: [0, 0] });
  assertEquals(pointsOf(less, [0], limits), [[0], [1], [0.5], [0.5]]);
  // 3 − 2 is half of 2; a little more than half goes on
  assertEquals(pointsOf(table({ 0: [3, -1], 1: [2, -1] }), [0], limits), [[0], [1], [1]]);
  const more = table({ 0: [3.01, -1], 1: [2, -1], 2: [1.9, -1] });
  assertEquals(pointsOf(more, [0], limits), [[0], [1], [2], [2]]);
});

Deno.test("minimize() halves a step thirty times before it stays", () => {
  const limits = { lo: [-9], hi: [9], iterations: 9, tolerance: 0 };
  const asked = pointsOf(([x]) => ({ value: Math.abs(x), gradient: [-1] }), [0], limits);
  assertEquals(asked, [[0], ...Array.from({ length: 30 }, (_, n) => [2 ** -n]), [0]]);
});
