import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Head, heads } from "../src/heads.ts";
import { type Matrix, matrix, rowsOf } from "../src/matrix.ts";
import { assertClose, centralDifference, randomLabels, uniformMatrix } from "./support.ts";

const CLASSES = 4, ROWS = 12;

/**
 * Step of the central differences, a power of two. Losses below 16 carry an ulp or two of 2⁻²⁰, which the division by
 * 2h makes 1.2e-4; third derivatives below 1 add h²/6, 1e-5. An exponential head's, near a score of 0, are larger.
 */
const STEP = 2 ** -7, TOLERANCE = 3e-4;

interface Case {
  head: Head;
  /** Moderate scores. */
  scores: Matrix;
  /** The same probabilities and losses again: one formula each, in double. */
  probabilities(s: number[]): number[];
  loss(p: number[], label: number): number;
  /** Scores at which a float32 probability rounds to 0 or 1, by class. */
  saturated: number[][];
}

const sigmoid = (s: number) => 1 / (1 + Math.exp(-s));
const crossEntropies = (p: number[], label: number) =>
  p.reduce((sum, value, c) => sum - Math.log(c === label ? value : 1 - value), 0);
const scores = (width: number, lo: number, hi: number) => uniformMatrix(ROWS, width, 1, { lo, hi });
const far = [[300, -300, 0, 10], [-300, -300, -300, 300], [300, 300, 300, 300], [-300, -301, -302, -303]];

const cases: Record<string, Case> = {
  softmax: {
    head: heads.softmax,
    scores: scores(CLASSES, -4, 4),
    probabilities(s) {
      const sum = s.reduce((total, value) => total + Math.exp(value), 0);
      return s.map((value) => Math.exp(value) / sum);
    },
    loss: (p, label) => -Math.log(p[label]),
    saturated: far,
  },
  sigmoid: {
    head: heads.sigmoid,
    scores: scores(CLASSES, -4, 4),
    probabilities: (s) => s.map(sigmoid),
    loss: crossEntropies,
    saturated: far,
  },
  exponential: {
    head: heads.exponential,
    scores: scores(CLASSES, -4, -0.3),
    probabilities: (s) => s.map(Math.exp),
    loss: crossEntropies,
    saturated: [[-300, -200, -1, -300], [-300, -300, -300, -300], [-1e-7, -1e-7, -300, -1e-7], [0, 0, 0, 0]],
  },
  binary: {
    head: heads.binary,
    scores: scores(1, -4, 4),
    probabilities: ([s]) => [sigmoid(-s), sigmoid(s)],
    loss: (p, label) => -Math.log(p[label]),
    saturated: [[300], [-300], [30], [-30]],
  },
};

const classesOf = ({ head }: Case) => head === heads.binary ? 2 : CLASSES;
const labelsOf = (each: Case) => randomLabels(ROWS, classesOf(each), 2);
const row = (m: Matrix, b: number) => Array.from(rowsOf(m, b, b + 1).data);
const shaped = (values: number[][]) => matrix(values.length, values[0].length, values.flat());

function lossOf(head: Head, scores: Matrix, labels: Int32Array | Matrix, scale?: number) {
  const [loss, dScores] = [matrix(scores.rows, 1), matrix(scores.rows, scores.cols)];
  head.loss({ loss, dScores, scale }, scores, labels);
  return { loss: loss.data, dScores: dScores.data };
}

function directionOf(head: Head, scores: Matrix, labels: Int32Array): Matrix {
  const direction = matrix(scores.rows, scores.cols);
  head.direction(direction, scores, labels);
  return direction;
}

function probabilitiesOf({ head }: Pick<Case, "head">, scores: Matrix, classes: number): Matrix {
  const out = matrix(scores.rows, classes);
  head.probabilities(out, scores);
  return out;
}

Deno.test("heads are all tried here, and named as they are registered", () => {
  assertEquals(Object.keys(cases).sort(), Object.keys(heads).sort());
  for (const [name, each] of Object.entries(cases)) {
    assertEquals(each.head.name, name);
    assertEquals(each.head.width(classesOf(each)), each.scores.cols, name);
  }
});

Deno.test("Head.probabilities() and loss() follow their formulas", () => {
  for (const [name, each] of Object.entries(cases)) {
    const labels = labelsOf(each);
    const expected = Array.from({ length: ROWS }, (_, b) => each.probabilities(row(each.scores, b)));
    const probabilities = probabilitiesOf(each, each.scores, classesOf(each));
    // exp to an ulp or two of numbers below 1, sums of 4
    assertClose(probabilities.data, expected.flat(), 5e-7, name);
    const { loss } = lossOf(each.head, each.scores, labels);
    assertClose(loss, expected.map((p, b) => each.loss(p, labels[b])), 1e-6, name);
  }
});

Deno.test("Head.loss() gives the gradient of the loss, as central differences do", () => {
  for (const [name, each] of Object.entries(cases)) {
    const labels = labelsOf(each);
    const { dScores } = lossOf(each.head, each.scores, labels);
    const numeric = dScores.map((_, i) =>
      centralDifference(
        () => lossOf(each.head, each.scores, labels).loss[Math.floor(i / each.scores.cols)],
        each.scores.data,
        i,
        STEP,
      )
    );
    // −log(1 − eˢ) has a third derivative below 2 / 0.3³ here
    const curved = each.head === heads.exponential ? STEP ** 2 / 6 * 2 / 0.3 ** 3 : 0;
    assertClose(dScores, numeric, TOLERANCE + curved, name);
  }
});

