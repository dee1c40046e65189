/** By how much one class leads another, in scores, and the gradient of it. @module */

import type { Matrix } from "../matrix.ts";

/** Two classes for each example: the one that leads, and the one that follows. */
export interface Pairs {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** The score of a class; where there is one score, that of class 1 over class 0. */
const score = ({ cols, data }: Matrix, row: number, c: number) =>
  cols > 1 ? data[row * cols + c] : c === 1 ? data[row] : 0;

/** Places of the four greatest of at least four scores of a row, the greatest first; the earlier one of equals. */
function topFour(places: Int32Array, { cols, data }: Matrix, row: number): Int32Array {
  const from = row * cols;
  for (let c = 0; c < cols; c++) {
    const value = data[from + c];
    let at = Math.min(c, 4);
    // what falls out of the four is written beyond the array, which is nothing
    for (; at > 0 && value > data[from + places[at - 1]]; at--) places[at] = places[at - 1];
    places[at] = c;
  }
  return places;
}

/** z₍₁₎ − ½(z₍₃₎ + z₍₄₎) of a row, the divisor of the targeted difference of logits ratio. */
function spreadOf(scores: Matrix, row: number, [first, , third, fourth]: Int32Array): number {
  return score(scores, row, first) - (score(scores, row, third) + score(scores, row, fourth)) / 2;
}

/**
 * Writes to `out`, (B), how far the class `to` of each example leads the class `from`, z_to − z_from; with `relative`, over
 * z₍₁₎ − ½(z₍₃₎ + z₍₄₎) (Croce and Hein 2020, section 4.2), which needs four classes.
 */
export function leads(out: Float64Array, scores: Matrix, { from, to }: Pairs, relative = false): void {
  const places = new Int32Array(4);
  for (let row = 0; row < scores.rows; row++) {
    out[row] = score(scores, row, to[row]) - score(scores, row, from[row]);
    if (!relative || scores.cols < 4) continue;
    const spread = spreadOf(scores, row, topFour(places, scores, row));
    if (spread > 0) out[row] /= spread;
  }
}

/** Writes the gradient of the lead in the scores, (B, S); with `relative`, times the divisor. */
export function leadScoreGradient(
  dScores: Matrix,
  scores: Matrix,
  { from, to }: Pairs,
  relative = false,
): void {
  const { rows, cols } = scores, { data } = dScores, places = new Int32Array(4);
  data.fill(0);
  for (let row = 0; row < rows; row++) {
    if (cols === 1) {
      data[row] = Number(to[row] === 1) - Number(from[row] === 1);
      continue;
    }
    const at = row * cols;
    data[at + to[row]] += 1;
    data[at + from[row]] -= 1;
    if (!relative || cols < 4) continue;
    const spread = spreadOf(scores, row, topFour(places, scores, row));
    if (!(spread > 0)) continue;
    const share = (score(scores, row, to[row]) - score(scores, row, from[row])) / spread;
    data[at + places[0]] -= share;
    data[at + places[2]] += share / 2;
    data[at + places[3]] += share / 2;
  }
}

/** The classes beside each example's label by falling score, (B, C − 1). */
export function rivals(scores: Matrix, labels: Int32Array, classes: number): Int32Array {
  const out = new Int32Array(scores.rows * (classes - 1));
  for (let row = 0; row < scores.rows; row++) {
    const others = Array.from({ length: classes }, (_, c) => c).filter((c) => c !== labels[row])
      .sort((a, b) => score(scores, row, b) - score(scores, row, a));
    // a label that is no class has one rival too many
    out.set(others.slice(0, classes - 1), row * (classes - 1));
  }
  return out;
}

/**
 * The two classes between which each example's answer is decided: from its label to the best other one, or from the best other
 * one to its target.
 */
export function decisive(scores: Matrix, labels: Int32Array, aimed: boolean): Pairs {
  const others = new Int32Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row];
    let best = label === 0 ? 1 : 0;
    for (let c = best + 1; c < scores.cols; c++) {
      if (c !== label && score(scores, row, c) > score(scores, row, best)) best = c;
    }
    others[row] = best;
  }
  return aimed ? { from: others, to: labels } : { from: labels, to: others };
}
