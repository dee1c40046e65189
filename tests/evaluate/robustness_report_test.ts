import "../../src/runtime/inlined.ts";
import { assertEquals } from "@std/assert";
import { batch } from "../../src/data/batch.ts";
import type { Stage } from "../../src/evaluate/efforts.ts";
import { runSteps } from "../../src/evaluate/outcomes.ts";
import { reportSteps } from "../../src/evaluate/robustness_report.ts";
import { type RobustnessOptions, type Search, searchOf } from "../../src/evaluate/search.ts";
import type { Shard, ShardAt } from "../../src/evaluate/shard.ts";
import type { Subject } from "../../src/evaluate/standing.ts";
import { matrix } from "../../src/matrix.ts";
import { model } from "../../src/models/model.ts";
import { softmaxLinear } from "../../src/models/softmax_linear.ts";

/** Class 1 where x > 0. */
const sign = () =>
  model(softmaxLinear({ inputs: 1, classes: 2 }), {
    tensors: {
      W: { shape: [2, 1], data: Float32Array.of(-1, 1) },
      b: { shape: [2], data: new Float32Array(2) },
    },
  });

const examples = batch({ x: matrix(4, 1, [-1, 0.25, 0.5, 2]), labels: [1, 1, 1, 1], classes: 2 });
const stage = (name: string, more: Partial<Stage> = {}): Stage => ({
  name,
  attack: "fgsm",
  options: {},
  ...more,
});

/** Four examples: wrong as it is, fooled at 0.25, fooled within the larger size alone, and certified at both. */
const standing = {
  by: ["clean", "a", "b", null],
  size: Float64Array.of(0, 0.25, 0.5, Infinity),
  certified: Float64Array.of(0, 0, 0.25, 0.5),
  queries: Int32Array.of(0, 7, 8, 9),
  inside: [0, 1, 2, 3],
};

const counted = (count: number, seconds: number | null = null) => ({ count, seconds });
const at: ShardAt[] = [
  {
    before: 1,
    stages: [counted(2, 0.5), null],
    certified: counted(2, 1),
    witness: false,
    after: 2,
    complete: true,
  },
  {
    before: 2,
    stages: [counted(2), counted(3)],
    certified: counted(1, 2),
    witness: true,
    after: 3,
    complete: false,
  },
];

/** The report of what is known, and how often it yields. */
function report(
  shard: Partial<Shard> = {},
  { options = {}, search = {}, subject }: {
    options?: Partial<RobustnessOptions>;
    search?: Partial<Search>;
    subject?: Subject;
  } = {},
) {
  using own = sign();
  const given = { epsilons: [0.25, 0.5], perExample: true, ...options };
  const all = { ...searchOf(own, given), stages: [stage("a"), stage("b")], ...search };
  const yielded: number[] = [];
  const found = runSteps(
    reportSteps(subject ?? own, examples, all, { standing, sure: 0, at, findings: [], ...shard }),
    (each) => yielded.push(each),
  );
  return { ...found, yielded };
}

Deno.test("reportSteps() give the error after each attack and witness, and the rest, as shares of all examples", () => {
  const { at: [small, large], clean, examples: count } = report();
  assertEquals([count, clean.errorRate], [4, 0.25]);
  assertEquals(small, {
    epsilon: 0.25,
    attacked: { errorRate: 0.5, byAttack: [{ attack: "a", errorRate: 0.5, seconds: 0.5 }] },
    certified: { errorRate: 0.5, method: "auto", seconds: 1 },
    unresolved: 0,
    complete: true,
  });
  assertEquals(large, {
    epsilon: 0.5,
    attacked: {
      errorRate: 0.75,
      byAttack: [
        { attack: "a", errorRate: 0.5, seconds: null },
        { attack: "b", errorRate: 0.75, seconds: null },
        { attack: "witness", errorRate: 0.75, seconds: 2 },
      ],
    },
    certified: { errorRate: 0.75, method: "auto", seconds: 2 },
    unresolved: 0,
    complete: false,
  });
});

