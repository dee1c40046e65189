import { assert } from "@std/assert";
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
