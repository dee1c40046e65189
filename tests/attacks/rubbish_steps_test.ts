import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { directedRubbish, directedRubbishSteps, rubbish, rubbishSteps } from "../../src/attacks/rubbish.ts";
import { InputError } from "../../src/errors.ts";
import { matrix, rowsOf } from "../../src/matrix.ts";
import { predict } from "../../src/predict.ts";
import { fillNormal, rng } from "../../src/rng.ts";
import { assertClose } from "../support.ts";
import { asked, type Formula, quadratic, rowsIn } from "./asked.ts";

const THREE = quadratic([[0.9, 0.2], [-0.4, 0.8], [0.3, -0.7]], [[0.03, 0.01], [0.02, 0.04], [0.01, 0.02]]);

const softmax = (z: number[]) => {
  const e = z.map((each) => Math.exp(each - Math.max(...z))), sum = e.reduce((a, b) => a + b, 0);
  return e.map((each) => each / sum);
};

/** What was yielded, and the result. */
function taken<T>(steps: Generator<number, T>): [number[], T] {
  const seen: number[] = [];
  for (;;) {
    const { done, value } = steps.next();
    if (done) return [seen, value];
    seen.push(value);
  }
}

/** N(mean, std²), a thousand inputs from each stream. */
function normal(rows: number, stream: (first: number) => ReturnType<typeof rng>, { mean = 0, std = 1 } = {}) {
  const x = matrix(rows, 2);
  for (let first = 0; first < rows; first += 1000) {
    fillNormal(rowsOf(x, first, Math.min(first + 1000, rows)), stream(first), { mean, std });
  }
  return x;
}

Deno.test("rubbish() draws a thousand inputs from each stream, and is fooled where a class is above the threshold", () => {
  for (const given of [{}, { samples: 2500, seed: 3, mean: 1, std: 0.5, threshold: 0.7 }]) {
    const model = asked(THREE),
      { samples, seed, threshold } = { samples: 10000, seed: 0, threshold: 0.5, ...given };
    const [seen, found] = taken(rubbishSteps(model, given));
    assertClose(
      seen,
      Array.from({ length: Math.ceil(samples / 1000) - 1 }, (_, i) => (i + 1) * 1000 / samples),
      1e-12,
    );
    assertEquals(found.x, normal(samples, (first) => rng(seed).split(first), given));
    const { fooled, x, ...predictions } = found;
    assertEquals(predictions, predict(asked(THREE), x));
    assertEquals(model.questions[0].x.length, 1000);
    const p = rowsIn(x).map((row) => Math.max(...softmax(THREE.scores(row))));
    p.forEach((each, i) =>
      Math.abs(each - threshold) > 1e-5 && assertEquals(fooled[i], Number(each > threshold))
    );
    assert(fooled.includes(0) && fooled.includes(1));
  }
});

/** Noise moved up p(target), drawn anew until it succeeds, in double. */
function directed(
  { scores, slopes }: Formula,
  { samples = 100, seed = 0, target, epsilon, step = "sign", attempts = 1, threshold = 0.5, mean, std }:
    Parameters<typeof directedRubbish>[1],
) {
  const out: Float64Array[] = Array(samples), tries = new Array(samples).fill(0);
  const p = (x: Float64Array) => softmax(scores(x))[target];
  let open = Array.from({ length: samples }, (_, i) => i);
  for (let attempt = 1; attempt <= attempts && open.length > 0; attempt++) {
    const drawn = rowsIn(
      normal(open.length, (first) => rng(seed).split(attempt).split(first), { mean, std }),
    );
    open.forEach((at, k) => {
      const x = drawn[k], q = softmax(scores(x)), J = slopes(x);
      // ∇p = p Σ_c ([c = target] − p_c) ∇s_c
      const g = x.map((_, i) =>
        q[target] * J.reduce((sum, own, c) => sum + (Number(c === target) - q[c]) * own[i], 0)
      );
      out[at] = x.map((v, i) => v + epsilon * (step === "sign" ? Math.sign(g[i]) : g[i]));
      tries[at] = attempt;
    });
    open = open.filter((at) => p(out[at]) < threshold);
  }
  return { out, tries, hits: out.map((x) => p(x) >= threshold) };
}

Deno.test("directedRubbish() moves noise along p(target) or its sign, and redraws noise that has not reached it", () => {
  const cases = [
    { target: 1, epsilon: 0.5 },
    { target: 0, epsilon: 0.25, samples: 1300, seed: 2, attempts: 3, mean: -0.5, std: 0.75 },
    { target: 2, epsilon: 1.5, step: "gradient", samples: 40, attempts: 60, threshold: 0.4 },
  ] as const;
  for (const given of cases) {
    const [seen, found] = taken(directedRubbishSteps(asked(THREE), given));
    const { out, tries, hits } = directed(THREE, given);
    assertClose(found.x.data, out.flatMap((row) => [...row]), 1e-5);
    assertEquals([...found.attempts], tries);
    assertEquals([...found.fooled], hits.map(Number));
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
    assertClose([found.successRate], [sum(hits.map(Number)) / sum(tries)], 1e-12);
    const { fooled: _, x, attempts: __, successRate: ___, ...predictions } = found;
    assertEquals(predictions, predict(asked(THREE), x));
    const limit = "attempts" in given ? given.attempts : 1;
    assertClose(seen, Array.from({ length: Math.max(...tries) - 1 }, (_, i) => (i + 1) / limit), 1e-12);
  }
  // all have come to it long before the last
  assert(Math.max(...directedRubbish(asked(THREE), cases[2]).attempts) < 60);
});

Deno.test("rubbish takes the ends of its ranges, and no more", () => {
  const tiny = (options: object) => rubbish(asked(THREE), { samples: 1, ...options });
  assertEquals(tiny({ threshold: 0, seed: 0 }).fooled[0], 1);
  for (
    const bad of [{ samples: 0 }, { seed: -1 }, { std: 0 }, { threshold: -0.1 }, { threshold: 1 }, {
      sample: 2,
    }]
  ) {
    assertThrows(() => tiny(bad), InputError, undefined, JSON.stringify(bad));
  }
  assertEquals(tiny({ threshold: 0.999999 }).fooled[0], 0);
  const aimed = (options: object) =>
    directedRubbish(asked(THREE), { samples: 1, target: 0, epsilon: 0, attempts: 1, ...options });
  assertEquals(aimed({ target: 2 }).attempts[0], 1);
  for (const bad of [{ target: 3 }, { target: -1 }, { epsilon: -1 }, { attempts: 0 }, { step: "up" }]) {
    assertThrows(() => aimed(bad), InputError, undefined, JSON.stringify(bad));
  }
  for (const missing of [{ target: undefined }, { epsilon: undefined }]) {
    assertThrows(() => aimed(missing), InputError, undefined, JSON.stringify(missing));
  }
});
