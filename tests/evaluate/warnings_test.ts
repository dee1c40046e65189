import { assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { batch } from "../../src/data/batch.ts";
import type { Stage } from "../../src/evaluate/efforts.ts";
import { type Finding, runWarnings } from "../../src/evaluate/warnings.ts";
import { heads } from "../../src/heads.ts";
import { matrix } from "../../src/matrix.ts";

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

Deno.test("runWarnings() says nothing of a sound run, and tells shares of all examples", () => {
  assertEquals(warned({}), []);
  assertEquals(warned({ outside: 1 }), [["inputsOutsideBounds", 1 / 200]]);
  const { inputGradient: _, ...black } = subject();
  assertEquals(warned({ model: black }), ["noGradients"]);
  const zero = (zeroGradients: number) => warned({ findings: [finding({}, 0, { zeroGradients })] });
  assertEquals([zero(2), zero(3)], [[], [["zeroGradients", 3 / 200]]]);
  assertEquals([warned({ sure: 0.1 }), warned({ sure: 0.2 })], [[], [["saturatedLoss", 0.2]]]);
});

Deno.test("runWarnings() takes scores for probabilities if all are in [0, 1] and each row sums to 1", () => {
  const of = (...row: number[]) => warned({ model: subject(row) });
  assertEquals(of(0.25, 0.25, 0.5, 0), ["probabilitiesAsScores"]);
  assertEquals(of(1, 0, 0, 0), ["probabilitiesAsScores"]);
  assertEquals([of(1.5, -0.5, 0, 0), of(0.25, 0.25, 0.25, 0), of(0.5, 0.5, 0.25, 0)], [[], [], []]);
  assertEquals(warned({ model: { ...subject([0.5, 0.5, 0, 0]), head: heads.exponential } }), []);
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

Deno.test("runWarnings() tells that the DLR loss needs four classes", () => {
  const dlr = [finding({ options: { loss: "dlr" } }, 0)];
  assertEquals(warned({ findings: dlr }), []);
  assertEquals(warned({ findings: dlr, model: subject([5, 0, 0]) }), ["fewClasses"]);
});
