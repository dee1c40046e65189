/** Mean field inference in a deep Boltzmann machine, unrolled, so that it can be differentiated. @module */

import { addBias, columnSums } from "../kernels/elementwise.ts";
import { gemmNN, gemmNT, gemmTN } from "../kernels/gemm.ts";
import { sigmoidForward, softmaxForward } from "../kernels/heads.ts";
import { part, reshaped, type Workspace } from "../kernels/workspace.ts";
import type { Matrix } from "../matrix.ts";
import type { Parameter, Wanted } from "./network.ts";

/** What inference is not told, and has to predict from the rest; 1 where that is so, else 0. */
export interface Masked {
  /** Inputs, (B, D). */
  readonly inputs: Matrix;
  /** Classes, (B, 1). */
  readonly classes: Matrix;
  /** The class of each example, told where it is not masked. */
  readonly labels: Int32Array;
}

/** Values at the last step, before the nonlinearity: of the class layer, and of the inputs where some are masked. */
export interface Ends {
  /** Of the class layer, (B, C). */
  readonly scores: Matrix;
  /** Of the input layer, (B, D). */
  readonly inputs?: Matrix;
}

/** The inference of one machine. */
export interface MeanField {
  /** What `x`, but for what is masked, says of the rest; without `masked`, of the class alone. */
  infer(x: Matrix, masked?: Masked): Ends;
  /** From a gradient in the ends of the last inference, that in `x` (if nothing was masked) and in the parameters. */
  differentiate(ends: Ends, wanted: Wanted): Matrix | undefined;
}

/** Products below this are taken for 0: denormal numbers would be slow and change nothing. */
const TINY = 1e-30;

/**
 * Mean field of layers 0 (inputs), 1 … (hidden), and the last (classes, a softmax), where `W[l]` joins layer l
 * (columns) with layer l + 1 (rows).
 *
 * A pass from below, with weights doubled for what the layers above do not say yet; then `iterations` times the odd
 * layers from the even ones and the even ones from the odd (Goodfellow et al. 2013, section 4; Salakhutdinov and
 * Hinton 2009 for the doubling).
 */
