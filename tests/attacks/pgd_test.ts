import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { fgsm, pgd } from "../../src/attacks/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { losses } from "../../src/loss.ts";
import { matrix } from "../../src/matrix.ts";
import { model } from "../../src/models/model.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import { uniformMatrix } from "../support.ts";
import { examplesFor, forEveryModel, userModel } from "../models/specimens.ts";

const NORMS = ["Linf", "L2", "L1"] as const;

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

Deno.test("pgd() of one step of size epsilon from the example itself is fgsm(), byte for byte", () => {
  forEveryModel((each, name) => {
    const examples = examplesFor(each, 30, { lo: 0, hi: 1 });
    const one = { steps: 1, randomStart: false } as const;
    for (const norm of NORMS) {
      for (const options of [{}, { bounds: [0, 1] as const }, { target: 1 }, { loss: "margin" as const }]) {
        const given = { ...options, norm, epsilon: 0.3 };
        const stepped = pgd(each, examples, { ...given, ...one, stepSize: 0.3 });
        assertEquals(stepped.x, fgsm(each, examples, given).x, `${name} in ${norm}`);
      }
    }
    // in L∞ a step beyond the ball ends on it
    assertEquals(
      pgd(each, examples, { ...one, epsilon: 0.3 }).x,
      fgsm(each, examples, { epsilon: 0.3 }).x,
      name,
    );
  });
});

Deno.test("pgd() with more steps raises the loss further, in every norm", () => {
  forEveryModel((each, name) => {
    const examples = examplesFor(each, 40, { seed: 3 });
    for (const norm of NORMS) {
      const mean = (steps: number) =>
        sum(losses(each, pgd(each, examples, { norm, epsilon: 0.6, steps, randomStart: false })));
      const clean = sum(losses(each, examples));
      const [few, many] = [mean(2), mean(30)];
      assert(few > clean && many >= few * 0.98, `${name} in ${norm}: ${clean}, ${few}, ${many}`);
    }
  });
});

Deno.test("pgd() on a linear model finds the greatest loss of the ball and the box", () => {
  const tensors = {
    W: { shape: [2, 5], data: Float32Array.of(1, -2, 0.5, 3, -1, 0, 0, 0, 0, 0) },
    b: { shape: [2], data: new Float32Array(2) },
  };
  using linear = model(softmaxLinear({ inputs: 5, classes: 2 }), { tensors });
  const examples = batch({
    x: uniformMatrix(20, 5, 2, { lo: 0, hi: 1 }),
    labels: new Int32Array(20),
    classes: 2,
  });
  for (const norm of NORMS) {
    const epsilon = 0.5, bounds = [0, 1] as const;
    const { x } = pgd(linear, examples, {
      norm,
      epsilon,
      bounds,
      steps: 300,
      stepSize: 0.02,
      randomStart: false,
    });
    const score = (m: typeof x, row: number) =>
      sum(Array.from({ length: 5 }, (_, i) => tensors.W.data[i] * m.data[row * 5 + i]));
    for (let row = 0; row < 20; row++) {
      // the steepest descent of w·x in the ball and the box, by many small steps of one multiplier
      let best = Infinity;
      for (let k = 0; k <= 400; k++) {
        const own = examples.x.data.subarray(row * 5, row * 5 + 5);
        const t = k / 100;
        const d = Array.from(own, (value, i) => {
          const w = tensors.W.data[i];
          const free = norm === "Linf"
            ? -Math.sign(w) * epsilon
            : norm === "L2"
            ? -t * w
            : w === 0
            ? 0
            : -w * 10;
          return Math.min(Math.max(value + free, 0), 1) - value;
        });
        if (norm === "L1") {
          // by the greatest slopes first
          let left = epsilon;
          for (const i of [3, 1, 0, 4, 2]) {
            d[i] = Math.sign(d[i]) * Math.min(Math.abs(d[i]), left);
            left -= Math.abs(d[i]);
          }
        } else if (norm === "L2" && Math.hypot(...d) > epsilon) continue;
        best = Math.min(best, sum(d.map((each, i) => tensors.W.data[i] * each)));
      }
      const found = score(x, row) - score(examples.x, row);
      assert(found <= best + 0.05, `${norm}, row ${row}: ${found} against ${best}`);
    }
  }
});

