import { assertEquals, assertMatch } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { batch } from "../../src/data/batch.ts";
import type { Stage } from "../../src/evaluate/efforts.ts";
import { probeWarnings } from "../../src/evaluate/probes.ts";
import { type Finding, runWarnings } from "../../src/evaluate/warnings.ts";
import { heads } from "../../src/heads.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";

/** A model of 4 classes that scores each input by `row`. */
function subject(row: readonly number[] = [5, 0, 0, 0]) {
  return {
    inputs: 1,
    classes: row.length,
    head: heads.softmax,
    scores: (x: { rows: number }) =>
      matrix(x.rows, row.length, Array.from({ length: x.rows }, () => row).flat()),
    inputGradient: (x: { rows: number }) => matrix(x.rows, 1),
  };
}

const examples = batch({ x: matrix(200, 1), labels: new Int32Array(200), classes: 4 });
const stage = (more: Partial<Stage>): Stage => ({ name: "s", attack: "pgd", options: {}, ...more });
const finding = (of: Partial<Stage>, fooled: number, more: Partial<Finding> = {}): Finding => ({
  stage: stage(of),
  epsilon: 0.1,
  open: 200,
  newlyFooled: Array.from({ length: fooled }, (_, i) => i),
  zeroGradients: 0,
  ...more,
});

/** The names and shares of the warnings of a run that is otherwise as it should be. */
const warned = (more: Partial<Parameters<typeof runWarnings>[0]>) =>
  runWarnings({ model: subject(), examples, sure: 0, findings: [], outside: 0, ...more }).map((
    { name, share },
  ) => share === undefined ? name : [name, share]);

Deno.test("runWarnings() is empty for a sound run, and gives shares of all examples", () => {
  assertEquals(warned({}), []);
  assertEquals(warned({ outside: 1 }), [["inputsOutsideBounds", 1 / 200]]);
  const { inputGradient: _, ...black } = subject();
  assertEquals(warned({ model: black }), ["noGradients"]);
  const [odd] = runWarnings({
    model: subject(),
    examples,
    sure: 0,
    findings: [],
    outside: 0,
    uncertified: "odd",
  });
  assertEquals([odd.name, odd.text], [
    "noCertificates",
    "Nothing is certified, and what no attack fooled is unresolved: odd",
  ]);
  const zero = (zeroGradients: number) => warned({ findings: [finding({}, 0, { zeroGradients })] });
  assertEquals([zero(2), zero(3)], [[], [["zeroGradients", 3 / 200]]]);
  const [{ text }] = runWarnings({ model: subject(), examples, sure: 0.123, findings: [], outside: 0 });
  assertMatch(text, /rounds to 1 at 12\.3 % of/);
  assertEquals([warned({ sure: 0.1 }), warned({ sure: 0.2 })], [[], [["saturatedLoss", 0.2]]]);
});

Deno.test("runWarnings() takes scores for probabilities if all are in [0, 1] and each row sums to 1", () => {
  const of = (...row: number[]) => warned({ model: subject(row) });
  assertEquals(of(0.25, 0.25, 0.5, 0), ["probabilitiesAsScores"]);
  assertEquals(of(1, 0, 0, 0), ["probabilitiesAsScores"]);
  assertEquals([of(1.5, -0.5, 0, 0), of(0.25, 0.25, 0.25, 0), of(0.5, 0.5, 0.25, 0)], [[], [], []]);
  assertEquals(warned({ model: { ...subject([0.5, 0.5, 0, 0]), head: heads.exponential } }), []);
});

Deno.test("runWarnings() looks at the scores of the first hundred examples, and of as many as there are", () => {
  const first = (of: number, odd: number) => {
    const x = matrix(of, 1, Array.from({ length: of }, (_, i) => Number(i === odd)));
    const scores = ({ rows, data }: Matrix) =>
      matrix(rows, 4, Array.from(data, (each) => each === 1 ? [1.5, -0.5, 0, 0] : [1, 0, 0, 0]).flat());
    const all = batch({ x, labels: new Int32Array(of), classes: 4 });
    return warned({ model: { ...subject(), scores }, examples: all }).length;
  };
  assertEquals([first(200, 0), first(200, 99), first(200, 100), first(1, -1)], [0, 0, 1, 1]);
  assertEquals(warned({ examples: batch({ x: matrix(0, 1), labels: [], classes: 4 }) }), []);
  assertEquals(warned({ model: subject([2, -1, 0, 0]) }), []);
});

Deno.test("runWarnings() of the margin beside the model's own loss needs a tenth of the examples, and ten of them", () => {
  const many = finding({ role: "many" }, 5), margin = { name: "m", options: { loss: "margin" } };
  const masked = (fooled: number, all = examples) =>
    warned({ examples: all, findings: [many, finding(margin, fooled)] });
  assertEquals([masked(20), masked(21)], [[], ["maskedLoss"]]);
  const few = batch({ x: matrix(30, 1), labels: new Int32Array(30), classes: 4 });
  assertEquals([masked(9, few), masked(10, few)], [[], ["maskedLoss"]]);
  assertEquals(
    warned({ findings: [finding(margin, 50)] }),
    [],
    "without the model's own loss there is nothing to compare",
  );
  assertEquals(warned({ findings: [many, finding(margin, 50, { epsilon: 0.2 })] }), [], "at another size");
});