Deno.test("Head.loss() scales its gradient and not its losses", () => {
  for (const [name, each] of Object.entries(cases)) {
    const labels = labelsOf(each);
    const [whole, half] = [undefined, -0.5].map((scale) => lossOf(each.head, each.scores, labels, scale));
    assertEquals(half.loss, whole.loss, name);
    assertEquals(half.dScores, whole.dScores.map((d) => -0.5 * d), name);
  }
});

Deno.test("Head.direction() is, row by row, a positive multiple of the gradient", () => {
  for (const [name, each] of Object.entries(cases)) {
    const labels = labelsOf(each);
    const gradient = matrix(ROWS, each.scores.cols, lossOf(each.head, each.scores, labels).dScores);
    const direction = directionOf(each.head, each.scores, labels);
    for (let b = 0; b < ROWS; b++) {
      const [g, d] = [row(gradient, b), row(direction, b)];
      const dot = (u: number[], v: number[]) => u.reduce((sum, value, i) => sum + value * v[i], 0);
      const factor = dot(g, d) / dot(d, d);
      assert(factor > 0, `${name}: ${d} points along ${g}`);
      assertClose(d.map((value) => factor * value), g, 1e-6, name);
    }
  }
});

Deno.test("Head.direction() neither vanishes nor loses its sign where probabilities round to 0 or 1", () => {
  for (const [name, each] of Object.entries(cases)) {
    const scores = shaped(each.saturated);
    for (let label = 0; label < classesOf(each); label++) {
      const direction = directionOf(each.head, scores, new Int32Array(scores.rows).fill(label));
      for (let b = 0; b < scores.rows; b++) {
        const d = row(direction, b), most = Math.max(...d.map(Math.abs));
        assert(most > 0.1 && most < Infinity, `${name}, label ${label}: ${d}`);
        // its own score lowers the loss, the others raise it
        const own = each.head === heads.binary ? label === 1 ? [0] : [] : [label];
        d.forEach((value, c) =>
          assert(own.includes(c) ? value <= 0 : value >= 0, `${name}, label ${label}: ${d}`)
        );
      }
    }
  }
});

Deno.test("Head.loss() and probabilities() stay finite where probabilities round to 0 or 1", () => {
  for (const [name, each] of Object.entries(cases)) {
    const scores = shaped(each.saturated);
    assert(probabilitiesOf(each, scores, classesOf(each)).data.every((p) => p >= 0 && p <= 1), name);
    for (let label = 0; label < classesOf(each); label++) {
      const { loss, dScores } = lossOf(each.head, scores, new Int32Array(scores.rows).fill(label));
      assert(loss.every((value) => value >= 0 && value < Infinity), `${name}: ${loss}`);
      assert(dScores.every((value) => Math.abs(value) < Infinity), `${name}: ${dScores}`);
    }
  }
});

Deno.test("Head.logProbability() gives the gradient of log p of a class, as central differences do", () => {
  for (const [name, each] of Object.entries(cases)) {
    const { scores } = each;
    for (let label = 0; label < classesOf(each); label++) {
      const dScores = matrix(ROWS, scores.cols);
      each.head.logProbability(dScores, scores, new Int32Array(ROWS).fill(label));
      const log = (i: number) => {
        const p = probabilitiesOf(each, scores, classesOf(each));
        return Math.log(p.data[Math.floor(i / scores.cols) * p.cols + label]);
      };
      const numeric = dScores.data.map((_, i) => centralDifference(() => log(i), scores.data, i, STEP));
      assertClose(dScores.data, numeric, TOLERANCE, `${name}, class ${label}`);
    }
  }
});

Deno.test("Head.logProbability() stays finite where p underflows", () => {
  for (const [name, each] of Object.entries(cases)) {
    const scores = shaped(each.saturated);
    for (let label = 0; label < classesOf(each); label++) {
      const dScores = matrix(scores.rows, scores.cols);
      each.head.logProbability(dScores, scores, new Int32Array(scores.rows).fill(label));
      assert(dScores.data.every((d) => Math.abs(d) <= 1), `${name}, class ${label}: ${dScores.data}`);
    }
  }
});

Deno.test("Head takes labels as whole numbers in a matrix too", () => {
  for (const [name, each] of Object.entries(cases)) {
    const labels = labelsOf(each);
    const inMatrix = matrix(ROWS, 1, new Float32Array(labels.slice().buffer));
    assertEquals(lossOf(each.head, each.scores, inMatrix), lossOf(each.head, each.scores, labels), name);
    for (const derivative of ["direction", "logProbability"] as const) {
      const [one, other] = [matrix(ROWS, each.scores.cols), matrix(ROWS, each.scores.cols)];
      each.head[derivative](one, each.scores, inMatrix);
      each.head[derivative](other, each.scores, labels);
      assertEquals(one, other, name);
    }
  }
});

Deno.test("Head.loss() of binary is that of softmax with scores 0 and s", () => {
  const { scores } = cases.binary;
  const labels = labelsOf(cases.binary);
  const both = matrix(ROWS, 2, Array.from(scores.data, (s) => [0, s]).flat());
  const [one, two] = [lossOf(heads.binary, scores, labels), lossOf(heads.softmax, both, labels)];
  assertClose(one.loss, two.loss, 1e-6);
  assertClose(one.dScores, two.dScores.filter((_, i) => i % 2 === 1), 1e-6);
});

Deno.test("Head.loss() of exponential takes a wrong class with p = 1 at p = 1 − 10⁻⁶", () => {
  const certain = shaped([[0, -300]]);
  const { loss } = lossOf(heads.exponential, certain, Int32Array.of(1));
  assertAlmostEquals(loss[0], 300 - Math.log(1e-6), 1e-4);
});
