/** Leads against their formulas and central differences. */

import { assertEquals } from "@std/assert";
import { decisive, leads, leadScoreGradient, rivals } from "../../src/attacks/lead.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import { assertClose, centralDifference, randomLabels, uniformMatrix } from "../support.ts";

const rowOf = ({ cols, data }: Matrix, row: number) =>
  Array.from(data.subarray(row * cols, (row + 1) * cols));

/** Pairs of two classes that differ. */
function pairsOf(rows: number, classes: number) {
  const from = randomLabels(rows, classes, 3);
  return { from, to: from.map((c, row) => (c + 1 + row % (classes - 1)) % classes) };
}

/** (z_to − z_from) over z₍₁₎ − ½(z₍₃₎ + z₍₄₎) by sorting. */
function relativeLead(z: readonly number[], from: number, to: number): number {
  const [first, , third, fourth] = [...z].sort((a, b) => b - a);
  return (z[to] - z[from]) / (first - (third + fourth) / 2);
}

Deno.test("leads() are differences of scores, of a single score too, and relative ones are of the logits ratio", () => {
  for (const classes of [2, 3, 4, 6]) {
    const rows = 20, scores = uniformMatrix(rows, classes, classes, { lo: -3, hi: 3 });
    // equals among them
    scores.data.forEach((value, k) => {
      if (k % 3 === 0) scores.data[k] = Math.round(value);
    });
    const pairs = pairsOf(rows, classes), { from, to } = pairs;
    const plain = new Float64Array(rows), relative = new Float64Array(rows);
    leads(plain, scores, pairs);
    leads(relative, scores, pairs, true);
    for (let row = 0; row < rows; row++) {
      const z = rowOf(scores, row);
      assertEquals(plain[row], z[to[row]] - z[from[row]]);
      assertClose(
        [relative[row]],
        [
          classes < 4 ? plain[row] : relativeLead(z, from[row], to[row]),
        ],
        1e-12,
        `${classes} classes, row ${row}`,
      );
    }
  }
  const single = new Float64Array(2);
  leads(single, matrix(2, 1, [0.5, -2]), { from: Int32Array.of(0, 1), to: Int32Array.of(1, 0) }, true);
  assertEquals([...single], [0.5, 2]);
});

Deno.test("leads() of equal scores are 0 for any divisor", () => {
  const scores = matrix(1, 4, [2, 2, 2, 2]), pairs = { from: Int32Array.of(0), to: Int32Array.of(3) };
  const out = Float64Array.of(9), d = matrix(1, 4, [5, 5, 5, 5]);
  leads(out, scores, pairs, true);
  leadScoreGradient(d, scores, pairs, true);
  assertEquals([[...out], [...d.data]], [[0], [-1, 0, 0, 1]]);
});

Deno.test("leadScoreGradient() is that of leads(), and of the relative ones that times their divisor", () => {
  for (const classes of [2, 3, 4, 6]) {
    const rows = 8, scores = uniformMatrix(rows, classes, 10 + classes, { lo: -3, hi: 3 });
    const pairs = pairsOf(rows, classes), { from, to } = pairs;
    for (const relative of [false, true]) {
      const d = matrix(rows, classes, new Array(rows * classes).fill(7));
      leadScoreGradient(d, scores, pairs, relative);
      for (let row = 0; row < rows; row++) {
        const z = rowOf(scores, row);
        const f = (v: readonly number[]) =>
          relative && classes > 3 ? relativeLead(v, from[row], to[row]) : v[to[row]] - v[from[row]];
        const divisor = relative && classes > 3 ? (z[to[row]] - z[from[row]]) / f(z) : 1;
        const expected = z.map((_, c) => divisor * centralDifference(f, z, c, 1e-5));
        assertClose(rowOf(d, row), expected, 1e-5, `${classes} classes, row ${row}, ${relative}`);
      }
    }
  }
  const single = matrix(4, 1, [9, 9, 9, 9]);
  leadScoreGradient(single, matrix(4, 1, [3, 3, 3, 3]), {
    ...{ from: Int32Array.of(0, 1, 0, 1), to: Int32Array.of(1, 0, 0, 1) },
  });
  assertEquals([...single.data], [1, -1, 0, 0]);
});

Deno.test("leadScoreGradient() of the ratio takes the first of equal scores, and is plain where it is not asked for", () => {
  const scores = matrix(1, 6, [1, 3, 1, 3, 2, 1]), pairs = { from: Int32Array.of(4), to: Int32Array.of(0) };
  const d = matrix(1, 6);
  leadScoreGradient(d, scores, pairs, true);
  // the places in order are 1, 3, 4, 0: the lead is −1, the divisor 3 − (2 + 1) / 2
  const share = -1 / 1.5;
  assertClose(d.data, [1 + share / 2, -share, 0, 0, -1 + share / 2, 0], 1e-7);
  leadScoreGradient(d, scores, pairs);
  assertEquals([...d.data], [1, 0, 0, 0, -1, 0]);
});

Deno.test("rivals() are the other classes by falling score, the first of equals first", () => {
  const scores = matrix(3, 4, [1, 3, 2, 3, 0, 0, 0, 0, 5, -1, 4, 9]);
  assertEquals([...rivals(scores, Int32Array.of(1, 2, 3), 4)], [3, 2, 0, 0, 1, 3, 0, 2, 1]);
  // where no class is excluded the last is left out
  assertEquals([...rivals(matrix(2, 3, [1, 2, 3, 3, 1, 2]), Int32Array.of(0, -1), 3)], [2, 1, 0, 2]);
  assertEquals([...rivals(matrix(2, 1, [3, -3]), Int32Array.of(0, 1), 2)], [1, 0]);
});

Deno.test("decisive() leads from the label to the best other class, or from that to the target", () => {
  const scores = matrix(5, 3, [1, 3, 2, 1, 3, 2, 4, 4, 4, 2, 1, 5, 1, 2, 5]);
  const labels = Int32Array.of(1, 0, 0, 2, 2), others = Int32Array.of(2, 1, 1, 0, 1);
  assertEquals(decisive(scores, labels, false), { from: labels, to: others });
  assertEquals(decisive(scores, labels, true), { from: others, to: labels });
  const single = matrix(2, 1, [3, -3]), own = Int32Array.of(0, 1);
  assertEquals(decisive(single, own, false), { from: own, to: Int32Array.of(1, 0) });
});
