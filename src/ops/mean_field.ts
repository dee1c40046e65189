/** Mean field inference in a deep Boltzmann machine, unrolled, so that it can be differentiated. @module */

import { addBias, columnSums } from "../kernels/elementwise.ts";
import { gemmNN, gemmNT, gemmTN } from "../kernels/gemm.ts";
import { sigmoidForward } from "../kernels/heads.ts";
import { part, type Workspace } from "../runtime/workspace.ts";
import type { Matrix } from "../matrix.ts";
import {
  activateClasses,
  activateInputs,
  classesBackward,
  type Evidence,
  hiddenBackward,
  inputsBackward,
} from "./mean_field_units.ts";
import type { Parameter, WantedGradients } from "./op.ts";

/** What a machine makes of inputs and classes at the last step, before the nonlinearity. */
export interface LastPreactivations {
  /** Of the class layer, (B, C). */
  readonly scores: Matrix;
  /** Of the input layer, (B, D), if it was asked for. */
  readonly inputs?: Matrix;
}

/** The inference of one machine. */
export interface MeanField {
  /** What the evidence says of classes, and, if `inputs` is set, of inputs. */
  infer(evidence: Evidence, requested: { inputs: boolean }): LastPreactivations;
  /** From a gradient in the ends of the last inference, that in `x`, if wanted, and in the parameters. */
  differentiate(ends: LastPreactivations, wanted: WantedGradients): Matrix | undefined;
}

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
  let evidence: Evidence, rows = 0, requested = { inputs: false };

  /** Steps `from` to `to`, both included, of layer `l`: what it holds, or its gradient before the nonlinearity. */
  const steps = (kind: "state" | "d", l: number, [from, to]: readonly [number, number]) => {
    const all = workspace.matrix(`${kind} ${l}`, (iterations + 1) * rows, b[l].value.cols);
    return part(all, from * rows, (to + 1) * rows);
  };
  const step = (kind: "state" | "d", l: number, t: number) => steps(kind, l, [t, t]);

  /** The last step at which layer `l` matters to the ends. */
  const last = (l: number): number => {
    if (l === top || l === 0 && requested.inputs) return iterations;
    // an even layer is read by odd ones a step later, an odd one within the step
    const read = l % 2 === 1 && (l + 1 === top || l === 1 && requested.inputs);
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
    const neighbour = (m: number) => m >= 0 && m <= top ? step("state", m, from) : undefined;
    receive(z, l, { below: neighbour(l - 1), above: neighbour(l + 1) });
    addBias(z, b[l].value);
    if (!isEnd(l, t)) activate(l, z);
  }

  /** The nonlinearity over `z`; what is told stays as told. */
  function activate(l: number, z: Matrix): void {
    if (l === 0) activateInputs(z, evidence);
    else if (l === top) activateClasses(z, evidence);
    else sigmoidForward(z, z);
  }

  function firstPass(): void {
    for (let l = 0; l <= top; l++) {
      const z = step("state", l, 0);
      receive(z, l, { below: l > 0 ? step("state", l - 1, 0) : undefined });
      if (0 < l && l < top) double(z);
      addBias(z, b[l].value);
      activate(l, z);
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

  /** From a gradient after the nonlinearity that before it, in its place. */
  function slope(l: number, d: Matrix, state: Matrix): void {
    if (l === 0) inputsBackward(d, state, { ...evidence, dX: workspace.matrix("dX", rows, d.cols) });
    else if (l === top) classesBackward(d, state, evidence);
    else hiddenBackward(d, state);
  }

  function parameterGradients(accumulate: boolean): void {
    for (let l = 0; l < top; l++) {
      const dW = W[l].gradient;
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

  return {
    infer(given, wanted) {
      [evidence, rows, requested] = [given, given.x.rows, wanted];
      firstPass();
      for (let t = 1; t <= iterations; t++) {
        for (const first of [1, 0]) {
          for (let l = first; l <= top; l += 2) if (t <= last(l)) update(l, t);
        }
      }
      const inputs = wanted.inputs ? step("state", 0, iterations) : undefined;
      return { scores: step("state", top, iterations), inputs };
    },
    differentiate(ends, wanted) {
      const dX = workspace.matrix("dX", rows, evidence.x.cols);
      dX.data.fill(0);
      step("d", top, iterations).data.set(ends.scores.data);
      if (ends.inputs) step("d", 0, iterations).data.set(ends.inputs.data);
      for (let t = iterations; t > 0; t--) {
        for (const first of [0, 1]) {
          for (let l = first; l <= top; l += 2) if (t <= last(l) && !isEnd(l, t)) gather(l, t);
        }
      }
      const accumulate = wanted.parameters === "add";
      for (let l = top; l >= 0; l--) {
        gather(l, 0);
        if (wanted.parameters !== "none") {
          columnSums(b[l].gradient, steps("d", l, [0, last(l)]), { accumulate });
        }
        if (0 < l && l < top) double(step("d", l, 0));
      }
      if (wanted.parameters !== "none") parameterGradients(accumulate);
      return wanted.inputs ? dX : undefined;
    },
  };
}

function double({ data }: Matrix): void {
  for (let i = 0; i < data.length; i++) data[i] *= 2;
}
