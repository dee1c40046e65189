import { assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { signNoise } from "../../src/attacks/noise.ts";
import { transferAttack } from "../../src/attacks/transfer_attack.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { matrix } from "../../src/matrix.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { rng } from "../../src/rng.ts";
import { assertClose, uniformMatrix } from "../support.ts";
import { asked, quadratic, rowsIn } from "./asked.ts";

const of = (bias: number) => {
  const formula = quadratic([[0, 0, 0], [1, 1, 1]], [[0, 0, 0], [0, 0, 0]]);
  return { ...formula, scores: (x: Float64Array) => [bias, formula.scores(x)[1]] };
};
const noise = signNoise as unknown as Parameters<typeof transferAttack>[1];

Deno.test("transferAttack() makes each example alone, from a stream of its own for each substitute, until one fools", () => {
  const x = uniformMatrix(7, 3, 2, { lo: 0, hi: 1 }), model = asked(of(1.6)), progress: number[] = [];
  const substitutes = [0.5, 1, 2].map((bias) => asked(of(bias)));
  for (const target of [undefined, 1, Int32Array.of(1, 0, 1, 0, 1, 0, 1)]) {
    const start = model.questions.length,
      asks: Float64Array[][] = [[], [], []],
      queries = new Array(7).fill(0);
    progress.length = 0;
    const attacked = transferAttack(substitutes, noise, { restarts: 2 } as object)(
      model,
      batch({ x, labels: new Int32Array(7), classes: 2 }),
      { epsilon: 0.25, bounds: [0, 1], target, seed: 9, first: 4, onProgress: (done) => progress.push(done) },
    );
    const ends = rowsIn(x).map((own, row) => {
      const aim = typeof target === "number" ? target : target?.[row];
      let at = own;
      for (const [k, substitute] of substitutes.entries()) {
        const { x: made } = signNoise(
          substitute,
          batch({ x: matrix(1, 3, Float32Array.from(own)), labels: [0], classes: 2 }),
          {
            ...{ restarts: 2, epsilon: 0.25, bounds: [0, 1], target: aim },
            seed: rng(9).split(4 + row).split("substitute", k).key,
          },
        );
        [at] = rowsIn(made);
        asks[k].push(at);
        queries[row]++;
        if (Number(model.scores(made).data[1] > 1.6) === (aim ?? 1)) break;
      }
      return at;
    });
    assertEquals(rowsIn(attacked.x), ends);
    assertEquals([...attacked.queries], queries);
    const expected = asks.filter((rows) => rows.length > 0);
    assertEquals(model.questions.slice(start, start + expected.length).map(({ x }) => x), expected);
    assertClose(progress, [...expected.map((_, k) => k / 3), 1], 1e-12);
  }
});

Deno.test("transferAttack() leaves no example for a substitute that all have been fooled before", () => {
  const x = uniformMatrix(3, 3, 2, { lo: 0, hi: 1 }), easy = asked(of(-1)), last = asked(of(0));
  const attacked = transferAttack([asked(of(0)), last], noise)(
    easy,
    batch({ x, labels: [0, 0, 0], classes: 2 }),
    { epsilon: 0.25 },
  );
  assertEquals([...attacked.queries], [1, 1, 1]);
  assertEquals(last.questions, []);
  assertEquals(easy.questions.map(({ x }) => x.length), [3, 3]);
  // one alone that stands is shown the next
  const one = batch({ x: matrix(1, 3), labels: [0], classes: 2 }), hard = asked(of(9));
  assertEquals([...transferAttack([asked(of(0)), last], noise)(hard, one, { epsilon: 0.25 }).queries], [2]);
});

Deno.test("transferAttack() refuses substitutes of other inputs or classes, and values that are not models", () => {
  const x = batch({ x: matrix(1, 3), labels: [0], classes: 2 });
  const three = quadratic([[0, 0, 0], [1, 1, 1], [1, 0, 1]], [[0, 0, 0], [0, 0, 0], [0, 0, 0]]);
  const two = quadratic([[0, 0], [1, 1]], [[0, 0], [0, 0]]);
  for (const other of [three, two]) {
    const attack = transferAttack([asked(of(0)), asked(other)], noise);
    assertThrows(
      () => attack(asked(of(1)), x, { epsilon: 1 }),
      InputError,
      "the model takes 3 inputs of 2 classes",
    );
  }
  assertThrows(() => transferAttack([], noise), InputError, "there are no substitutes");
  const bad: unknown[][] = [[{}, noise], [[{}], noise], [[asked(of(0))], {}], [[asked(of(0))], noise, 3]];
  for (const given of bad) {
    assertThrows(
      () => transferAttack(...given as [Differentiable[], typeof noise]),
      InputError,
      "Cannot attack by transfer",
    );
  }
});
