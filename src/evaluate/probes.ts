/** Signs found by attacks that are tried for them alone. @module */

import type { Adversarial } from "../attacks/attack.ts";
import type { Constraint } from "../constraints/constraint.ts";
import { type Batch, select, slice } from "../data/batch.ts";
import { scoresOf } from "../models/answers.ts";
import type { Stage } from "./efforts.ts";
import { type Attacked, type Finding, SAMPLE, type Warning } from "./warnings.ts";

/** Shares of examples from which a warning is given. */
const SINGLE = 0.05, SHRINKS = 0.05;
/** By how much two answers to the same inputs may differ. */
const SAME = 1e-4;

/** Warnings that need further queries to the model; yields between two questions to it. */
export function* probeWarnings(
  { model, examples, findings, largest, seed, limits, attack, certified }: {
    model: Attacked;
    examples: Batch;
    findings: readonly Finding[];
    /** The largest size. */
    largest: number;
    seed: number;
    limits: (epsilon: number) => Constraint;
    attack: (
      model: Attacked,
      batch: Batch,
      stage: Stage,
      limits: Constraint,
      seed: number,
    ) => Generator<unknown, Adversarial>;
    /** Which of some examples are certified at a size; nothing where there are no certificates. */
    certified?: (rows: readonly number[], epsilon: number) => number;
  },
): Generator<unknown, Warning[]> {
  const warnings: Warning[] = [];
  const { x } = slice(examples, 0, SAMPLE);
  const [once, again] = [scoresOf(model, x).data.slice(), scoresOf(model, x).data];
  if (once.some((score, i) => Math.abs(score - again[i]) > SAME)) {
    warnings.push({
      name: "randomisedModel",
      text:
        "The model answers the same inputs differently: attacks and this report see one draw, not its mean",
    });
    // nothing further can be compared
    return warnings;
  }
  /** How many of the examples `rows`, which another stage fooled, `stage` does not fool at size `epsilon`. */
  const misses = function* (newlyFooled: readonly number[], stage: Stage, epsilon: number) {
    const { fooled } = yield* attack(model, select(examples, newlyFooled), stage, limits(epsilon), seed);
    return newlyFooled.length - fooled.reduce((sum, each) => sum + each, 0);
  };
  const single = findings.find(({ stage, newlyFooled }) =>
    stage.role === "single" && newlyFooled.length >= 2
  );
  const many = findings.find(({ stage }) => stage.role === "many")?.stage;
  if (single && many) {
    const tried = single.newlyFooled.slice(0, SAMPLE);
    const missed = yield* misses(tried, many, single.epsilon);
    if (missed >= 2 && missed / tried.length > SINGLE) {
      warnings.push({
        name: "singleStepBeatsMany",
        text: `At ${single.epsilon}, a single step fooled ${missed} of ${tried.length} examples that ` +
          `many steps on the same loss did not: its gradients mislead`,
      });
    }
  }
  const early =
    findings.find(({ stage, epsilon, newlyFooled }) =>
      stage.role === "many" && epsilon < largest && newlyFooled.length >= 2
    ) ?? findings.find(({ stage, epsilon, newlyFooled }) =>
      stage.role === "single" && epsilon < largest && newlyFooled.length >= 2
    );
  if (early) {
    const tried = early.newlyFooled.slice(0, SAMPLE);
    const missed = yield* misses(tried, early.stage, largest);
    if (missed >= 2 && missed / tried.length > SHRINKS) {
      warnings.push({
        name: "notMonotone",
        text:
          `${early.stage.name} fooled ${missed} of ${tried.length} examples at ${early.epsilon} and not at ` +
          `${largest}: with more room it must do as well, so it is not to be trusted here`,
      });
    }
  }
  const last = findings.findLast(({ newlyFooled }) => newlyFooled.length > 0);
  const wrong = last && certified?.(last.newlyFooled.slice(0, 10), last.epsilon);
  if (wrong) {
    warnings.push({
      name: "certificateContradicted",
      text: `${wrong} examples that ${last!.stage.name} fooled at ${
        last!.epsilon
      } are certified there: this is a bug of Gibbon, please report it`,
    });
  }
  return warnings;
}
