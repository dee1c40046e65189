import "../../src/runtime/inlined.ts";
import { assert, assertEquals } from "@std/assert";
import { batch } from "../../src/data/batch.ts";
import { runSteps } from "../../src/evaluate/outcomes.ts";
import { searchOf } from "../../src/evaluate/search.ts";
import { fooledCount, shardSteps } from "../../src/evaluate/shard.ts";
import { matrix } from "../../src/matrix.ts";
import { model } from "../../src/models/model.ts";
import { softmaxLinear } from "../../src/models/softmax_linear.ts";

/** Class 1 where x > 0: what is within ε of 0 is fooled by one step, and all else certified. */
const sign = () =>
  model(softmaxLinear({ inputs: 1, classes: 2 }), {
    tensors: {
      W: { shape: [2, 1], data: Float32Array.of(-1, 1) },
      b: { shape: [2], data: new Float32Array(2) },
    },
  });

/** At these places, all of class 1: the probability of the last rounds to 1. */
const examples = batch({ x: matrix(5, 1, [-0.1, 0.2, 0.4, 0.9, 30]), labels: [1, 1, 1, 1, 1], classes: 2 });

/** What is known after two sizes, 0.25 and 0.5, and what is yielded; `more` changes the search. */
function known(
  more: Partial<ReturnType<typeof searchOf>> = {},
  { chunk, epsilons = [0.25, 0.5], certify }: {
    chunk?: number;
    epsilons?: readonly number[];
    certify?: "none";
  } = {},
) {
  using subject = sign();
  const search = { ...searchOf(subject, { epsilons, effort: "quick", certify }), ...more };
  const fractions: number[] = [];
  const shard = runSteps(shardSteps(subject, examples, search, { chunk }), (each) => fractions.push(each));
  return { ...shard, fractions };
}

const none = { seconds: null };

Deno.test("shardSteps() count fooled examples before, after each stage and after certificates, size by size", () => {
  for (const chunk of [undefined, 1, 2]) {
    const { standing, sure, at, findings } = known({}, { chunk });
    assertEquals(at, [
      {
        before: 1,
        stages: new Array(4).fill({ count: 2, ...none }),
        certified: { count: 3, ...none },
        ...{ witness: false, after: 2, complete: true },
      },
      {
        before: 2,
        stages: new Array(4).fill({ count: 3, ...none }),
        certified: { count: 2, ...none },
        ...{ witness: false, after: 3, complete: true },
      },
    ]);
    assertEquals(standing.by, ["clean", "fgsm", "fgsm", null, null]);
    assertEquals(sure, 1);
    const told = findings.map(({ stage, epsilon, open, newlyFooled }) =>
      `${stage.name} ${epsilon} ${open} ${newlyFooled}`
    );
    assertEquals(told, [
      ...["fgsm 0.25 4 1", "pgd 0.25 3 ", "pgd-margin 0.25 3 ", "noise 0.25 3 "],
      ...["fgsm 0.5 3 2", "pgd 0.5 2 ", "pgd-margin 0.5 2 ", "noise 0.5 2 "],
    ]);
    assertEquals([0, 0.2, 0.4, 30].map((epsilon) => fooledCount(standing, epsilon)), [1, 1, 2, 3]);
  }
});

Deno.test("shardSteps() yield the part that is done: one for the answers, and one for each stage and certificate", () => {
  const has = (list: readonly number[], wanted: number) =>
    list.some((each) => Math.abs(each - wanted) < 1e-12);
  const { fractions } = known({}, { chunk: 2 });
  assertEquals(fractions.slice(0, 3), [0, 0, 0], "five examples, two at a time");
  const whole = 2 * (4 + 1) + 1;
  // the first questions of the attacks by gradients, and the last certificate of each size
  for (const k of [0, 1, 2, 5, 6, 7, 10]) assert(has(fractions, k / whole), `${k} of ${whole}: ${fractions}`);
  for (const [i, each] of fractions.entries()) assert(each > (fractions[i - 1] ?? 0) - 1e-12 && each < 1);
  const bare = known({}, { chunk: 2, certify: "none" });
  assertEquals([bare.at[0].certified, has(bare.fractions, 6 / 9)], [null, true]);
});

