/** Error rates under transferred attacks, and noise that is taken for a class. @module */

import { type Batch, directedRubbish, measure, type Model, slice } from "../../mod.ts";
import type { Params, Rubbish, Transfer } from "../messages.ts";
import { attackOf } from "./catalog.ts";

/** The error rate of each of `models` on held-out examples attacked through each of them. */
export function transfer(
  models: ReadonlyMap<string, Model>,
  test: Batch,
  { attack, options, epsilon, examples }: Params<"transfer">,
): Transfer {
  const some = slice(test, 0, examples);
  const all = [...models.values()];
  const errors = (shown: Batch) => all.map((model) => measure(model, shown).errorRate);
  return {
    attack,
    epsilon,
    examples: some.labels.length,
    names: [...models.keys()],
    clean: errors(some),
    attacked: all.map((model) => errors(attackOf(attack)(model, some, { ...options, epsilon }))),
  };
}

/** Noise moved one step toward a class (paper, appendix A and figure 5). The same seed gives the same noise. */
export function rubbishToward(model: Model, { target, step, seed, samples }: Params<"rubbish">): Rubbish {
  const attackedAt = (epsilon: number) => {
    const { x, fooled, probabilities: { data, cols } } = directedRubbish(model, {
      target,
      epsilon,
      seed,
      samples,
    });
    return {
      x,
      fooled,
      confidence: Float32Array.from({ length: samples }, (_, i) => data[i * cols + target]),
    };
  };
  const { x, fooled, confidence } = attackedAt(step);
  return { samples, target, examples: x.data, before: attackedAt(0).confidence, confidence, fooled };
}
