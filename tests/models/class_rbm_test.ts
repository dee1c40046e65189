import { assert, assertEquals } from "@std/assert";
import { predict } from "../../src/predict.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import { model } from "../../src/models/model.ts";
import type { Tensors } from "../../src/graph/steps.ts";
import { classRbm } from "../../src/models/mod.ts";
import { classRbm as op } from "../../src/ops/class_rbm.ts";
import { atWork, type Roles } from "../ops/support.ts";
import { assertClose, centralDifference } from "../support.ts";
import { examplesFor, ordinaryTensors } from "./specimens.ts";

const INPUTS = 3, CLASSES = 3, HIDDEN = 4;
const family = classRbm({ inputs: INPUTS, classes: CLASSES, hidden: HIDDEN });
const tensors = ordinaryTensors(family);

const bits = (n: number, length: number) => Array.from({ length }, (_, i) => n >> i & 1);
const all = (length: number) => Array.from({ length: 2 ** length }, (_, n) => bits(n, length));
const classes = Array.from({ length: CLASSES }, (_, c) => c);

/** −E(x, y, h), the definition. */
function agreement(
  p: Tensors,
  { x, y, h }: { x: readonly number[]; y: number; h: readonly number[] },
): number {
  const [W, b, U, d, a] = ["hidden.W", "hidden.b", "top.W", "top.b", "inputs.b"].map((name) => p[name].data);
  let sum = d[y];
  x.forEach((value, i) => sum += a[i] * value);
  h.forEach((on, j) => {
    sum += on * (b[j] + U[y * HIDDEN + j]);
    x.forEach((value, i) => sum += on * W[j * INPUTS + i] * value);
  });
  return sum;
}

/** log Σ over hidden units of e^−E, by enumeration. */
function logWeight(p: Tensors, x: readonly number[], y: number): number {
  return Math.log(all(HIDDEN).reduce((sum, h) => sum + Math.exp(agreement(p, { x, y, h })), 0));
}

const row = (m: Matrix, r: number) => [...m.data.subarray(r * m.cols, (r + 1) * m.cols)];

Deno.test("classRbm() classifies by p(y | x) as enumeration of its hidden units gives it", () => {
  using each = model(family, { tensors });
  const { x } = examplesFor(family, 9);
  const { probabilities } = predict(each, x);
  for (let r = 0; r < 9; r++) {
    const weights = classes.map((y) => Math.exp(logWeight(tensors, row(x, r), y)));
    const total = weights.reduce((a, b) => a + b);
    assertClose(row(probabilities, r), weights.map((weight) => weight / total), 1e-6);
  }
});

/** One step of training on `x`, whose entries are 0 or 1, and what it drew. */
function step(x: Matrix, labels: Int32Array, key: number) {
  const roles = { W: "hidden.W", b: "hidden.b", U: "top.W", d: "top.b", a: "inputs.b" };
  const byRole = Object.fromEntries(Object.entries(roles).map(([role, name]) => [role, tensors[name]]));
  using machine = atWork(op, byRole as Roles, { hidden: HIDDEN, classes: CLASSES });
  const { workspace, parameters } = machine;
  const loss = machine.objective!(workspace.copy("x", x), labels, { scale: 0.5, parameters: "replace", key });
  const [inputs, oneHot] = [
    workspace.matrix("binary inputs", 2 * x.rows, INPUTS),
    workspace.matrix("one-hot classes", 2 * x.rows, CLASSES),
  ];
  const at = (r: number) => ({ x: row(inputs, r), y: row(oneHot, r).indexOf(1) });
  return {
    loss,
    gradients: Object.fromEntries(
      parameters.map(({ name, gradient }) => [roles[name as keyof typeof roles], gradient.data.slice()]),
    ),
    given: labels.length === 0 ? [] : Array.from(labels, (_, r) => at(r)),
    drawn: Array.from(labels, (_, r) => at(x.rows + r)),
  };
}

Deno.test("classRbm()'s gradient is that of log Σₕ e^−E at the reconstruction less that at the examples", () => {
  const x = matrix(5, INPUTS, all(INPUTS).slice(2, 7).flat());
  const labels = Int32Array.of(0, 1, 2, 1, 0);
  const { gradients, given, drawn } = step(x, labels, 3);
  assertEquals(given, Array.from(labels, (y, r) => ({ x: row(x, r), y })));
  const copy = Object.fromEntries(
    Object.entries(tensors).map((
      [name, { shape, data }],
    ) => [name, { shape, data: Float32Array.from(data) }]),
  );
  const sum = (of: typeof given) => of.reduce((total, { x, y }) => total + logWeight(copy, x, y), 0);
  for (const [name, found] of Object.entries(gradients)) {
    const { data } = copy[name];
    // in double, so that only the third derivatives, below 1, are missing
    const numeric = found.map((_, j) =>
      0.5 * centralDifference(() => sum(drawn) - sum(given), data, j, 2 ** -8)
    );
    assertClose(found, numeric, 1e-4, name);
    assert(found.some((slope) => Math.abs(slope) > 0.05), name);
  }
});

Deno.test("classRbm() draws hidden units, and from them its reconstruction, with the machine's own probabilities", () => {
  const draws = 20000, start = { x: [1, 0, 1], y: 2 };
  const x = matrix(draws, INPUTS, Array.from({ length: draws }, () => start.x).flat());
  const { drawn, loss } = step(x, new Int32Array(draws).fill(start.y), 11);
  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
  const conditional = (weights: number[]) =>
    weights.map((weight) => weight / weights.reduce((a, b) => a + b));
  const hidden = all(HIDDEN);
  const ofHidden = conditional(hidden.map((h) => Math.exp(agreement(tensors, { ...start, h }))));
  const none = Array(INPUTS).fill(0);
  const ofClasses = hidden.map((h) =>
    conditional(classes.map((y) => Math.exp(agreement(tensors, { x: none, y, h }))))
  );
  const ofInput = (h: number[], i: number) => {
    const one = none.map((_, j) => Number(i === j));
    return sigmoid(agreement(tensors, { x: one, y: 0, h }) - agreement(tensors, { x: none, y: 0, h }));
  };
  const mean = (f: (h: number[], n: number) => number) =>
    hidden.reduce((sum, h, n) => sum + ofHidden[n] * f(h, n), 0);
  // four standard deviations of a share
  const tolerance = 4 * 0.5 / Math.sqrt(draws);
  const share = (holds: (each: (typeof drawn)[0]) => boolean) => drawn.filter(holds).length / draws;
  assertClose(
    [...classes.map((c) => share(({ y }) => y === c)), ...none.map((_, i) => share(({ x }) => x[i] === 1))],
    [
      ...classes.map((c) => mean((_, n) => ofClasses[n][c])),
      ...none.map((_, i) => mean((h) => ofInput(h, i))),
    ],
    tolerance,
  );
  // the loss told is the mean of −log p(x, y | h)
  const expected = mean((h, n) =>
    -Math.log(ofClasses[n][start.y]) -
    start.x.reduce((sum, value, i) => sum + Math.log(value === 1 ? ofInput(h, i) : 1 - ofInput(h, i)), 0)
  );
  assertClose([loss / draws], [expected], 4 / Math.sqrt(draws));
});
