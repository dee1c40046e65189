import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { anyAttacks } from "../../src/attacks/mod.ts";
import { constraint } from "../../src/constraints/mod.ts";
import type { Batch } from "../../src/data/batch.ts";
import { model } from "../../src/models/model.ts";
import { families } from "../../src/models/families.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import type { FamilyKind } from "../../src/models/family.ts";
import { randomLabels } from "../support.ts";
import { allowed, holds, KINDS } from "../constraints/kinds.ts";
import { ordinaryTensors } from "../models/specimens.ts";

const INPUTS = 7;

/** Short forms of slow attacks. */
const SHORT: Readonly<Record<string, object>> = {
  lbfgs: { binarySearchSteps: 2, iterations: 2, refinements: 2 },
  carliniWagner: { binarySearchSteps: 2, iterations: 3, refinements: 2 },
  ddn: { iterations: 4, refinements: 2 },
  deepFool: { iterations: 3, refinements: 2 },
  fab: { iterations: 3, refinements: 2 },
  fmn: { iterations: 4, refinements: 2 },
  apgd: { iterations: 6 },
  pgd: { steps: 3 },
  square: { queries: 8 },
  jsma: { steps: 2, refinements: 2 },
  greedyTabular: { moves: 2 },
  hopSkipJump: { steps: 1, probes: 4 },
  boundary: { steps: 3 },
};

/**
 * Models of every family, and of 2 and 10 classes those that have such by one layer, with the kinds of constraint that `law`
 * is tried on: all for softmax regression, every fourth for the others, which know nothing of constraints.
 */
function forEveryFamily(law: (model: Differentiable, name: string, kinds: readonly string[]) => void): void {
  let turn = 0;
  for (const classes of [2, 3, 10]) {
    for (const [name, kind] of Object.entries(families)) {
      if (classes !== 3 && !["softmaxLinear", "rbf", "logistic"].includes(name)) continue;
      if ("classes" in kind.options ? false : classes > 2) continue;
      const sizes = "classes" in kind.options ? { inputs: INPUTS, classes } : { inputs: INPUTS };
      const small = "units" in kind.options ? { units: name === "mpDbm" ? [5, 4] : [5] } : {};
      const image = "image" in kind.options ? { image: [1, 1, INPUTS], channels: [3], kernel: 3 } : {};
      const family = (kind as FamilyKind<object>)({ ...sizes, ...small, ...image });
      using each = model(family, { tensors: ordinaryTensors(family) });
      const kinds = Object.keys(KINDS).filter((_, i) => name === "softmaxLinear" || (i + turn) % 4 === 0);
      law(each, `${name} of ${classes} classes`, kinds);
      turn++;
    }
  }
}

Deno.test("attacks keep every kind of constraint to the last bit, in every norm that they take, and at 0 do nothing", () => {
  let turn = 0;
  forEveryFamily((each, name, kinds) => {
    for (const kind of kinds) {
      const options = KINDS[kind];
      const examples: Batch = {
        x: allowed(INPUTS, 5, options),
        labels: randomLabels(5, each.classes, 4),
        classes: each.classes,
      };
      for (const attack of Object.values(anyAttacks)) {
        for (const norm of attack.norms) {
          const sizes = norm === "Linf" ? [0.3, 1.5, [0.1, 0, 0.3, 1, 2, 1, 1]] : [0.4, 2.5];
          turn++;
          // the first model gets all sizes, the others one each in turn; at a target the smallest
          const own = name === "softmaxLinear of 3 classes" ? sizes : [sizes[turn % sizes.length]];
          for (const epsilon of own) {
            for (const target of epsilon === sizes[0] ? [undefined, each.classes - 1] : [undefined]) {
              const given = { ...options, ...SHORT[attack.name], norm, epsilon, target };
              const { x, original, predicted, fooled } = attack(each, examples, given);
              const told = `${attack.name} in ${norm} ${kind} of ${epsilon} at ${target} on ${name}`;
              assert(holds(x, original, { ...options, norm, epsilon }), told);
              predicted.forEach((answer, i) =>
                assertEquals(
                  fooled[i],
                  Number(target === undefined ? answer !== examples.labels[i] : answer === target),
                  told,
                )
              );
            }
          }
          const none = attack(each, examples, { ...options, ...SHORT[attack.name], norm, epsilon: 0 });
          assertEquals(none.x.data, examples.x.data, `${attack.name} in ${norm} ${kind} on ${name}`);
        }
      }
    }
  });
});

Deno.test("attacks take a whole constraint for its parts, and give the same", () => {
  const family = families.softmaxLinear({ inputs: INPUTS, classes: 3 });
  using each = model(family, { tensors: ordinaryTensors(family) });
  for (const [kind, options] of Object.entries(KINDS)) {
    const examples: Batch = { x: allowed(INPUTS, 9, options), labels: randomLabels(9, 3, 4), classes: 3 };
    for (const attack of Object.values(anyAttacks)) {
      const [norm] = attack.norms;
      const parts = attack(each, examples, { ...options, ...SHORT[attack.name], epsilon: 1.2 });
      const whole = constraint(INPUTS, { ...options, norm, epsilon: 1.2 });
      const same = attack(each, examples, { ...SHORT[attack.name], constraint: whole });
      assertEquals([same.x, same.epsilon], [parts.x, 1.2], `${attack.name} ${kind}`);
    }
  }
});

Deno.test("attacks in a grid of 8 bits move images by whole steps and still fool", () => {
  const family = families.softmaxLinear({ inputs: INPUTS, classes: 3 });
  using each = model(family, { tensors: ordinaryTensors(family) });
  const options = { grid: 255, bounds: [0, 1] } as const;
  const examples: Batch = { x: allowed(INPUTS, 60, options), labels: randomLabels(60, 3, 4), classes: 3 };
  const rate = (name: string, how: object) => {
    const { fooled } = anyAttacks[name](each, examples, { epsilon: 64 / 255, bounds: [0, 1], ...how });
    return fooled.reduce((a, b) => a + b, 0);
  };
  for (const name of ["fgsm", "pgd", "signNoise"]) {
    assert(Math.abs(rate(name, { grid: 255 }) - rate(name, {})) <= 3, name);
  }
});
