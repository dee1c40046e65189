import { InputError } from "../../src/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  directedRubbish,
  type DirectedRubbishOptions,
  rubbish,
  type RubbishOptions,
} from "../../src/attacks/rubbish.ts";
import { predict } from "../../src/predict.ts";
import { rowsOf } from "../../src/matrix.ts";
import { type Model, model } from "../../src/models/model.ts";
import { logistic, rbf } from "../../src/models/mod.ts";
import { assertClose, uniformMatrix } from "../support.ts";
import { CLASSES, forEveryModel, userModel } from "../models/specimens.ts";

const INPUTS = 9;

/** A logistic regression whose log odds on standard normal inputs are N(0, norm²). */
function regression(norm: number): Model {
  const w = uniformMatrix(1, INPUTS, 1).data;
  const factor = norm / Math.hypot(...w);
  return model(logistic({ inputs: INPUTS }), {
    tensors: {
      W: { shape: [1, INPUTS], data: w.map((value) => value * factor) },
      b: { shape: [1], data: new Float32Array(1) },
    },
  });
}

/** P(Z > z) of a standard normal Z, by the midpoint rule. */
function upperTail(z: number): number {
  const step = 1e-3;
  let sum = 0;
  for (let t = z + step / 2; t < 12; t += step) sum += Math.exp(-t * t / 2);
  return sum * step / Math.sqrt(2 * Math.PI);
}

/** Four standard deviations of a rate p over n draws. */
const spread = (p: number, n: number) => 4 * Math.sqrt(p * (1 - p) / n);

const total = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
const mean = (values: ArrayLike<number>) => total(values) / values.length;

Deno.test("rubbish() fools a logistic regression as often as its log odds pass the threshold's", () => {
  using each = regression(2);
  for (const threshold of [0.6, 0.9, 0.99]) {
    const expected = 2 * upperTail(Math.log(threshold / (1 - threshold)) / 2);
    const { fooled } = rubbish(each, { threshold, seed: 1 });
    assertEquals(fooled.length, 10000);
    assertAlmostEquals(mean(fooled), expected, spread(expected, 10000), `threshold ${threshold}`);
  }
  // one of two classes is always as probable as 0.5
  assertEquals(mean(rubbish(each, { samples: 1000 }).fooled), 1);
});

Deno.test("rubbish() draws with the mean and the deviation asked for", () => {
  using each = regression(1);
  const { x } = rubbish(each, { samples: 4000, mean: 3, std: 0.5, seed: 2 });
  const n = x.data.length;
  assertEquals([x.rows, x.cols], [4000, INPUTS]);
  assertAlmostEquals(mean(x.data), 3, 4 * 0.5 / Math.sqrt(n));
  assertAlmostEquals(mean(x.data.map((value) => (value - 3) ** 2)), 0.25, 4 * 0.25 * Math.sqrt(2 / n));
});

Deno.test("rubbish() gives the model's predictions, and is fooled where a class passes the threshold", () => {
  forEveryModel((each, name) => {
    const { x, fooled, ...predictions } = rubbish(each, { samples: 200, threshold: 0.4, seed: 3 });
    assertEquals(predictions, predict(each, x), name);
    const { data, cols } = predictions.probabilities;
    const most = Array.from({ length: 200 }, (_, b) => Math.max(...data.subarray(b * cols, (b + 1) * cols)));
    assertEquals([...fooled], most.map((p) => Number(p > 0.4)), name);
  });
});

Deno.test("rubbish() with the same seed is the same, and more samples begin with it", () => {
  using each = regression(1);
  const [some, more] = [rubbish(each, { samples: 1300, seed: 4 }), rubbish(each, { samples: 2500, seed: 4 })];
  assertEquals(rubbish(each, { samples: 1300, seed: 4 }), some);
  assertEquals(rowsOf(more.x, 0, 1300).data.slice(), some.x.data);
  assertNotEquals(rubbish(each, { samples: 1300, seed: 5 }).x, some.x);
  assertNotEquals(rowsOf(more.x, 1000, 1300).data.slice(), rowsOf(more.x, 0, 300).data.slice());
});

Deno.test("rubbish() does not fool an RBF network in many dimensions", () => {
  const inputs = 784;
  using each = model(rbf({ inputs, classes: 10 }));
  assertEquals(mean(rubbish(each, { samples: 500 }).fooled), 0);
});

Deno.test("directedRubbish() raises the log odds of its target by epsilon·‖w‖₁ along signs", () => {
  using each = regression(1);
  const norm = [...each.tensors().W.data].reduce((sum, value) => sum + Math.abs(value), 0);
  const draw = (target: number, epsilon: number) => directedRubbish(each, { target, epsilon, seed: 5 });
  for (const target of [0, 1]) {
    const [still, moved] = [draw(target, 0), draw(target, 0.25)];
    const odds = each.scores(still.x).data.map((s) => s + (target === 1 ? 0.25 : -0.25) * norm);
    // sums of 9 products below 4, and x itself to an ulp
    assertClose(each.scores(moved.x).data, odds, 1e-5);
  }
});

