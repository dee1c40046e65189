/** Layers in a row: what trainable models are made of. @module */

import { addStep } from "../kernels/attack.ts";
import { multiply } from "../kernels/elementwise.ts";
import type { Gathered } from "../kernels/optimizer.ts";
import { randomMask } from "../kernels/random.ts";
import { Workspace } from "../runtime/workspace.ts";
import type { Matrix } from "../matrix.ts";
import { rng } from "../rng.ts";
import type { Dropout } from "./recipe.ts";

/** What training adjusts. */
export interface Parameter {
  /** Name, unique in its network. */
  readonly name: string;
  /** As rows; a row of weights is what one unit, piece or class receives. */
  readonly value: Matrix;
  /** The gradient that the last backward pass left. */
  readonly gradient: Matrix;
  /** What that pass left to be gathered into it, if it was the last before an update. */
  rest?: Gathered;
  /** Whether weight decay and the norm constraint concern it; they leave biases alone. */
  readonly weights: boolean;
}

/** What a backward pass is to find. */
export interface Wanted {
  /** The gradient in the layer's inputs. */
  inputs: boolean;
  /** The gradients in its parameters: not, in place of the last ones, or added to them. */
  parameters: "none" | "replace" | "add";
  /** Whether an update follows at once, so that a gradient may be left in parts; default false. */
  last?: boolean;
}

/**
 * An objective that is not the head's loss: leaves `scale` times the gradient of its sum over the examples `x` (B, D)
 * with `labels` (B) in the parameters, and returns that sum, in nats. `key` seeds what is random.
 */
export type Objective = (
  x: Matrix,
  labels: Int32Array,
  how: { scale: number; parameters: "replace" | "add"; key: number },
) => number;

/** A differentiable function with parameters, over resident matrices. */
export interface Layer {
  /** What training adjusts in it; none is fine. */
  readonly parameters: readonly Parameter[];
  /** Outputs for `x`, valid until the next call. */
  forward(x: Matrix): Matrix;
  /** The gradient in `x`, the input of the last forward pass, if wanted. */
  backward(dOut: Matrix, x: Matrix, wanted: Wanted): Matrix | undefined;
  /** Called when parameters have changed from outside. */
  refresh?(): void;
  /** What the network trains on if this is its only layer; default the head's loss. */
  readonly objective?: Objective;
}

/** What is done to the values between layers while training. */
export interface TrainingPass {
  /** Which of them are dropped. */
  readonly dropout: Dropout;
  /** Seed of what is dropped. */
  readonly key: number;
  /** Joins the inputs of a layer before some are dropped: (B, inputs of that layer). */
  readonly shift?: { readonly layer: number; readonly value: Matrix };
}

/** Layers in a row, with the memory they work in. */
export interface Network extends Disposable {
  /** Its memory. */
  readonly workspace: Workspace;
  /** From inputs to scores. */
  readonly layers: readonly Layer[];
  /** Forward passes so far, those of parts of it included: while it stays, the last one may be differentiated. */
  readonly passes: { count: number };
  /** Those of all layers. */
  readonly parameters: readonly Parameter[];
  /** Scores, (B, S); with `training`, of the network with units dropped. */
  forward(x: Matrix, training?: TrainingPass): Matrix;
  /** The gradient in the last forward pass's inputs, if wanted; gradients of parameters are left in them. */
  backward(dScores: Matrix, wanted: Wanted): Matrix | undefined;
  /** Called when parameters have changed from outside. */
  refresh(): void;
  /** What it trains on, if that is not the head's loss. */
  readonly objective?: Objective;
}

/** A parameter that starts at `value`, and its gradient, in `workspace`; its name tells weights from biases. */
export function parameter(workspace: Workspace, name: string, value: Matrix): Parameter {
  return {
    name,
    value: workspace.copy(name, value),
    gradient: workspace.matrix(`d ${name}`, value.rows, value.cols),
    weights: name.endsWith("W"),
  };
}

/** The layers that `make` builds, as a network. */
export function network(make: (workspace: Workspace) => readonly Layer[]): Network {
  const workspace = new Workspace();
  return inARow(workspace, make(workspace), { count: 0 });
}

/** Layers `from` to `to` (exclusive) of `whole` as a network of their own, in the same memory. */
export function layersOf(whole: Network, from: number, to?: number): Network {
  return inARow(whole.workspace, whole.layers.slice(from, to), whole.passes);
}

function inARow(workspace: Workspace, layers: readonly Layer[], passes: { count: number }): Network {
  const inputs: Matrix[] = [];
  const masks: (Matrix | undefined)[] = [];
  return {
    workspace,
    layers,
    passes,
    parameters: layers.flatMap((layer) => layer.parameters),
    forward(x, training) {
      passes.count++;
      let h = x;
      layers.forEach((layer, i) => {
        masks[i] = undefined;
        if (training?.shift?.layer === i) {
          const shifted = workspace.matrix(`shifted${i}`, h.rows, h.cols);
          addStep(shifted, h, { step: training.shift.value });
          h = shifted;
        }
        const { keep, scale } = (i === 0 ? training?.dropout.input : training?.dropout.hidden) ??
          { keep: 1, scale: 1 };
        if (training && (keep < 1 || scale !== 1)) {
          const mask = workspace.matrix(`mask${i}`, h.rows, h.cols);
          randomMask(mask, { key: rng(training.key).split(i).key, keep, scale });
          const dropped = workspace.matrix(`dropped${i}`, h.rows, h.cols);
          multiply(dropped, [h, mask]);
          [h, masks[i]] = [dropped, mask];
        }
        inputs[i] = h;
        h = layer.forward(h);
      });
      return h;
    },
    backward(dScores, { inputs: wantInputs, ...wanted }) {
      let d: Matrix | undefined = dScores;
      for (let i = layers.length - 1; i >= 0; i--) {
        d = layers[i].backward(d!, inputs[i], { inputs: i > 0 || wantInputs, ...wanted });
        const mask = masks[i];
        if (d && mask) multiply(d, [d, mask]);
      }
      return d;
    },
    objective: layers.length === 1 ? layers[0].objective : undefined,
    refresh: () => layers.forEach((layer) => layer.refresh?.()),
    [Symbol.dispose]: () => workspace[Symbol.dispose](),
  };
}
