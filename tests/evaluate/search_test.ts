import "../../src/runtime/inlined.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { stagesOf } from "../../src/evaluate/efforts.ts";
import { type RobustnessOptions, searched, searchOf } from "../../src/evaluate/search.ts";
import type { Subject } from "../../src/evaluate/standing.ts";
import { heads } from "../../src/heads.ts";
import { matrix } from "../../src/matrix.ts";
import { model } from "../../src/models/model.ts";
import { softmaxLinear } from "../../src/models/softmax_linear.ts";

/** A model of one's own, which certificates do not know. */
const own: Subject = {
  inputs: 4,
  classes: 3,
  head: heads.softmax,
  scores: ({ rows }) => matrix(rows, 3),
  inputGradient: ({ rows }) => matrix(rows, 4),
};

const search = (options: Partial<RobustnessOptions> = {}, subject: Subject = own) =>
  searchOf(subject, { epsilons: [0.5], ...options });

Deno.test("searchOf() has the defaults that are written, and each size once, ascending", () => {
  const { epsilons, within, effort, seed, perExample, now, onFooled, stages, method, uncertified } = search({
    epsilons: [0.5, 0.25, 0.5, 10],
  });
  assertEquals(epsilons, [0.25, 0.5, 10]);
  assertEquals([effort, seed, perExample, now, onFooled], ["standard", 0, false, undefined, undefined]);
  assertEquals(within.norm, "Linf");
  assertEquals(stages, stagesOf("standard", { norm: "Linf", gradients: true }));
  assertEquals([method, uncertified], [undefined, undefined], "nobody expects certificates of scores");
});

Deno.test("searchOf() passes on the constraint, the width of images and the attacks that can be tried", () => {
  const found = search({
    norm: "L2",
    bounds: [0, 1],
    fixed: [1],
    grid: 2,
    width: 2,
    effort: "thorough",
    seed: 7,
  });
  const { epsilon, norm, fixed, grid, box } = found.limits(0.25);
  assertEquals([epsilon, norm, box, found.seed], [0.25, "L2", [0, 1], 7]);
  assertEquals([[...fixed!], [...grid!]], [[0, 1, 0, 0], [2, 2, 2, 2]]);
  assertEquals(found.stages, stagesOf("thorough", { norm: "L2", gradients: true, width: 2 }));
  const { inputGradient: _, ...black } = own;
  assertEquals(
    search({ effort: "quick" }, black).stages,
    stagesOf("quick", { norm: "Linf", gradients: false }),
  );
});

Deno.test("searchOf() refuses options out of range before any work", () => {
  const refused: [Partial<RobustnessOptions>, string][] = [
    [{ epsilons: [] }, "epsilons must not be empty"],
    [{ epsilons: [0.5, 0] }, "must be a list of finite numbers > 0"],
    [{ epsilons: undefined }, "is missing"],
    [{ seed: -1 }, "must be a whole number ≥ 0"],
    [{ width: 0 }, "must be a whole number ≥ 1"],
    [{ timeLimit: 0, now: () => 0 }, "must be a finite number > 0"],
    [{ timeLimit: 1 }, "it needs a clock"],
    [{ fixed: [4] }, "4"],
    [{ perExample: 1 as unknown as boolean }, "must be true or false"],
    [{ certify: "some" as "auto" }, "must be auto,"],
  ];
  for (const [options, reason] of refused) {
    assertThrows(() => search(options), InputError, reason, JSON.stringify(options));
  }
  assertEquals([search({ width: 1 }).seed, search({ seed: 0 }).seed], [0, 0]);
  assertThrows(() => searchOf(own, null as unknown as RobustnessOptions), InputError, "measure robustness");
});

Deno.test("searchOf() is late once its seconds are over, and times attacks by the same clock", () => {
  let time = 5000;
  const { late, timed } = search({ timeLimit: 2, now: () => time });
  const seconds = timed();
  const at = (milliseconds: number) => {
    time = milliseconds;
    return [late(), seconds()];
  };
  assertEquals([at(5000), at(6500), at(6999), at(7000), at(9000)], [
    [false, 0],
    [false, 1.5],
    [false, 1.999],
    [true, 2],
    [true, 4],
  ]);
  const free = search({ now: () => time });
  assertEquals([free.late(), free.timed()()], [false, 0], "without a limit it is never late");
  const blind = search();
  assertEquals([blind.late(), blind.timed()()], [false, null], "without a clock there are no seconds");
});

Deno.test("searchOf() names the bounds that certify, or the reason why none does", () => {
  using known = model(softmaxLinear({ inputs: 4, classes: 3 }), { seed: 1 });
  const nodes = [
    { id: "p", op: "softmax", from: ["input"] },
    { id: "top", op: "linear", from: ["p"], tensors: { W: "W", b: "b" }, attributes: { outputs: [3] } },
  ] as const;
  using odd = model({ input: 4, nodes, head: "softmax" }, { seed: 1 });
  const said = (subject: Subject, certify?: RobustnessOptions["certify"]) => {
    const { method, uncertified } = search({ certify }, subject);
    return [method, uncertified];
  };
  assertEquals([said(known), said(known, "crown"), said(known, "none")], [
    ["auto", undefined],
    ["crown", undefined],
    [undefined, undefined],
  ]);
  const unknown = "certificates do not know its operation softmax";
  assertEquals([said(odd), said(odd, "crown"), said(odd, "none")], [
    [undefined, unknown],
    [undefined, unknown],
    [undefined, undefined],
  ]);
  assertEquals([said(own), said(own, "auto"), said(own, "none")], [
    [undefined, undefined],
    [undefined, "the model is not one whose operations are known"],
    [undefined, undefined],
  ]);
});

Deno.test("searched() gives examples that fit the model, one at least", () => {
  const given = (rows: number, cols = 4) => ({
    x: matrix(rows, cols),
    labels: new Int32Array(rows),
    classes: 3,
  });
  assertEquals(searched(own, given(1)), batch(given(1)));
  for (const wrong of [given(0), given(1, 3)]) {
    assertEquals(assertThrows(() => searched(own, wrong), InputError).action, "measure robustness");
  }
});
