import { InputError } from "../../src/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import type { Adversarial } from "../../src/attacks/attack.ts";
import { apgd, pgd } from "../../src/attacks/mod.ts";
import { certify } from "../../src/certify/certify.ts";
import { linearMargin } from "../../src/certify/exact_linear.ts";
import { neighborhood } from "../../src/certify/neighborhood.ts";
import { batch } from "../../src/data/batch.ts";
import { losses } from "../../src/loss.ts";
import { matrix, rowsOf } from "../../src/matrix.ts";
import { predict } from "../../src/predict.ts";
import { maxout, rbf, softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { assertClose, centralDifference, uniformMatrix } from "../support.ts";
import { examplesFor, ordinaryTensors, userModel } from "../models/specimens.ts";
import { asked, quadratic, rowsIn } from "./asked.ts";

const NORMS = ["Linf", "L2", "L1"] as const;
const SIZES = { Linf: 0.2, L2: 0.7, L1: 1.6 };

/** A linear model of 12 inputs, its scores in double, and examples near its middle. */
function linear(classes: number) {
  const W = uniformMatrix(classes, 12, 3);
  const tensors = {
    W: { shape: [classes, 12], data: W.data },
    b: { shape: [classes], data: new Float32Array(classes) },
  };
  const scores = { rows: classes, cols: 12, W: Float64Array.from(W.data), b: new Float64Array(classes) };
  const made = model(softmaxLinear({ inputs: 12, classes }), { tensors });
  const x = uniformMatrix(30, 12, 5, { lo: 0, hi: 1 });
  const labels = Int32Array.from({ length: 30 }, (_, b) => {
    const all = made.scores(rowsOf(x, b, b + 1)).data;
    return all.indexOf(Math.max(...all));
  });
  return { made, scores, examples: batch({ x, labels, classes }) };
}

Deno.test("apgd() on two linear classes finds the greatest loss of ball and box, in every norm", () => {
  const { made, scores, examples } = linear(2);
  for (const norm of NORMS) {
    const epsilon = SIZES[norm];
    for (const loss of ["own", "margin", "dlr"] as const) {
      const { x } = apgd(made, examples, { norm, epsilon, bounds: [0, 1], loss });
      for (let b = 0; b < 30; b++) {
        const own = rowsOf(examples.x, b, b + 1).data;
        const exact = linearMargin(
          scores,
          examples.labels[b],
          neighborhood(own, { norm, epsilon, box: { lo: 0, hi: 1 } }),
        );
        const found = made.scores(rowsOf(x, b, b + 1)).data;
        const y = examples.labels[b];
        assertAlmostEquals(found[y] - found[1 - y], exact.value, 1e-5, `${loss} in ${norm}, example ${b}`);
      }
    }
  }
});

Deno.test("apgd() at every other class fools a linear model exactly where that is possible", () => {
  for (const classes of [3, 5]) {
    const { made, scores, examples } = linear(classes);
    for (const norm of NORMS) {
      for (const loss of ["margin", "dlr"] as const) {
        const epsilon = SIZES[norm] / 3;
        const given = { norm, epsilon, bounds: [0, 1] as const, loss, targets: 10 };
        const { fooled } = apgd(made, examples, given);
        for (let b = 0; b < 30; b++) {
          const own = rowsOf(examples.x, b, b + 1).data;
          const { value } = linearMargin(
            scores,
            examples.labels[b],
            neighborhood(own, { norm, epsilon, box: { lo: 0, hi: 1 } }),
          );
          if (Math.abs(value) > 1e-5) {
            assertEquals(fooled[b], Number(value < 0), `${loss} in ${norm}, example ${b}`);
          }
        }
        assert(fooled.includes(1) && fooled.includes(0), norm);
      }
    }
  }
});

Deno.test("apgd() tells that it takes the margin for dlr where there are too few classes, and gives its bytes", () => {
  const few = { 2: { targets: 0 }, 3: { targets: 2 } };
  for (const [classes, { targets }] of Object.entries(few)) {
    const { made, examples } = linear(Number(classes));
    const run = (loss: "dlr" | "margin") =>
      apgd(made, examples, { epsilon: 0.1, loss, targets, iterations: 8 });
    const bytes = ({ conditions, ...found }: Adversarial) => ({ ...found, ...conditions, constraint: null });
    assertEquals(bytes(run("dlr")), bytes(run("margin")));
    assertEquals(run("dlr").conditions.options.loss, "margin");
    const own = linear(4);
    const enough = apgd(own.made, own.examples, { epsilon: 0.1, loss: "dlr", targets: 2, iterations: 8 });
    assertEquals(enough.conditions.options.loss, "dlr");
  }
});

Deno.test("apgd() that stops early fools the same examples in fewer questions", () => {
  const family = maxout({ inputs: 7, classes: 3, units: [9], pieces: 3 });
  using net = model(family, { tensors: ordinaryTensors(family) });
  const examples = examplesFor(net, 60);
  for (const norm of NORMS) {
    for (const targets of [0, 2]) {
      const given = { norm, epsilon: 0.2, iterations: 20, restarts: 2, targets };
      const [all, early] = [false, true].map((stopEarly) => apgd(net, examples, { ...given, stopEarly }));
      assertEquals(early.fooled, all.fooled, norm);
      const count = ({ queries }: typeof all) => queries.reduce((a, b) => a + b, 0);
      assert(count(early) < count(all), norm);
      assert(early.fooled.includes(1) && early.fooled.includes(0), norm);
    }
  }
});

Deno.test("apgd() raises the loss as far as pgd() of as many steps does, or further", () => {
  const family = maxout({ inputs: 7, classes: 3, units: [9], pieces: 3 });
  using net = model(family, { tensors: ordinaryTensors(family) });
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
  for (const each of [net, userModel()]) {
    const examples = examplesFor(each, 60);
    for (const norm of NORMS) {
      const given = { norm, epsilon: 0.5, bounds: [-1, 1] as const };
      const adaptive = sum(losses(each, apgd(each, examples, { ...given, iterations: 50 })));
      const plain = sum(losses(each, pgd(each, examples, { ...given, steps: 50 })));
      assert(adaptive >= 0.995 * plain, `${norm}: ${adaptive} against ${plain}`);
    }
  }
});

Deno.test("apgd() refuses targets beside a target", () => {
  const examples = examplesFor(userModel(), 3);
  assertThrows(
    () => apgd(userModel(), examples, { epsilon: 0.1, targets: 2, target: 1 }),
    InputError,
    "Cannot attack by apgd: targets does not go with a target",
  );
});

Deno.test("apgd() from the middle on margins to each class finds all that can be found on diagonal RBF networks", () => {
  const numbers = (n: number, seed: number, lo: number, hi: number) =>
    uniformMatrix(1, n, seed, { lo, hi }).data;
  for (const bounds of [undefined, [0, 1]] as const) {
    const [inputs, classes, n] = [20, 3, 60];
    using net = model(rbf({ inputs, classes }), {
      tensors: {
        mu: { shape: [classes, inputs], data: numbers(classes * inputs, 1, 0, 1) },
        beta: { shape: [classes, inputs], data: numbers(classes * inputs, 2, 0.05, 2) },
      },
    });
    const x = matrix(n, inputs, numbers(n * inputs, 3, 0, 1));
    const examples = batch({ x, labels: predict(net, x).predicted, classes });
    const at = { epsilon: 0.05, ...(bounds && { bounds }) };
    const exact = certify(net, examples, at).examples;
    const { fooled } = apgd(net, examples, {
      ...at,
      loss: "margin",
      targets: 2,
      iterations: 40,
      randomStart: false,
    });
    const rate = exact.filter(({ falsified }) => falsified).length / n;
    assert(rate > 0.2 && rate < 0.9, `${rate}`);
    exact.forEach(({ falsified, margin }, i) => {
      // what fools by less than float32 tells is nobody's to find
      if (Math.abs(margin!) > 1e-5) assertEquals(fooled[i] === 1, falsified, `example ${i}, ${margin}`);
    });
  }
});

Deno.test("apgd() from the middle crosses a valley that begins at the example", () => {
  // the lead of class 1, 20(x − 0.05)² − (x − 0.3)², falls from 0 on and is positive at 0.2
  using net = model(rbf({ inputs: 1, classes: 2 }), {
    tensors: {
      mu: { shape: [2, 1], data: new Float32Array([0.05, 0.3]) },
      beta: { shape: [2, 1], data: new Float32Array([20, 1]) },
    },
  });
  const one = batch({ x: matrix(1, 1, [0]), labels: [0], classes: 2 });
  const found = apgd(net, one, {
    epsilon: 0.2,
    bounds: [0, 1],
    loss: "margin",
    targets: 1,
    randomStart: false,
  });
  assertEquals(found.fooled[0], 1);
  assertAlmostEquals(found.x.data[0], 0.2, 1e-6);
});

/** Four classes of three inputs. */
const FOUR = quadratic(
  [[0.9, 0.2, -0.3], [-0.4, 0.8, 0.1], [0.3, -0.7, 0.6], [0.1, 0.4, -0.9]],
  [[0.3, 0.1, 0.2], [0.2, 0.4, 0.1], [0.1, 0.2, 0.5], [0.3, 0.2, 0.1]],
);

type Loss = "own" | "crossEntropy" | "margin" | "dlr";
/** What a walk away from `y`, or toward `t`, raises, in double (Croce and Hein 2020, section 4). */
function goalOf(
  loss: Loss,
  x: Float64Array,
  { y, t, ratio }: { y: number; t?: number; ratio: boolean },
): number {
  const z = FOUR.scores(x), falling = z.toSorted((a, b) => b - a);
  const other = Math.max(...z.filter((_, c) => c !== (t ?? y)));
  if (loss === "margin" || loss === "dlr") {
    // toward a class in turn from the label; toward the target of a caller from the best of the others
    const lead = t === undefined ? other - z[y] : ratio ? z[t] - z[y] : z[t] - other;
    if (loss === "margin") return lead;
    return lead / (falling[0] - (ratio ? (falling[2] + falling[3]) / 2 : falling[2]));
  }
  const log = Math.log(z.reduce((sum, each) => sum + Math.exp(each), 0));
  return t === undefined ? log - z[y] : z[t] - log;
}

const WAYS = [
  {},
  { target: 2 },
  { targets: 2 },
  { targets: 9, randomStart: false },
  { labels: "predicted" },
  { targets: 3, labels: "predicted" },
  { restarts: 2, targets: 2, randomStart: false },
] as const;

Deno.test("apgd() climbs the loss that it is told, and keeps what fools or else the greatest of all that it asked", () => {
  const iterations = 5, epsilon = 0.45, x = uniformMatrix(8, 3, 3), rows = rowsIn(x);
  const predict = (at: Float64Array) => {
    const z = FOUR.scores(at);
    return z.indexOf(Math.max(...z));
  };
  // the last is wrong as it is
  const truth = Int32Array.from(rows, (row, i) => (predict(row) + Number(i === 7)) % 4);
  for (const loss of ["own", "crossEntropy", "margin", "dlr"] as const) {
    for (const way of WAYS) {
      if (loss === "dlr" && "target" in way) continue;
      const { target, targets = 0, labels = "true", randomStart, restarts = 1 } = way as
        & {
          [K in "target" | "targets" | "restarts"]?: number;
        }
        & { labels?: "true" | "predicted"; randomStart?: boolean };
      const model = asked(FOUR), name = `${loss} ${JSON.stringify(way)}`;
      const attacked = apgd(model, batch({ x, labels: truth, classes: 4 }), {
        ...{ ...way, norm: "L2", epsilon, iterations, loss },
      });
      const questions = model.questions.slice(0, -1);
      // who is aimed at is asked first
      if (targets > 0 || labels === "predicted") {
        assertEquals(questions.shift(), { ask: "scores", x: rows }, name);
      }
      const y = labels === "predicted" ? rows.map(predict) : [...truth];
      const fools = (i: number, at: Float64Array) =>
        target === undefined ? predict(at) !== truth[i] : predict(at) === target;
      const aims = Math.max(Math.min(targets, 3), 1);
      const asks = new Array(8).fill(model.questions.length - 1 - questions.length);
      const all = rows.map((): { at: Float64Array; goal: number; fools: boolean }[] => []);
      let open = rows.map((_, i) => i);
      for (let walk = 0; walk < aims * restarts && open.length > 0; walk++) {
        const own = questions.splice(0, iterations + 1);
        open.forEach((i, k) => {
          const falling = FOUR.scores(rows[i]).map((z, c) => [z, c]).filter(([, c]) => c !== y[i])
            .sort(([a], [b]) => b - a);
          const t = target ?? (targets > 0 ? falling[walk % aims][1] : undefined);
          const goal = (at: Float64Array) => goalOf(loss, at, { y: y[i], t, ratio: targets > 0 });
          const points = own.map(({ x }) => x[k]);
          asks[i] += iterations + 1;
          if (randomStart === false) assertEquals(points[0], rows[i], name);
          // the first step is of 2ε along the gradient, and back to the ball
          const g = points[0].map((_, j) => centralDifference(goal, points[0].slice(), j, 1e-4));
          const far = points[0].map((v, j) => v + 2 * epsilon * g[j] / Math.hypot(...g) - rows[i][j]);
          assertClose(
            points[1],
            far.map((v, j) => rows[i][j] + v * epsilon / Math.hypot(...far)),
            1e-4,
            name,
          );
          points.forEach((at) => all[i].push({ at, goal: goal(at), fools: fools(i, at) }));
        });
        open = open.filter((i) => !all[i].some(({ fools }) => fools));
      }
      assertEquals([...questions], [], name);
      assertEquals([...attacked.queries], asks, name);
      rowsIn(attacked.x).forEach((found, i) => {
        const best = all[i].filter((each) => each.fools === (attacked.fooled[i] === 1));
        assertEquals(attacked.fooled[i] === 1, all[i].some(({ fools }) => fools), name);
        const kept = best.find(({ at }) => at.every((v, j) => v === found[j]));
        assert(kept && kept.goal >= Math.max(...best.map(({ goal }) => goal)) - 1e-6, name);
      });
    }
  }
});

Deno.test("apgd() without a random start begins in the middle of what is allowed in L∞, and else at the example", () => {
  const x = matrix(2, 3, [0.1, 0.5, -0, 0.9, -0, -0]);
  for (const norm of NORMS) {
    const model = asked({ ...FOUR });
    apgd(model, batch({ x, labels: [0, 1], classes: 4 }), {
      ...{ norm, epsilon: 0.3, iterations: 1, randomStart: false },
      bounds: [[0, 1], [-1, 1], [-1, 0]],
    });
    const middle = norm === "Linf" ? [0.2, 0.5, -0.15, 0.8, 0, -0.15] : [...x.data];
    assertClose(model.questions[0].x.flatMap((row) => [...row]), middle, 1e-6, norm);
  }
});