Deno.test("directedRubbish() moves by epsilon times the gradient of p(target) where that is asked for", () => {
  using each = regression(1);
  const { data: w } = each.tensors().W;
  const options = { target: 1, seed: 6, step: "gradient" } as const;
  const still = directedRubbish(each, { ...options, epsilon: 0 });
  const moved = directedRubbish(each, { ...options, epsilon: 0.5 });
  const expected = still.x.data.map((value, i) => {
    const p = 1 /
      (1 +
        Math.exp(-each.scores(rowsOf(still.x, Math.floor(i / INPUTS), Math.floor(i / INPUTS) + 1)).data[0]));
    return value + 0.5 * p * (1 - p) * w[i % INPUTS];
  });
  assertClose(moved.x.data, expected, 1e-6);
});

Deno.test("directedRubbish() raises p(target) of every model to first order", () => {
  forEveryModel((each, name) => {
    for (let target = 0; target < each.classes; target++) {
      const of = (epsilon: number) => {
        const { probabilities: { data, cols } } = directedRubbish(each, {
          target,
          epsilon,
          seed: 7,
          samples: 50,
        });
        return mean(data.filter((_, i) => i % cols === target));
      };
      assert(of(1e-2) > of(0), `${name} toward ${target}`);
    }
  });
});

Deno.test("directedRubbish() counts its attempts: fair coins are drawn until one succeeds", () => {
  using each = regression(1);
  const samples = 2000, most = 4;
  const { attempts, fooled, successRate, probabilities, x } = directedRubbish(each, {
    target: 1,
    epsilon: 0,
    attempts: most,
    samples,
    seed: 8,
  });
  // p(class 1) ≥ 0.5 on one side of a plane through the mean
  assertAlmostEquals(successRate, 0.5, spread(0.5, samples));
  assertEquals(successRate, total(fooled) / total(attempts));
  attempts.forEach((count, b) => {
    assert(count >= 1 && count <= most);
    assert(count === most || fooled[b] === 1, "whoever stops early has succeeded");
    assertEquals(fooled[b], Number(probabilities.data[2 * b + 1] >= 0.5));
  });
  for (let count = 1; count <= most; count++) {
    const share = attempts.filter((value) => value === count).length / samples;
    const expected = count < most ? 2 ** -count : 2 ** (1 - most);
    assertAlmostEquals(share, expected, spread(expected, samples));
  }
  const once = directedRubbish(each, { target: 1, epsilon: 0, samples, seed: 8 });
  attempts.forEach((count, b) => {
    assertEquals(once.fooled[b], Number(count === 1), "the first attempt is the only one's");
    if (count === 1) assertEquals(rowsOf(once.x, b, b + 1).data, rowsOf(x, b, b + 1).data);
  });
  const drawn = new Set(once.x.data);
  const again = attempts.findIndex((count) => count > 1);
  assert(rowsOf(x, again, again + 1).data.some((value) => !drawn.has(value)), "each attempt draws anew");
});

Deno.test("directedRubbish() succeeds at exactly the threshold, rubbish() only above it", () => {
  using flat = model(logistic({ inputs: INPUTS }));
  assertEquals(mean(directedRubbish(flat, { target: 0, epsilon: 0, samples: 10 }).fooled), 1);
  assertEquals(mean(rubbish(flat, { samples: 10 }).fooled), 0);
});

Deno.test("rubbish() and directedRubbish() refuse options out of range", () => {
  const each = userModel();
  const refuse = (
    options: RubbishOptions & Partial<DirectedRubbishOptions>,
    sentence: string,
    both = true,
  ) => {
    const directed = { target: 0, epsilon: 0.1, ...options };
    assertThrows(() => directedRubbish(each, directed), InputError, `Cannot make rubbish with ${sentence}`);
    if (both) assertThrows(() => rubbish(each, options), InputError, `Cannot make rubbish with ${sentence}`);
  };
  for (const samples of [0, -1, 1.5, NaN]) {
    refuse({ samples }, `samples ${samples}: must be a whole number ≥ 1`);
  }
  for (const deviation of [0, -1, NaN, Infinity]) {
    refuse({ std: deviation }, `std ${deviation}: must be a finite number > 0`);
  }
  for (const threshold of [-0.1, 1, NaN]) {
    refuse({ threshold }, `threshold ${threshold}: must be a finite number in [0, 1)`);
  }
  for (const mean of [NaN, Infinity]) refuse({ mean }, `mean ${mean}: must be a finite number`);
  refuse({ target: CLASSES }, `target ${CLASSES}: must be in 0 … 2`, false);
  for (const target of [-1, 0.5, NaN]) {
    refuse({ target }, `target ${target}: must be a whole number ≥ 0`, false);
  }
  for (const epsilon of [-1, NaN, Infinity]) {
    refuse({ epsilon }, `epsilon ${epsilon}: must be a finite number ≥ 0`, false);
  }
  for (const attempts of [0, 1.5, NaN]) {
    refuse({ attempts }, `attempts ${attempts}: must be a whole number ≥ 1`, false);
  }
  assertThrows(
    () => directedRubbish(each, { target: 0, epsilon: 0, step: "none" as "sign" }),
    InputError,
    'Cannot make rubbish with step "none": must be sign or gradient',
  );
});
