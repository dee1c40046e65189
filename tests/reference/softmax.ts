/** The kernels of asm/softmax.ts again. @module */

import type { Numbers } from "./numbers.ts";

const { exp: e, log1p, max } = Math;

export function softmaxForward(out: Numbers, scores: Numbers, rows: number, cols: number): void {
  for (let r = 0; r < rows; r++) out.set(softmax(scores.subarray(r * cols, (r + 1) * cols)), r * cols);
}

export function softmaxLoss(
  loss: Numbers,
  dScores: Numbers,
  scores: Numbers,
  labels: Numbers,
  scale: number,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) {
    const row = scores.subarray(r * cols, (r + 1) * cols), y = labels[r];
    let others = 0;
    // log p_y = −log(1 + Σ e^(s_c − s_y)) and p_y − 1 = −Σ p_c, c ≠ y: nothing cancels
    let most = 0;
    for (let c = 0; c < cols; c++) most = max(most, row[c] - row[y]);
    for (let c = 0; c < cols; c++) if (c !== y) others += e(row[c] - row[y] - most);
    loss[r] = most > 0 ? most + Math.log(e(-most) + others) : log1p(others);
    const p = softmax(row);
    for (let c = 0; c < cols; c++) dScores[r * cols + c] = scale * p[c];
    dScores[r * cols + y] = 0;
    for (let c = 0; c < cols; c++) if (c !== y) dScores[r * cols + y] -= scale * p[c];
  }
}

export function softmaxDirection(
  dScores: Numbers,
  scores: Numbers,
  labels: Numbers,
  rows: number,
  cols: number,
): void {
  for (let r = 0; r < rows; r++) {
    const others = [...scores.subarray(r * cols, (r + 1) * cols).keys()].filter((c) => c !== labels[r]);
    const p = softmax(Float64Array.from(others, (c) => scores[r * cols + c]));
    dScores[r * cols + labels[r]] = others.length > 0 ? -1 : 0;
    others.forEach((c, i) => dScores[r * cols + c] = p[i]);
  }
}

function softmax(scores: Numbers): Numbers {
  let most = -Infinity, sum = 0;
  for (const s of scores) most = max(most, s);
  for (const s of scores) sum += e(s - most);
  return scores.map((s) => e(s - most) / sum);
}
