/** What a model makes of examples, clean and attacked, found run by run of rows. @module */

import { type Attack, type AttackOptions, optionsFor } from "../attacks/attack.ts";
import type { LossOptions } from "../attacks/direction.ts";
import { CHUNK } from "../attacks/drive.ts";
import { type Batch, slice } from "../data/batch.ts";
import { predict } from "../loss.ts";
import type { Differentiable } from "../models/classifier.ts";
import type { Answers } from "./measure.ts";

/** An attack to try, with each of some budgets. */
export interface Trial {
  readonly attack: Attack;
  /** Budgets, in input units. */
  readonly epsilons: readonly number[];
  /** What else is asked for; options that the attack does not have do not count. */
  readonly options?: Readonly<Omit<AttackOptions, "target" | "first" | "constraint"> & LossOptions>;
}

/** A model's answers under attack. */
export interface AttackedAnswers extends Answers {
  /** Name of the attack. */
  readonly attack: string;
  /** Its budget, in input units. */
  readonly epsilon: number;
}

/** A model's answers to examples, each in their order. */
export interface Outcomes {
  readonly clean: Answers;
  /** Trial by trial, and in each budget by budget. */
  readonly attacked: readonly AttackedAnswers[];
}

/**
 * What `model` answers to `examples` as they are, and attacked as each of `trials` says, run by run of rows. Yields the
 * fraction done once for 250 answers or more, so that the caller may show it, wait or stop; the answers are those of one
 * call for all.
 *
 * @throws {InputError} if the examples or an option do not fit the model
 */
export function* outcomes(
  model: Differentiable,
  examples: Batch,
  trials: readonly Trial[],
): Generator<number, Outcomes> {
  const { rows } = examples.x;
  const clean = room(rows);
  const attacked = trials.map(({ attack, epsilons }) =>
    epsilons.map((epsilon) => ({ attack: attack.name, epsilon, ...room(rows) }))
  );
  const total = rows * (1 + attacked.flat().length);
  let [done, told] = [0, 0];
  for (let first = 0; first < rows; first += CHUNK) {
    const run = slice(examples, first, first + CHUNK);
    const parts = [
      () => put([clean], [predict(model, run.x)], first),
      ...trials.map(({ attack, epsilons, options }, i) => () =>
        put(
          attacked[i],
          attack.sweep(model, run, { ...optionsFor(attack, options ?? {}), first, epsilons }),
          first,
        )
      ),
    ];
    for (const part of parts) {
      if (done - told >= CHUNK) yield (told = done) / total;
      done += part();
    }
  }
  return { clean, attacked: attacked.flat() };
}

/** What `steps` come to, each fraction that they yield told to `tell`. */
export function finish<T>(steps: Generator<number, T>, tell: (fraction: number) => void = () => {}): T {
  for (let step = steps.next();; step = steps.next()) {
    if (step.done) return step.value;
    tell(step.value);
  }
}

function room(rows: number): Answers {
  return { predicted: new Int32Array(rows), confidence: new Float32Array(rows) };
}

/** Puts what rows from `first` on were answered in its place; returns how many answers these were. */
function put(into: readonly Answers[], answers: readonly Answers[], first: number): number {
  answers.forEach(({ predicted, confidence }, i) => {
    into[i].predicted.set(predicted, first);
    into[i].confidence.set(confidence, first);
  });
  return answers.reduce((sum, { predicted }) => sum + predicted.length, 0);
}
