/** What training does to the values between layers. @module */

import { addStep } from "../kernels/attack.ts";
import { multiply } from "../kernels/elementwise.ts";
import { randomMask } from "../kernels/random.ts";
import type { Matrix } from "../matrix.ts";
import { rng } from "../rng.ts";
import type { Workspace } from "../runtime/workspace.ts";

/** Which part of the values a dropout mask keeps, and what it multiplies them by. */
export interface KeepRate {
  /** Probability of keeping a value, in (0, 1]. */
  keep: number;
  /** Factor on what is kept. */
  scale: number;
}

/** Dropout of the inputs, and of the values between layers. */
export interface Dropout {
  /** On the inputs of layers that no layer with parameters precedes; default none. */
  input?: KeepRate;
  /** On the inputs of every later layer with parameters; default none. */
  hidden?: KeepRate;
}

/** What is done to the inputs of layers with parameters, which are counted from 0, while training. */
export interface TrainingPass {
  /** Which of them are dropped. */
  readonly dropout: Dropout;
  /** Seed of what is dropped. */
  readonly key: number;
  /** Joins the inputs of a layer before some are dropped: (B, inputs of that layer). */
  readonly shift?: { readonly layer: number; readonly value: Matrix };
}

/** The pass over the inputs of one layer. */
export interface LayerPass {
  /** Its inputs as training changes them. */
  forward(h: Matrix, pass: TrainingPass | undefined): Matrix;
  /** From the gradient in these that in the inputs, in its place. */
  backward(d: Matrix): void;
}

/** The pass over the inputs of layer `layer`, which no layer precedes if it is `first`. */
export function layerPass(memory: Workspace, { layer, first }: { layer: number; first: boolean }): LayerPass {
  let mask: Matrix | undefined;
  return {
    forward(h, pass) {
      mask = undefined;
      if (!pass) return h;
      if (pass.shift?.layer === layer) {
        const shifted = memory.matrix("shifted", h.rows, h.cols);
        addStep(shifted, h, { step: pass.shift.value });
        h = shifted;
      }
      const kept = first ? pass.dropout.input : pass.dropout.hidden;
      if (!kept || (kept.keep === 1 && kept.scale === 1)) return h;
      mask = memory.matrix("mask", h.rows, h.cols);
      randomMask(mask, { key: rng(pass.key).split(layer).key, ...kept });
      const dropped = memory.matrix("dropped", h.rows, h.cols);
      multiply(dropped, [h, mask]);
      return dropped;
    },
    backward(d) {
      if (mask) multiply(d, [d, mask]);
    },
  };
}