Deno.test("shardSteps() take so many examples at once, 250 by default", () => {
  using subject = sign();
  const search = searchOf(subject, { epsilons: [0.5], effort: "quick", certify: "none" });
  const rows: number[] = [];
  const scores = (x: Parameters<typeof subject.scores>[0]) => {
    rows.push(x.rows);
    return subject.scores(x);
  };
  const own = { inputs: 1, classes: 2, head: subject.head, scores };
  const many = batch({
    x: matrix(500, 1, new Array(500).fill(2)),
    labels: new Int32Array(500).fill(1),
    classes: 2,
  });
  runSteps(shardSteps(own, many, { ...search, stages: [] }));
  assertEquals(rows, [250, 250]);
});

Deno.test("shardSteps() that are late try nothing more, and are complete where nothing was left", () => {
  const { at, findings } = known({ late: () => true }, { certify: "none" });
  assertEquals(
    at,
    [1, 1].map((count) => ({
      ...{ before: count, after: count, stages: [null, null, null, null], certified: null },
      ...{ witness: false, complete: false },
    })),
  );
  assertEquals(findings, []);
  // at 31 all are fooled by the first stage, and none is left for others
  const wide = known({}, { epsilons: [31] }).at[0];
  assertEquals([wide.stages, wide.complete, wide.after], [
    [{ count: 5, ...none }, null, null, null],
    true,
    5,
  ]);
  // cut in the first stage, nothing more is tried at either size
  let asked = 0;
  const cut = known({ late: () => asked++ >= 1 }, { certify: "none" });
  assertEquals(cut.at.map(({ complete, stages }) => [complete, stages.map(Boolean)]), [
    [false, [true, false, false, false]],
    [false, [false, false, false, false]],
  ]);
});

Deno.test("shardSteps() give the time of each stage and of the certificates", () => {
  let called = 0;
  const timed = () => {
    const own = ++called;
    return () => own;
  };
  const { at } = known({ timed });
  assertEquals(at.map(({ stages, certified }) => [...stages, certified].map((each) => each!.seconds)), [
    [1, 2, 3, 4, 5],
    [6, 7, 8, 9, 10],
  ]);
});

Deno.test("shardSteps() give the sizes at which a certificate's counterexample fooled the model", () => {
  const { at, standing } = known({ stages: [] }, { epsilons: [0.25, 0.3, 0.5] });
  assertEquals(standing.by.slice(0, 4), ["clean", "witness", "witness", null]);
  assertEquals(at.map(({ before, after, witness }) => [before, after, witness]), [
    [1, 2, true],
    [2, 2, false],
    [2, 3, true],
  ]);
  let asked = 0;
  const cut = known({ stages: [], late: () => asked++ >= 1 }, { epsilons: [0.25, 0.5] });
  assertEquals(cut.at.map(({ complete }) => complete), [false, false]);
});

Deno.test("shardSteps() try a single remaining example too, and count places from 0 by default", () => {
  // within 1 all but the one at 30 are fooled by the first stage
  assertEquals(known({}, { epsilons: [1] }).at[0].stages, new Array(4).fill({ count: 4, ...none }));
  using four = model(softmaxLinear({ inputs: 4, classes: 2 }), {
    tensors: {
      W: { shape: [2, 4], data: Float32Array.of(-1, -1, -1, -1, 1, 1, 1, 1) },
      b: { shape: [2], data: new Float32Array(2) },
    },
  });
  const rows = batch({ x: matrix(8, 4, new Array(32).fill(0.1)), labels: new Array(8).fill(1), classes: 2 });
  const search = searchOf(four, { epsilons: [0.25], effort: "quick", certify: "none" });
  const stages = search.stages.filter(({ role }) => role === "noise");
  const fooledBy = (at: { from?: number }) =>
    runSteps(shardSteps(four, rows, { ...search, stages }, at)).standing.queries;
  assertEquals(fooledBy({}), fooledBy({ from: 0 }));
  assert(fooledBy({}).some((queries, i) => queries !== fooledBy({ from: 1 })[i]), "others draw otherwise");
});