Deno.test("runWarnings() of noise and of attacks by scores needs one example, and more than 0.2 % of them", () => {
  const beaten = (of: Partial<Stage>, fooled: number, length = 200) =>
    warned({
      examples: batch({ x: matrix(length, 1), labels: new Int32Array(length), classes: 4 }),
      findings: [finding(of, fooled)],
    });
  assertEquals([beaten({ role: "noise" }, 0), beaten({ role: "noise" }, 1)], [[], ["noiseBeatsGradient"]]);
  assertEquals([beaten({ role: "noise" }, 2, 1000), beaten({ role: "noise" }, 3, 1000)], [[], [
    "noiseBeatsGradient",
  ]]);
  assertEquals(beaten({ attack: "square" }, 1), ["blackBoxBeatsGradient"]);
  const { inputGradient: _, ...black } = subject();
  assertEquals(warned({ model: black, findings: [finding({ role: "noise" }, 9)] }), ["noGradients"]);
});

Deno.test("runWarnings() warns that the DLR loss needs four classes", () => {
  const dlr = [finding({ options: { loss: "dlr" } }, 0)];
  assertEquals(warned({ findings: dlr }), []);
  assertEquals(warned({ findings: dlr, model: subject([5, 0, 0]) }), ["fewClasses"]);
});

const LARGEST = 0.3;

/** The names of warnings by further queries, and the queries: which stage, how many rows, the first of them, and the size. */
function probed(
  findings: readonly Finding[],
  /** How many of the rows each attack fools. */
  fools: number,
  more: Partial<Parameters<typeof probeWarnings>[0]> = {},
) {
  const asked: unknown[] = [];
  const x = matrix(200, 1, Array.from({ length: 200 }, (_, i) => i));
  const walk = probeWarnings({
    ...{ model: subject(), findings, largest: LARGEST, seed: 5 },
    examples: batch({ x, labels: new Int32Array(200), classes: 4 }),
    limits: (epsilon) => ({ epsilon }) as never,
    attack: function* (_, { x }, { name }, limits, seed) {
      yield;
      asked.push([name, x.rows, x.data[0], (limits as unknown as { epsilon: number }).epsilon, seed]);
      return { fooled: Int32Array.from({ length: x.rows }, (_, i) => Number(i < fools)) } as never;
    },
    ...more,
  });
  for (let step = walk.next();; step = walk.next()) {
    if (step.done) return { names: step.value.map(({ name }) => name), asked, warnings: step.value };
  }
}

Deno.test("probeWarnings() warns of a model whose second answers to the first hundred examples differ", () => {
  const drifting = (by: number, at: number) => {
    let calls = 0;
    const scores = ({ rows }: Matrix) => {
      const out = matrix(rows, 4);
      if (calls++ > 0 && at < rows) out.data[4 * at] = by;
      return out;
    };
    return probed([], 0, { model: { ...subject(), scores } }).names;
  };
  assertEquals([drifting(1e-5, 0), drifting(2e-4, 0), drifting(1, 99), drifting(1, 100)], [
    [],
    ["randomisedModel"],
    ["randomisedModel"],
    [],
  ]);
});

Deno.test("probeWarnings() of a single step needs two examples that many steps miss, and more than 5 %", () => {
  const tried = (newly: number, missed: number) =>
    probed(
      [
        finding({ name: "many", role: "many" }, 3, { epsilon: LARGEST }),
        finding({ name: "one", role: "single" }, newly, { epsilon: LARGEST }),
      ],
      newly - missed,
    );
  assertEquals(tried(2, 2).names, ["singleStepBeatsMany"]);
  assertEquals(tried(2, 2).asked, [["many", 2, 0, LARGEST, 5]]);
  assertEquals([tried(2, 1), tried(1, 1), tried(40, 2)].map(({ names }) => names), [[], [], []]);
  assertEquals(tried(0, 0).asked, []);
  assertMatch(tried(40, 3).warnings[0].text, /fooled 3 of 40 examples/);
  assertEquals(tried(150, 0).asked, [["many", 100, 0, LARGEST, 5]]);
});

Deno.test("probeWarnings() of a larger size needs two examples that are missed there, and more than 5 %", () => {
  const tried = (role: Stage["role"], newly: number, missed: number, epsilon = 0.1) =>
    probed([
      finding({ name: "other" }, 9),
      finding({ name: "own", role }, newly, { epsilon }),
    ], newly - missed);
  for (const role of ["many", "single"] as const) {
    assertEquals(tried(role, 2, 2).names, ["notMonotone"]);
    assertEquals(tried(role, 2, 2).asked, [["own", 2, 0, LARGEST, 5]]);
    assertEquals([tried(role, 2, 1), tried(role, 40, 2)].map(({ names }) => names), [[], []]);
    assertEquals([tried(role, 1, 1), tried(role, 9, 9, LARGEST)].flatMap(({ asked }) => asked), []);
    assertMatch(tried(role, 40, 3).warnings[0].text, /fooled 3 of 40 examples at 0\.1 and not at 0\.3/);
    assertEquals(tried(role, 150, 0).asked, [["own", 100, 0, LARGEST, 5]]);
  }
});

Deno.test("probeWarnings() asks for certificates of the last ten fooled examples, and warns of any", () => {
  const asked: unknown[] = [];
  const certified = (count: number) => (rows: readonly number[], epsilon: number) => {
    asked.push([rows.length, rows[0], epsilon]);
    return count;
  };
  const findings = [finding({}, 3), finding({}, 1, { epsilon: 0.2 }), finding({}, 0)];
  assertEquals(probed(findings, 0, { certified: certified(0) }).names, []);
  assertEquals(probed(findings, 0, { certified: certified(1) }).names, ["certificateContradicted"]);
  probed([finding({}, 30)], 0, { certified: certified(0) });
  assertEquals(asked, [[1, 0, 0.2], [1, 0, 0.2], [10, 0, 0.1]]);
  assertEquals(probed([finding({}, 0)], 0, { certified: certified(1) }).names, []);
});
