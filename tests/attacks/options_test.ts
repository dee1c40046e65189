import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { anyAttacks, attackNamed, attacks } from "../../src/attacks/mod.ts";
import {
  areEqualData,
  checkConstraint,
  COMMON,
  optionsFor,
  refuse,
  type RunOptions,
  targets,
} from "../../src/attacks/options.ts";
import { resolve } from "../../src/checks.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { matrix } from "../../src/matrix.ts";
import type { AnySchema } from "../../src/schema.ts";

const resolved = (options: object) =>
  resolve<object, AnySchema>("attack", COMMON, options) as Record<string, unknown>;

Deno.test("the options of all attacks have their defaults, take the ends of their ranges, and no more", () => {
  refuse("attack", undefined);
  const { seed, first, ...others } = resolved({});
  assertEquals([seed, first], [0, 0]);
  assert(Object.values(others).every((value) => value === undefined));
  for (const norm of ["Linf", "L2", "L1", "L0", "angle"]) assertEquals(resolved({ norm }).norm, norm);
  assertEquals(resolved({ fixed: [0, 2], seed: 0, first: 0 }).fixed, [0, 2]);
  for (
    const bad of [{ norm: "L3" }, { fixed: [-1] }, { seed: -1 }, { first: -1 }, { seed: 0.5 }, {
      epsilons: 1,
    }]
  ) {
    assertThrows(() => resolved(bad), InputError, undefined, JSON.stringify(bad));
  }
  assertEquals([COMMON.norm.help, COMMON.fixed.help, COMMON.seed.help], [
    "What measures the size",
    "Places of the features that stay",
    "Seed of the random numbers",
  ]);
});

Deno.test("optionsFor() leaves out options that an attack does not take, options not given, and a norm that it lacks", () => {
  const attack = { options: { steps: {} }, norms: ["L2"] } as unknown as Parameters<typeof optionsFor>[0];
  const given = { steps: 3, loss: "own", epsilon: 1, seed: undefined, norm: "L2" };
  assertEquals(optionsFor(attack, given), { steps: 3, epsilon: 1, norm: "L2" });
  assertEquals(optionsFor(attack, { norm: "Linf", signal: 4 }), { signal: 4 } as object);
});

Deno.test("targets() are one for all examples or one each, classes of the model", () => {
  const three = { classes: 3 }, examples = batch({ x: matrix(2, 1), labels: [0, 1], classes: 3 });
  const of = (target?: number | ArrayLike<number>) => targets("attack", three, examples, target);
  assertEquals(of(), undefined);
  assertEquals(of(2), Int32Array.of(2, 2));
  assertEquals(of(0), Int32Array.of(0, 0));
  assertEquals(of([2, 0]), Int32Array.of(2, 0));
  for (const bad of [3, -1, 0.5, [0, 3], [0], [0, 1, 2], "2"]) {
    assertThrows(() => of(bad as number), InputError, "Cannot attack", `${bad}`);
  }
});

Deno.test("checkConstraint() refuses options beside it, and is of the model's inputs", () => {
  const whole = constraint(3, { epsilon: 1 });
  checkConstraint("attack", whole, 3, { constraint: whole } as RunOptions);
  for (
    const more of [{ epsilon: 0 }, { norm: "L2" }, { bounds: [0, 1] }, { fixed: [] }, { grid: 0 }, {
      oneHot: [],
    }]
  ) {
    const wrong = () => checkConstraint("attack", whole, 3, more as unknown as RunOptions);
    assertThrows(wrong, InputError, `${Object.keys(more)[0]} does not go with a constraint`);
  }
  assertThrows(
    () => checkConstraint("attack", whole, 2, {} as RunOptions),
    InputError,
    "is of 3 features, the model takes 2",
  );
});

Deno.test("refuse() says where the examples break the constraint, if they do", () => {
  refuse("attack", undefined);
  const wrong = () => refuse("attack", { row: 1, feature: 2, problem: "is too large" });
  assertThrows(wrong, InputError, "Cannot attack: input 2 of example 1 is too large");
});

Deno.test("areEqualData() holds for the same numbers, words and bounds, and for nothing that could change unseen", () => {
  const same: [object, object][] = [
    [{}, {}],
    [{ epsilon: 0.5, norm: "L2" }, { norm: "L2", epsilon: 0.5 }],
    [{ bounds: [0, 1] }, { bounds: [0, 1] }],
    [{ a: undefined }, { a: undefined }],
  ];
  for (const [a, b] of same) assert(areEqualData(a, b), JSON.stringify([a, b]));
  const list = [1, 2], call = () => {}, pairs = [[0, 1], [0, 1]];
  const others: [object, object][] = [
    [{ epsilon: 0.5 }, { epsilon: 0.25 }],
    [{ epsilon: 0.5 }, {}],
    [{}, { epsilon: 0.5 }],
    [{ epsilon: NaN }, { epsilon: NaN }],
    [{ a: 1 }, { b: 1 }],
    [{ fixed: list }, { fixed: list }],
    [{ onProgress: call }, { onProgress: call }],
    [{ bounds: [0, 1] }, { bounds: [0, 2] }],
    [{ bounds: [0, 1] }, { bounds: [-1, 1] }],
    // new ones, which may be wrong, beside those that were checked
    [{ bounds: [0, 1, 2] }, { bounds: [0, 1] }],
    [{ bounds: [0, 1] }, { bounds: 1 }],
    [{ bounds: pairs }, { bounds: pairs }],
    [{ size: [0, 1] }, { size: [0, 1] }],
  ];
  for (const [a, b] of others) assert(!areEqualData(a, b), JSON.stringify([a, b]));
});

Deno.test("attackNamed() finds each attack of the registry by its name, or says which may be meant", () => {
  for (const [name, attack] of Object.entries(attacks)) {
    assert(attackNamed(name) as unknown === attack && anyAttacks[name]);
  }
  assertThrows(() => attackNamed("fgms"), InputError, "did you mean fgsm");
  assertThrows(() => attackNamed("quux"), InputError, "; the attacks are apgd, boundary, ");
  assertThrows(() => attackNamed("toString"), InputError);
  assertThrows(
    () => attackNamed(3 as unknown as string),
    InputError,
    "there is no attack 3; the attacks are apgd, boundary, ",
  );
});
