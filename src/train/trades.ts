/** Objectives of clean and perturbed scores at once. @module */

import { divergence } from "../divergence.ts";
import type { Executor } from "../graph/executor.ts";
import type { Dropout } from "../graph/training_pass.ts";
import type { Matrix } from "../matrix.ts";
import type { Model } from "../models/model.ts";
import type { WantedGradients } from "../ops/op.ts";
import type { Workspace } from "../runtime/workspace.ts";
import type { Perturbed } from "./perturbed.ts";
import type { PassExamples } from "./batch_memory.ts";
import { number, type Schema } from "../schema.ts";
import { resolve } from "../checks.ts";

/** A training objective on clean and perturbed examples. */
export interface Objective {
  /** What it is and with which options, for the record. */
  readonly name: string;
  /**
   * Leaves its mean's gradient in the network's parameters; the sum over the examples.
   *
   * @internal
   */
  step(at: ObjectiveStep): number;
}

/** What an objective works with in a step. */
export interface ObjectiveStep {
  readonly network: Executor;
  readonly model: Model;
  readonly memory: Workspace;
  /** How a forward pass drops units: the same in each pass that is told so. */
  readonly pass: { readonly dropout: Dropout; readonly key: number };
  /** The perturbed examples. */
  readonly perturbed: Perturbed;
  /** The examples as they are, valid until it is called again. */
  readonly plain: () => PassExamples;
}

/** Options of TRADES. */
export interface TradesOptions {
  /** Weight β of the divergence, > 0; default 6. */
  beta?: number;
}

/** The same as a schema. */
export const TRADES: Schema<TradesOptions> = {
  beta: number("Weight of the divergence of perturbed from clean answers", { above: 0, default: 6 }),
};

/**
 * TRADES (Zhang et al. 2019): J(x, y) + β·KL(p(x) ‖ p(x′)), both gradients followed; the divergence is the head's own. Train
 * with it against PGD on the same divergence, `perturbation(pgd, { epsilon, loss: "divergence" })`, which asks for no label.
 *
 * @example
 * ```ts
 * import { digits, perturbation, pgd, softmaxLinear, trades, train } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const { train: examples } = digits({ seed: 1, train: 200, test: 10 });
 * using model = await train(softmaxLinear({ inputs: 784, classes: 10 }), examples, {
 *   epochs: 1,
 *   objective: trades({ beta: 4 }),
 *   perturbation: perturbation(pgd, { epsilon: 0.1, steps: 5, loss: "divergence" }),
 * });
 * assertEquals(model.record.objective, 'trades {"beta":4}');
 * ```
 *
 * @throws {InputError} if `beta` is not a finite number > 0
 */
export function trades(options: TradesOptions = {}): Objective {
  const { beta } = resolve("train by trades", TRADES, options) as Required<TradesOptions>;
  return {
    name: `trades ${JSON.stringify({ beta })}`,
    step({ network, model: { head }, memory, pass, perturbed: { x, shift }, plain }) {
      const room = (name: string, rows: number, cols: number) => memory.matrix(`trades ${name}`, rows, cols);
      const others = memory.copy("others", network.forward(x, { ...pass, shift }));
      const examples = plain();
      const scores = network.forward(examples.x, pass);
      const { rows, cols } = scores;
      const [loss, far] = [room("loss", rows, 1), room("divergence", rows, 1)];
      const [dScores, more, dOthers] = ["dScores", "more", "dOthers"].map((name) => room(name, rows, cols));
      head.loss({ loss, dScores, scale: 1 / rows }, scores, examples.labelsResident);
      divergence(head, { loss: far, dScores: more, dOthers, scale: beta / rows, room }, scores, others);
      for (let i = 0; i < dScores.data.length; i++) dScores.data[i] += more.data[i];
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += loss.data[i] + beta * far.data[i];
      const back = (d: Matrix, how: Pick<WantedGradients, "parameters" | "last">) =>
        void network.backward(d, { inputs: false, ...how });
      back(dScores, { parameters: "replace", last: false });
      network.forward(x, { ...pass, shift });
      back(dOthers, { parameters: "add", last: true });
      return sum;
    },
  };
}