Deno.test("reportSteps() add perturbations shortened from a larger size, and count unresolved examples", () => {
  // at 0.25 nothing had fooled the second when its stages ran
  const early = [{ ...at[0], stages: [counted(1), null], after: 1 }, at[1]];
  const { at: [small] } = report({
    at: early,
    standing: { ...standing, certified: Float64Array.of(0, 0, 0, 0.25) },
  });
  assertEquals(
    small.attacked.byAttack.map(({ attack, errorRate, seconds }) => [attack, errorRate, seconds]),
    [
      ["a", 0.25, null],
      ["shortened", 0.5, null],
    ],
  );
  assertEquals(small.unresolved, 1, "the third is neither fooled at 0.25 nor certified");
  // where no stage had anything to do, the clean error is what there was before
  const idle = report({ at: at.map((each) => ({ ...each, stages: [null, null], witness: false })) }).at;
  assertEquals(idle.map(({ attacked }) => attacked.byAttack.map(({ attack }) => attack)), [
    ["shortened"],
    ["shortened"],
  ]);
  const clean = { ...standing, size: Float64Array.of(0, Infinity, Infinity, Infinity) };
  const none = report({
    standing: clean,
    at: at.map((each) => ({ ...each, stages: [null, null], witness: false })),
  });
  assertEquals(none.at.map(({ attacked }) => attacked.byAttack), [[], []]);
  const bare = report({ at: at.map((each) => ({ ...each, certified: null, witness: false })) });
  assertEquals(bare.at.map(({ certified }) => certified), [null, null]);
});

Deno.test("reportSteps() list each example if asked to", () => {
  assertEquals(report().perExample, [
    { by: "clean", size: 0, certified: null, queries: 0 },
    { by: "a", size: 0.25, certified: null, queries: 7 },
    { by: "b", size: 0.5, certified: 0.25, queries: 8 },
    { by: null, size: null, certified: 0.5, queries: 9 },
  ]);
  assertEquals("perExample" in report({}, { options: { perExample: false } }), false);
});

Deno.test("reportSteps() give the constraint, and warn by shares of all examples", () => {
  const options = { norm: "L2", bounds: [-1, 2], seed: 7, effort: "quick" } as const;
  const { norm, bounds, constraint, seed, effort, warnings } = report({
    sure: 1,
    standing: { ...standing, inside: [0, 1, 2] },
  }, { options });
  assertEquals([norm, bounds, seed, effort], ["L2", [-1, 2], 7, "quick"]);
  assertEquals([constraint.epsilon, constraint.norm], [0.5, "L2"]);
  assertEquals(warnings.map(({ name, share }) => [name, share]), [["inputsOutsideBounds", 0.25], [
    "saturatedLoss",
    0.25,
  ]]);
  assertEquals([report().bounds, report().warnings], [null, []]);
});

Deno.test("reportSteps() retry perturbations that single steps found at the largest size, unless it is late", () => {
  // what fooled at 0.25 has to at the largest size too: one step of it does not, by a gradient that leads astray
  const single = stage("a", { role: "single" });
  const findings = [{ stage: single, epsilon: 0.25, open: 3, newlyFooled: [1, 2], zeroGradients: 0 }];
  using own = sign();
  const astray: Subject = {
    ...{ inputs: 1, classes: 2, head: own.head },
    scores: own.scores.bind(own),
    inputGradient: (x) => matrix(x.rows, 1, new Array(x.rows).fill(1)),
  };
  const { warnings, yielded } = report({ findings, at: [...at, at[1]] }, {
    options: { epsilons: [0.25, 0.5, 0.75] },
    ...{ subject: astray, search: { method: undefined } },
  });
  assertEquals(warnings.map(({ name, text }) => [name, text.includes("at 0.25 and not at 0.75")]), [[
    "notMonotone",
    true,
  ]]);
  assertEquals(yielded.every((each) => each === 1) && yielded.length > 0, true);
  const late = report({ findings }, { subject: astray, search: { late: () => true } });
  assertEquals([late.warnings, late.yielded], [[], []]);
});

Deno.test("reportSteps() ask for certificates of the examples fooled last, at their size, where there are any", () => {
  // the fourth, at 2, is certified at 0.5: that an attack fooled it there cannot be
  const findings = [{ stage: stage("a"), epsilon: 0.5, open: 3, newlyFooled: [2, 3], zeroGradients: 0 }];
  const said = (options: Partial<RobustnessOptions> = {}) =>
    report({ findings }, { options }).warnings.map(({ name, text }) => `${name}: ${text.slice(0, 33)}`);
  assertEquals(said(), ["certificateContradicted: 1 examples that a fooled at 0.5 a"]);
  assertEquals(report({ findings }, { search: { method: undefined } }).warnings, []);
});
