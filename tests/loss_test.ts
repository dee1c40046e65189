import { assert, assertEquals } from "@std/assert";
import { batch } from "../src/data/batch.ts";
import { type Head, heads } from "../src/heads.ts";
import {
  lossDirection,
  LOSSES,
  losses,
  lossGradient,
  lossScoreGradient,
  lossValues,
  roundedScoreGradient,
} from "../src/loss.ts";
import { type Matrix, matrix, rowsOf } from "../src/matrix.ts";
import { model } from "../src/models/model.ts";
import { softmaxLinear } from "../src/models/softmax_linear.ts";
import { ordinaryTensors } from "./models/specimens.ts";
import { assertClose, randomLabels, uniformMatrix } from "./support.ts";

/** Scores below 8 carry an ulp of 2⁻²¹ or less; each number here is the sum of fewer than ten that are rounded so. */
const TOLERANCE = 10 * 2 ** -21;

/** log p of a class by its score; the others of a softmax add the same to each. */
const LOGS: Readonly<Record<string, (s: number) => number>> = {
  softmax: (s) => s,
  exponential: (s) => s,
  sigmoid: (s) => -Math.log1p(Math.exp(-s)),
};

/** The cross-entropies of independent probabilities. */
const ownLoss = (logs: number[], label: number) =>
  logs.reduce((sum, l, c) => sum - (c === label ? l : Math.log1p(-Math.exp(l))), 0);

/** What `lossValues` gives for a row, in double precision and by the formulas of its docstring. */
function valueOf(head: Head, loss: string, s: number[], label: number): number {
  if (head.name === "binary") return label === 1 ? -s[0] : s[0];
  const logs = s.map(LOGS[head.name]), others = logs.filter((_, c) => c !== label);
  if (loss === "own" && head.name !== "softmax") return ownLoss(logs, label);
  if (loss === "own" || loss === "crossEntropy") {
    return Math.log(others.reduce((sum, l) => sum + Math.exp(l), 0)) - logs[label];
  }
  const margin = Math.max(...others) - logs[label], [first, , third] = logs.toSorted((a, b) => b - a);
  return loss === "dlr" && third !== undefined && first > third ? margin / (first - third) : margin;
}

/** Each head with random scores of so many classes, and labels. */
function* cases(): Generator<{ head: Head; scores: Matrix; labels: Int32Array; rows: number[][] }> {
  for (const head of Object.values(heads)) {
    for (const classes of head.name === "binary" ? [2] : [2, 3, 5]) {
      const width = head.width(classes), [lo, hi] = head.name === "exponential" ? [-4, -0.3] : [-4, 4];
      const scores = uniformMatrix(24, width, classes, { lo, hi });
      const rows = Array.from({ length: 24 }, (_, b) => Array.from(rowsOf(scores, b, b + 1).data));
      yield { head, scores, labels: randomLabels(24, classes, 2), rows };
    }
  }
}

Deno.test("lossValues() of every loss and head are their formulas, also where scores tie", () => {
  for (const { head, scores, labels, rows } of cases()) {
    for (const loss of LOSSES) {
      const out = new Float64Array(24);
      lossValues({ head }, loss)(out, scores, labels);
      const expected = rows.map((s, b) => valueOf(head, loss, s, labels[b]));
      assertClose(out, expected, TOLERANCE, `${head.name} ${scores.cols} ${loss}`);
    }
  }
  const out = new Float64Array(4), labels = Int32Array.of(0, 1, 2, 0);
  const tied = matrix(4, 3, [1, 1, 1, 2, 2, -1, -3, 1, 1, 3, 2, 2]);
  lossValues({ head: heads.softmax }, "dlr")(out, tied, labels);
  assertEquals(Array.from(out), [0, 0, 0, -1]);
});

Deno.test("lossValues() of scores far apart are their formulas", () => {
  const far = matrix(2, 4, [300, -300, -200, 10, -300, 300, 200, -250]), out = new Float64Array(2);
  lossValues({ head: heads.softmax }, "own")(out, far, Int32Array.of(0, 3));
  assertEquals(Array.from(out), [-290, 550]);
});