export function meanField(
  workspace: Workspace,
  { W, b }: { W: readonly Parameter[]; b: readonly Parameter[] },
  iterations: number,
): MeanField {
  const top = W.length;
  let rows = 0;
  let x: Matrix, masked: Masked | undefined;

  /** Steps `from` to `to`, both included, of layer `l`: what it holds, or its gradient before the nonlinearity. */
  const steps = (kind: "state" | "d", l: number, [from, to]: readonly [number, number]) => {
    const all = workspace.matrix(`${kind} ${l}`, (iterations + 1) * rows, b[l].value.cols);
    return part(all, from * rows, (to + 1) * rows);
  };
  const step = (kind: "state" | "d", l: number, t: number) => steps(kind, l, [t, t]);

  /** The last step at which layer `l` matters to the ends; −1 for inputs that are all given. */
  const last = (l: number): number => {
    if (l === 0) return masked ? iterations : -1;
    if (l === top) return iterations;
    // an even layer is read by odd ones a step later, an odd one within the step
    const read = l % 2 === 1 && (l + 1 === top || l === 1 && masked);
    return read ? iterations : iterations - 1;
  };
  const isEnd = (l: number, t: number) => t === iterations && (l === 0 || l === top);

  /** Odd layers come first in a step, so they read what their neighbours held a step before. */
  const readAt = (l: number, t: number) => l % 2 === 1 ? t - 1 : t;

  /** `out` = below·Wᵀ + above·W: values on their way to layer `l`, and, weights being symmetric, also gradients. */
  function receive(out: Matrix, l: number, { below, above }: { below?: Matrix; above?: Matrix }): void {
    if (below) gemmNT(out, [below, W[l - 1].value]);
    if (above) gemmNN(out, [above, W[l].value], { accumulate: below !== undefined });
    if (!below && !above) out.data.fill(0);
  }

  function update(l: number, t: number): void {
    const z = step("state", l, t);
    const from = readAt(l, t);
    const above = l < top ? step("state", l + 1, from) : undefined;
    if (l === 1 && !masked) {
      z.data.set(workspace.matrix("from inputs", rows, z.cols).data);
      gemmNN(z, [above!, W[1].value], { accumulate: true });
    } else {
      receive(z, l, { above, below: l > 0 ? step("state", l - 1, from) : undefined });
    }
    addBias(z, b[l].value);
    if (!isEnd(l, t)) settle(l, z);
  }

  /** The nonlinearity over `z`; what is told stays as told. */
  function settle(l: number, z: Matrix): void {
    if (l < top) sigmoidForward(z, z);
    else softmaxForward(z, z);
    if (!masked || 0 < l && l < top) return;
    const { data, cols } = z;
    if (l === 0) {
      const hidden = masked.inputs.data, given = x.data;
      for (let i = 0; i < data.length; i++) if (hidden[i] === 0) data[i] = given[i];
      return;
    }
    const hidden = masked.classes.data;
    for (let i = 0; i < data.length; i++) {
      const r = Math.floor(i / cols);
      if (hidden[r] === 0) data[i] = Number(i % cols === masked.labels[r]);
    }
  }

  function firstPass(): void {
    if (masked) {
      const z = step("state", 0, 0);
      z.data.fill(0);
      addBias(z, b[0].value);
      settle(0, z);
    }
    for (let l = 1; l <= top; l++) {
      const z = step("state", l, 0);
      if (l === 1 && !masked) {
        const fromInputs = workspace.matrix("from inputs", rows, z.cols);
        gemmNT(fromInputs, [x, W[0].value]);
        z.data.set(fromInputs.data);
      } else {
        receive(z, l, { below: step("state", l - 1, 0) });
      }
      if (l < top) double(z);
      addBias(z, b[l].value);
      settle(l, z);
    }
  }

  /** The gradient of layer `l` at step `t`, from those of all who read it. */
  function gather(l: number, t: number): void {
    const d = step("d", l, t);
    const at = l % 2 === 1 ? t : t + 1;
    const reader = (m: number) =>
      m >= 0 && m <= top && at > 0 && at <= last(m) ? step("d", m, at) : undefined;
    receive(d, l, { below: reader(l - 1), above: reader(l + 1) });
    if (t === 0 && l < top) gemmNN(d, [step("d", l + 1, 0), W[l].value], { accumulate: true });
    slope(l, d, step("state", l, t));
  }

  /** From a gradient after the nonlinearity that before it. */
  function slope(l: number, { data, cols }: Matrix, { data: y }: Matrix): void {
    if (l < top) {
      const hidden = l === 0 ? masked!.inputs.data : undefined;
      for (let i = 0; i < data.length; i++) {
        const d = hidden && hidden[i] === 0 ? 0 : data[i] * y[i] * (1 - y[i]);
        data[i] = Math.abs(d) < TINY ? 0 : d;
      }
      return;
    }
    for (let i = 0; i < data.length; i += cols) {
      const told = masked !== undefined && masked.classes.data[i / cols] === 0;
      let mean = 0;
      for (let c = 0; c < cols; c++) mean += y[i + c] * data[i + c];
      for (let c = 0; c < cols; c++) {
        const d = told ? 0 : y[i + c] * (data[i + c] - mean);
        data[i + c] = Math.abs(d) < TINY ? 0 : d;
      }
    }
  }

  function parameterGradients(accumulate: boolean): void {
    for (let l = 0; l < top; l++) {
      const dW = W[l].gradient;
      if (l === 0 && !masked) {
        gemmTN(dW, [overSteps(1), x], { accumulate });
        continue;
      }
      gemmTN(dW, [step("d", l + 1, 0), step("state", l, 0)], { accumulate });
      for (const [reader, read] of [[l + 1, l], [l, l + 1]]) {
        const to = last(reader);
        if (to < 1) continue;
        const d = steps("d", reader, [1, to]);
        const state = steps("state", read, [readAt(reader, 1), readAt(reader, to)]);
        gemmTN(dW, reader > read ? [d, state] : [state, d], { accumulate: true });
      }
    }
  }

  /** The sum over steps of the gradient of layer `l`. */
  function overSteps(l: number): Matrix {
    const all = steps("d", l, [0, last(l)]);
    const sum = workspace.matrix(`sum of d ${l}`, rows, all.cols);
    columnSums(reshaped(sum, 1, rows * all.cols), reshaped(all, last(l) + 1, rows * all.cols));
    return sum;
  }

  return {
    infer(given, hidden) {
      [x, masked, rows] = [given, hidden, given.rows];
      firstPass();
      for (let t = 1; t <= iterations; t++) {
        for (const first of [1, 0]) {
          for (let l = first; l <= top; l += 2) if (t <= last(l)) update(l, t);
        }
      }
      const inputs = masked && step("state", 0, iterations);
      return { scores: step("state", top, iterations), inputs };
    },
    differentiate(ends, wanted) {
      const parameters = wanted.parameters !== "none";
      const accumulate = wanted.parameters === "add";
      step("d", top, iterations).data.set(ends.scores.data);
      if (ends.inputs) step("d", 0, iterations).data.set(ends.inputs.data);
      for (let t = iterations; t > 0; t--) {
        for (const first of [0, 1]) {
          for (let l = first; l <= top; l += 2) if (t <= last(l) && !isEnd(l, t)) gather(l, t);
        }
      }
      for (let l = top; l >= 0; l--) {
        if (last(l) >= 0) gather(l, 0);
        if (parameters && last(l) < 0 && !accumulate) b[l].gradient.data.fill(0);
        if (parameters && last(l) >= 0) {
          columnSums(b[l].gradient, steps("d", l, [0, last(l)]), { accumulate });
        }
        if (0 < l && l < top) double(step("d", l, 0));
      }
      if (parameters) parameterGradients(accumulate);
      if (!wanted.inputs || masked) return;
      const dX = workspace.matrix("dX", rows, x.cols);
      gemmNN(dX, [overSteps(1), W[0].value]);
      return dX;
    },
  };
}

function double({ data }: Matrix): void {
  for (let i = 0; i < data.length; i++) data[i] *= 2;
}
