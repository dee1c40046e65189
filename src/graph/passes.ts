/** Forward and backward passes over the steps of a graph, or over the last of them. @module */

import type { Matrix } from "../matrix.ts";
import { addTo } from "../ops/add.ts";
import type { WantedGradients } from "../ops/op.ts";
import type { Workspace } from "../runtime/workspace.ts";
import type { Step } from "./steps.ts";
import type { TrainingPass } from "./training_pass.ts";

/** Passes over some steps, in memory that they keep. Place 0 holds the inputs, place n + 1 the outputs of step n. */
export class Passes {
  /** Forward passes so far, those of parts included. */
  count = 0;
  /** What is at each place in the last forward pass. */
  readonly places: Matrix[] = [];
  readonly #steps: readonly Step[];
  /** What each step received in it. */
  readonly #received: Matrix[][];
  readonly #gradients: (Matrix | undefined)[] = [];
  /** Whether the gradient at a place is a sum in memory of its own. */
  readonly #summed: boolean[] = [];
  readonly #sums: Workspace;

  constructor(steps: readonly Step[], sums: Workspace) {
    this.#steps = steps;
    this.#received = steps.map(() => []);
    this.#sums = sums;
  }

  /** What is at place `to`, by steps `from` to `to` (exclusive), with `x` at place `at`. */
  forward(
    x: Matrix,
    { at = 0, from = 0, to = this.#steps.length, pass }: {
      at?: number;
      from?: number;
      to?: number;
      pass?: TrainingPass;
    } = {},
  ): Matrix {
    this.count++;
    const { places } = this;
    places[at] = x;
    for (let i = from; i < to; i++) {
      const { sources, pass: layerPass } = this.#steps[i], received = this.#received[i];
      for (let k = 0; k < sources.length; k++) {
        const value = places[sources[k]];
        received[k] = layerPass && k === 0 ? layerPass.forward(value, pass) : value;
      }
      places[i + 1] = this.#steps[i].forward(received, pass !== undefined);
    }
    return places[to];
  }

  /** The gradient at place `at`, if it is wanted, by steps `from` to the last. */
  backward(
    dOut: Matrix,
    wanted: WantedGradients,
    { at = 0, from = 0 }: { at?: number; from?: number } = {},
  ): Matrix | undefined {
    const steps = this.#steps, gradients = this.#gradients;
    gradients.fill(undefined);
    this.#summed.fill(false);
    gradients[steps.length] = dOut;
    for (let i = steps.length - 1; i >= from; i--) {
      const { sources, pass } = steps[i];
      const inputs = wanted.inputs || sources.some((source) => source > from);
      const found = steps[i].backward(gradients[i + 1]!, this.#received[i], { ...wanted, inputs });
      if (!inputs) continue;
      for (let k = 0; k < sources.length; k++) {
        if (k === 0) pass?.backward(found[k]!);
        this.#join(sources[k], found[k]!);
      }
    }
    return wanted.inputs ? gradients[at] : undefined;
  }

  /** Adds `d` to the gradient at a place. */
  #join(place: number, d: Matrix): void {
    const earlier = this.#gradients[place];
    if (!earlier) {
      this.#gradients[place] = d;
      return;
    }
    // in memory of its own: what a step gives may be what it was given
    const sum = this.#summed[place] ? earlier : this.#sums.copy(`d ${place}`, earlier);
    addTo(sum, d);
    this.#gradients[place] = sum;
    this.#summed[place] = true;
  }
}