Deno.test("pgd() with restarts fools as many or more, and does not query fooled examples again", () => {
  const each = userModel();
  const examples = examplesFor(each, 251, { seed: 7 });
  const options = { epsilon: 0.12, steps: 3, seed: 5 };
  const [one, five] = [1, 5].map((restarts) => pgd(each, examples, { ...options, restarts }));
  one.fooled.forEach((fooled, i) => {
    assert(five.fooled[i] >= fooled);
    // three gradients, and a look in between
    if (fooled) assertEquals([one.queries[i], five.queries[i]], [3, 4]);
  });
  assert(five.queries.some((queries) => queries === 5 * 3 + 4));
  const alike = pgd(each, examples, { ...options, restarts: 5, randomStart: false });
  assertEquals(alike.fooled, pgd(each, examples, { ...options, randomStart: false }).fooled);
});

Deno.test("pgd() that stops early fools the same and more, by fewer gradients", () => {
  forEveryModel((each, name) => {
    const examples = examplesFor(each, 60, { seed: 8 });
    for (const momentum of [0, 0.75]) {
      const options = { epsilon: 0.2, steps: 10, momentum };
      const whole = pgd(each, examples, options);
      const early = pgd(each, examples, { ...options, stopEarly: true });
      whole.fooled.forEach((fooled, i) => assert(early.fooled[i] >= fooled, name));
      assert(sum(early.queries) < sum(whole.queries), name);
      // what was never fooled walked the same way
      early.fooled.forEach((fooled, i) => {
        const row = (m: typeof whole.x) => m.data.slice(i * m.cols, (i + 1) * m.cols);
        if (!fooled) assertEquals(row(early.x), row(whole.x), name);
      });
    }
  });
});

Deno.test("pgd() on the margin fools an RBF-like model whose own loss misleads", () => {
  forEveryModel((each, name) => {
    const examples = examplesFor(each, 60, { seed: 9 });
    const rate = (loss: "own" | "crossEntropy" | "margin") =>
      sum(pgd(each, examples, { epsilon: 0.5, loss, steps: 20 }).fooled) / 60;
    assert(rate("margin") >= rate("own") - 0.1, name);
    assert(rate("crossEntropy") >= rate("own") - 0.1, name);
  });
});

Deno.test("pgd() counts the examples whose gradient is 0", () => {
  using constant = model(softmaxLinear({ inputs: 4, classes: 2 }));
  const examples = batch({ x: matrix(3, 4), labels: [0, 1, 1] });
  assertEquals(pgd(constant, examples, { epsilon: 0.1 }).zeroGradients, 3);
  const each = userModel();
  assertEquals(pgd(each, examplesFor(each, 5), { epsilon: 0.1 }).zeroGradients, 0);
});

Deno.test("pgd() refuses options out of range", () => {
  const each = userModel();
  const refuse = (options: object, sentence: string) =>
    assertThrows(
      () => pgd(each, examplesFor(each, 2), { epsilon: 0.1, ...options }),
      InputError,
      `Cannot attack by pgd${sentence}`,
    );
  refuse({ steps: 0 }, " with steps 0: must be a whole number ≥ 1");
  refuse({ stepSize: -1 }, " with stepSize -1: must be a finite number ≥ 0");
  refuse({ momentum: 1.5 }, " with momentum 1.5: must be a finite number in [0, 1]");
  refuse({ loss: "hinge" }, ' with loss "hinge": must be own, crossEntropy, margin, dlr or divergence');
  refuse({ step: 1 }, ': there is no option "step"; did you mean steps?');
});
