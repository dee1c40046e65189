/** What many experiments measure of a model: clean, under attack, on rubbish. @module */

import type { AttackOptions } from "../attacks/attack.ts";
import type { LossOptions } from "../attacks/direction.ts";
import { fgsm } from "../attacks/fgsm.ts";
import { rubbish } from "../attacks/rubbish.ts";
import { measure, measureAnswers, measureRubbish, type Rates } from "../evaluate/measure.ts";
import type { Batch } from "../data/batch.ts";
import type { Differentiable } from "../models/classifier.ts";
import { EPSILON, type ExperimentContext, type Measurements, percent } from "./experiment.ts";

/** A model under its own attack of ε = .25, by what it said of the attacked images when they were made. */
export function underAttack(
  model: Differentiable,
  test: Batch,
  options: AttackOptions & LossOptions = {},
): Rates {
  const adversarial = fgsm(model, test, { ...options, epsilon: EPSILON });
  return measureAnswers(adversarial, adversarial);
}

/** A model on clean examples and on its own adversarial ones. */
export function cleanAndAttacked(
  model: Differentiable,
  { test }: Pick<ExperimentContext, "test">,
): Measurements {
  const clean = measure(model, test);
  const attacked = underAttack(model, test);
  return {
    "clean.error": percent(clean.errorRate),
    "clean.confidence": percent(clean.confidence),
    "fgsm.error": percent(attacked.errorRate),
    "fgsm.confidence": percent(attacked.confidenceOnErrors),
  };
}

/** A model on its own adversarial examples, as the gradient of plain float32 arithmetic makes them. */
export function attackedInFloat32(
  model: Differentiable,
  { test }: Pick<ExperimentContext, "test">,
): Measurements {
  const attacked = underAttack(model, test, { gradient: "float32" });
  return {
    "fgsm in float32.error": percent(attacked.errorRate),
    "fgsm in float32.confidence": percent(attacked.confidenceOnErrors),
  };
}

/** A model on clean, adversarial and rubbish examples. */
export function cleanAttackedAndRubbish(
  model: Differentiable,
  context: Pick<ExperimentContext, "test" | "seed">,
): Measurements {
  const noise = measureRubbish(rubbish(model, { seed: context.seed }));
  return {
    ...cleanAndAttacked(model, context),
    "rubbish.error": percent(noise.errorRate),
    "rubbish.confidence": percent(noise.confidenceOnErrors),
  };
}
