import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import {
  type Call,
  oracle,
  ordinaryMatrices,
  predictAsync,
  predictionsOf,
  replyAsync,
} from "../../src/attacks/oracle.ts";
import { InputError } from "../../src/errors.ts";
import { heads } from "../../src/heads.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import type { AsyncClassifier, Classifier } from "../../src/models/classifier.ts";
import { model, softmaxLinear } from "../../src/mod.ts";
import { predict } from "../../src/predict.ts";
import { uniformMatrix } from "../support.ts";
import { asked, quadratic } from "./asked.ts";

const FORMULA = quadratic([[0.9, 0.2], [-0.4, 0.8], [0.3, -0.7]], [[0.3, 0.1], [0.2, 0.4], [0.1, 0.2]]);
const X = uniformMatrix(5, 2, 1);

/** Writes the slopes of score 1 less score 0 of each row. */
const dScores = (d: Matrix, scores: Matrix, first: number) => {
  assertEquals(first, 0);
  for (let i = 0; i < scores.rows; i++) d.data.set([-1, 1, 0], 3 * i);
};

Deno.test("oracle() of a user's model gives scores, and a copy of its gradient that the model may keep", () => {
  const user = asked(FORMULA), kept = matrix(5, 2, new Float32Array(10).fill(3));
  const near = oracle({ ...user, inputGradient: (x, d) => (user.inputGradient(x, d), kept) });
  assertEquals(near.reply({ ask: "scores", x: X }).scores, user.scores(X));
  const { scores, gradient } = near.reply({ ask: "gradient", x: X, dScores });
  assertEquals(scores, user.scores(X));
  assertEquals(gradient, kept);
  gradient!.data.fill(0);
  assertEquals(kept.data[0], 3);
  // the same memory for the same shape
  assert(near.memory("a", 2, 3) === near.memory("a", 2, 3));
  const blind = oracle({ ...user, inputGradient: undefined } as unknown as Classifier);
  assertThrows(
    () => blind.reply({ ask: "gradient", x: X, dScores }),
    InputError,
    "the model gives no gradients",
  );
});

Deno.test("oracle() of a local model works in its memory, and gives the model's answers", () => {
  using own = model(softmaxLinear({ inputs: 2, classes: 3 }), {
    tensors: {
      W: { shape: [3, 2], data: uniformMatrix(3, 2, 4).data },
      b: { shape: [3], data: new Float32Array(3) },
    },
  });
  const near = oracle(own);
  const x = near.memory("x", 5, 2);
  x.data.set(X.data);
  const scores = own.scores(X).data, { gradient } = near.reply({ ask: "gradient", x, dScores });
  // the model writes over it
  const slopes = gradient!.data.slice();
  assertEquals(near.reply({ ask: "scores", x }).scores!.data, scores);
  const d = (at: Matrix) => {
    const out = matrix(at.rows, 3);
    dScores(out, at, 0);
    return out;
  };
  assertEquals(slopes, own.inputGradient(X, d).data);
  assertEquals(near.reply({ ask: "labels", x }).scores!.data, scores);
  // its memory is used again
  near.end();
  const next = oracle(own);
  assert(next.memory("x", 5, 2) === x);
  next.end();
});

Deno.test("ordinaryMatrices() gives the matrix of a name while its shape stays", () => {
  const room = ordinaryMatrices(), first = room("a", 2, 3);
  assert(room("a", 2, 3) === first && room("b", 2, 3) !== first);
  assertEquals([room("a", 3, 3).rows, room("a", 3, 2).cols, room("a", 2, 3) === first], [3, 2, false]);
});

Deno.test("predictionsOf() of labels has no probabilities, and of scores equals predict()", () => {
  const user = asked(FORMULA);
  assertEquals(predictionsOf(user, { scores: user.scores(X) }), predict(user, X));
  const { predicted, confidence, probabilities } = predictionsOf(user, { labels: Int32Array.of(2, 0) });
  assertEquals([...predicted], [2, 0]);
  assertEquals([...confidence], [NaN, NaN]);
  assertEquals([probabilities.rows, probabilities.cols, ...probabilities.data], [
    2,
    3,
    NaN,
    NaN,
    NaN,
    NaN,
    NaN,
    NaN,
  ]);
});

/** A classifier behind a line, and the sizes of its calls. */
function remote(more: Partial<AsyncClassifier> = {}): AsyncClassifier & { readonly sizes: number[] } {
  const sizes: number[] = [];
  const user = asked(FORMULA);
  const scores = (x: Matrix) => {
    sizes.push(x.rows);
    return Promise.resolve(user.scores(x));
  };
  return { inputs: 2, classes: 3, head: heads.softmax, sizes, scores, ...more };
}

Deno.test("replyAsync() asks for at most maxBatch inputs at once, for scores or labels, and joins the answers", async () => {
  const scores = asked(FORMULA).scores(X), { predicted } = predict(asked(FORMULA), X);
  for (const [maxBatch, sizes] of [[undefined, [5]], [2, [2, 2, 1]], [5, [5]]] as const) {
    const line = remote({ maxBatch });
    assertEquals(await replyAsync(line, { ask: "scores", x: X }), { scores });
    assertEquals(line.sizes, [...sizes]);
    const mute = remote({
      maxBatch,
      scores: undefined,
      labels: async (x) => predict(asked(FORMULA), await x).predicted,
    });
    assertEquals(await replyAsync(mute, { ask: "labels", x: X }), { labels: predicted });
  }
  assertEquals(await predictAsync(remote({ maxBatch: 2 }), X), predict(asked(FORMULA), X));
  assertEquals(await replyAsync(remote(), { ask: "scores", x: matrix(0, 2) }), { scores: matrix(0, 3) });
  const gradient: Call = { ask: "gradient", x: X };
  await assertRejects(() => replyAsync(remote(), gradient), InputError, "the model gives no gradients");
  await assertRejects(() => predictAsync(remote(), matrix(1, 3)), InputError);
  await assertRejects(() => predictAsync(remote(), matrix(1, 2, [0, NaN])), InputError);
});

Deno.test("replyAsync() says which example an answer is wrong for, and stops between calls", async () => {
  const wrong = (ask: "scores" | "labels"): AsyncClassifier => {
    let call = 0;
    return remote({
      maxBatch: 2,
      ...(ask === "scores"
        ? {
          scores: (x: Matrix) =>
            matrix(x.rows, 3, new Float32Array(3 * x.rows).fill(call++ > 0 ? NaN : 0, 3)),
        }
        : { scores: undefined, labels: (x: Matrix) => new Int32Array(x.rows).fill(call++ > 0 ? 7 : 0, 1) }),
    });
  };
  for (const ask of ["scores", "labels"] as const) {
    await assertRejects(() => replyAsync(wrong(ask), { ask, x: X }), InputError, "of example 3 is");
    const place = (row: number) => 10 + row;
    await assertRejects(() => replyAsync(wrong(ask), { ask, x: X, place }), InputError, "of example 13 is");
  }
  const stop = new AbortController(), line = remote({ maxBatch: 2 });
  const scores = (x: Matrix, { signal }: { signal?: AbortSignal }) => {
    assert(signal === stop.signal);
    stop.abort(new Error("enough"));
    return line.scores!(x, {});
  };
  await assertRejects(() => predictAsync({ ...line, scores }, X, { signal: stop.signal }), Error, "enough");
  assertEquals(line.sizes, [2]);
});
