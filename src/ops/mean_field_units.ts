/** What mean field does to the units of each kind of layer, some of them told what they are. @module */

import { sigmoidForward, softmaxForward } from "../kernels/heads.ts";
import type { Matrix } from "../matrix.ts";

/** What inference goes by, of an example a row. */
export interface Evidence {
  /** Inputs, (B, D). */
  readonly x: Matrix;
  /** How much of each input is the machine's own prediction, (B, D): 0 where it is told, 1 where it is masked. */
  readonly predicted: Matrix;
  /** Classes, (B), and the same of them, 0 or 1, (B, 1); without it, none is told. */
  readonly classes?: { readonly labels: Int32Array; readonly predicted: Matrix };
}

/** Products below this are taken for 0: denormal numbers would be slow and change nothing. */
const TINY = 1e-30;

/** Inputs from `z`, in its place. */
export function activateInputs(z: Matrix, { x, predicted }: Evidence): void {
  sigmoidForward(z, z);
  const [data, own, given] = [z.data, predicted.data, x.data];
  for (let i = 0; i < data.length; i++) data[i] = own[i] * data[i] + (1 - own[i]) * given[i];
}

/** Probabilities of classes from `z`, in its place. */
export function activateClasses(z: Matrix, { classes }: Evidence): void {
  softmaxForward(z, z);
  const { data, cols } = z;
  classes?.labels.forEach((label, r) => {
    if (classes.predicted.data[r] !== 0) return;
    data.fill(0, r * cols, (r + 1) * cols);
    data[r * cols + label] = 1;
  });
}

/** The gradient before the sigmoid from `d`, that after it, in its place. */
export function hiddenBackward({ data }: Matrix, { data: y }: Matrix): void {
  for (let i = 0; i < data.length; i++) data[i] = flushed(data[i] * y[i] * (1 - y[i]));
}

/** The same for inputs; the gradient in what is told of them is added to `dX`. */
export function inputsBackward(
  { data }: Matrix,
  { data: state }: Matrix,
  { x, predicted, dX }: Evidence & { dX: Matrix },
): void {
  const [own, given, dInputs] = [predicted.data, x.data, dX.data];
  for (let i = 0; i < data.length; i++) {
    const d = data[i], share = 1 - own[i];
    dInputs[i] += share * d;
    const p = own[i] === 0 ? 0 : (state[i] - share * given[i]) / own[i];
    data[i] = flushed(own[i] * d * p * (1 - p));
  }
}

/** The same for classes, before their softmax. */
export function classesBackward({ data, cols }: Matrix, { data: y }: Matrix, { classes }: Evidence): void {
  for (let i = 0; i < data.length; i += cols) {
    const given = classes?.predicted.data[i / cols] === 0;
    let mean = 0;
    for (let c = 0; c < cols; c++) mean += y[i + c] * data[i + c];
    for (let c = 0; c < cols; c++) data[i + c] = given ? 0 : flushed(y[i + c] * (data[i + c] - mean));
  }
}

function flushed(value: number): number {
  return Math.abs(value) < TINY ? 0 : value;
}