Deno.test("lossScoreGradient() of margins is 1 and −1, and takes the first where scores tie", () => {
  const gradient = (head: Head, name: "margin" | "dlr", label: number, s: number[]) => {
    const dScores = matrix(1, s.length);
    lossScoreGradient({ head }, name)(dScores, matrix(1, s.length, s), Int32Array.of(label));
    return Array.from(dScores.data);
  };
  assertEquals([0, 1].map((label) => gradient(heads.binary, "margin", label, [3])), [[1], [-1]]);
  assertEquals(gradient(heads.softmax, "margin", 2, [1, 4, 2, 4]), [0, 1, -1, 0]);
  // less ∇(first − third), times margin over spread: −2 / 2, −1 / 2
  assertEquals(gradient(heads.softmax, "dlr", 0, [5, 3, 3]), [0, 1, -1]);
  assertEquals(gradient(heads.softmax, "dlr", 0, [5, 4, 3, 3]), [-0.5, 1, -0.5, 0]);
  assertEquals(gradient(heads.softmax, "dlr", 0, [1, 1, 1]), [-1, 1, 0]);
});

Deno.test("lossScoreGradient() of every loss and head points as the loss rises", () => {
  for (const { head, scores, labels, rows } of cases()) {
    for (const loss of LOSSES) {
      const dScores = matrix(24, scores.cols);
      lossScoreGradient({ head }, loss)(dScores, scores, labels);
      rows.forEach((s, b) => {
        const at = (c: number, h: number) => valueOf(head, loss, s.with(c, s[c] + h), labels[b]);
        const unit = (d: number[]) => d.map((value) => value / Math.max(...d.map(Math.abs)));
        const expected = unit(s.map((_, c) => (at(c, 1e-6) - at(c, -1e-6)) / 2e-6));
        const got = unit(Array.from(rowsOf(dScores, b, b + 1).data));
        assertClose(got, expected, 1e-5, `${head.name} ${scores.cols} ${loss}, row ${b}`);
      });
    }
  }
});

Deno.test("lossScoreGradient() does not vanish where probabilities round to 0 or 1", () => {
  const far = matrix(3, 3, [300, -300, 0, -300, -300, 300, 200, 300, -300]), labels = Int32Array.of(0, 2, 1);
  for (const head of [heads.softmax, heads.sigmoid]) {
    for (const loss of LOSSES) {
      const dScores = matrix(3, 3);
      lossScoreGradient({ head }, loss)(dScores, far, labels);
      for (let b = 0; b < 3; b++) {
        const row = rowsOf(dScores, b, b + 1).data;
        assert(
          row.every(Number.isFinite) && row.some((d) => Math.abs(d) > 1e-3),
          `${head.name} ${loss}: ${row}`,
        );
      }
    }
  }
});

Deno.test("roundedScoreGradient() is p − [c = y] in float32, which is 0 where p rounds to 1, or the loss's gradient", () => {
  for (const { head, scores, labels } of cases()) {
    const classes = head.name === "binary" ? 2 : scores.cols;
    const dScores = matrix(24, scores.cols), p = matrix(24, classes), expected = matrix(24, scores.cols);
    roundedScoreGradient({ head, classes })(dScores, scores, labels);
    head.probabilities(p, scores);
    if (head.name === "exponential") head.loss({ loss: matrix(24, 1), dScores: expected }, scores, labels);
    else {
      for (let b = 0; b < 24; b++) {
        for (let i = 0; i < scores.cols; i++) {
          const c = head.name === "binary" ? 1 : i;
          expected.data[b * scores.cols + i] = p.data[b * classes + c] - (labels[b] === c ? 1 : 0);
        }
      }
    }
    assertEquals(dScores.data, expected.data, head.name);
  }
  const dScores = matrix(1, 2);
  roundedScoreGradient({ head: heads.softmax, classes: 2 })(dScores, matrix(1, 2, [40, 0]), Int32Array.of(0));
  assertEquals(dScores.data[0], 0);
});

Deno.test("lossDirection() is a positive multiple of lossGradient(), row by row, of as many rows as there are", () => {
  // more than are differentiated at once
  const rows = 300, x = uniformMatrix(rows, 3, 1);
  const family = softmaxLinear({ inputs: 3, classes: 4 });
  using one = model(family, { tensors: ordinaryTensors(family) });
  const examples = batch({ x, labels: randomLabels(rows, 4, 3), classes: 4 });
  const gradient = lossGradient(one, examples), direction = lossDirection(one, examples);
  const scores = one.scores(x), values = losses(one, examples);
  for (let b = 0; b < rows; b++) {
    const s = Array.from(rowsOf(scores, b, b + 1).data);
    const own = Math.log(s.reduce((sum, v) => sum + Math.exp(v), 0)) - s[examples.labels[b]];
    assertClose([values[b]], [own], TOLERANCE);
    const [g, d] = [gradient, direction].map((m) => Array.from(rowsOf(m, b, b + 1).data));
    const most = (row: number[]) => Math.max(...row.map(Math.abs));
    assertClose(d.map((v) => v / most(d)), g.map((v) => v / most(g)), 1e-5, `row ${b}`);
  }
});
