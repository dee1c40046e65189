import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { predictAsync } from "../../src/attacks/oracle.ts";
import {
  boundary,
  fgsm,
  greedyTabular,
  hopSkipJump,
  signNoise,
  square,
  uniformNoise,
} from "../../src/attacks/mod.ts";
import { type ErrorCode, InputError } from "../../src/errors.ts";
import { predict } from "../../src/predict.ts";
import { matrix } from "../../src/matrix.ts";
import type { AsyncClassifier, Differentiable } from "../../src/models/classifier.ts";
import { httpClassifier, type HttpClassifierOptions } from "../../src/remote/http.ts";
import { examplesFor, userModel } from "../models/specimens.ts";

/** A loopback server that answers with what `model` says of the inputs, `answer` first having its say. */
function serve(
  model: Differentiable,
  answer: (count: number, request: Request) => Response | Promise<Response> | undefined = () => undefined,
): { url: string; sizes: number[] } & AsyncDisposable {
  const sizes: number[] = [];
  let count = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const special = await answer(count++, request);
    if (special) return special;
    const { inputs } = await request.json() as { inputs: number[][] };
    sizes.push(inputs.length);
    const x = matrix(inputs.length, model.inputs, inputs.flat());
    const said = predict(model, x), scores = model.scores(x);
    const rows = (m: typeof x) =>
      inputs.map((_, i) => Array.from(m.data.subarray(i * m.cols, (i + 1) * m.cols)));
    return Response.json({
      scores: rows(scores),
      probabilities: rows(said.probabilities),
      labels: Array.from(said.predicted),
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/predict`,
    sizes,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const local = userModel();

function remote(url: string, options: Partial<HttpClassifierOptions> = {}): AsyncClassifier {
  return httpClassifier({ url, inputs: local.inputs, classes: local.classes, backOff: 1, ...options });
}

Deno.test("httpClassifier() by scores is attacked to the same bytes as the model behind it", async () => {
  await using server = serve(local);
  const examples = examplesFor(local, 270);
  for (const attack of [signNoise, uniformNoise]) {
    for (const restarts of [1, 4]) {
      const options = { epsilon: 0.5, seed: 3, restarts };
      const near = attack(local, examples, options);
      const far = await attack.async(remote(server.url, { maxBatch: 60 }), examples, options);
      assertEquals(far.x, near.x);
      assertEquals([far.predicted, far.probabilities], [near.predicted, near.probabilities]);
      assertEquals([far.fooled, far.queries], [near.fooled, near.queries]);
    }
  }
  assert(server.sizes.every((size) => size <= 60) && server.sizes.includes(60));
});

Deno.test("httpClassifier() by labels or probabilities gives the same attack, with what is known of confidence", async () => {
  await using server = serve(local);
  const examples = examplesFor(local, 30);
  const options = { epsilon: 0.5, seed: 3, restarts: 4 };
  const near = signNoise(local, examples, options);
  const byLabels = await signNoise.async(remote(server.url, { answers: "labels" }), examples, options);
  assertEquals([byLabels.x, byLabels.predicted, byLabels.fooled], [near.x, near.predicted, near.fooled]);
  assert(byLabels.confidence.every(Number.isNaN));
  const probable = remote(server.url, { answers: "probabilities" });
  const byProbabilities = await predictAsync(probable, near.x);
  byProbabilities.confidence.forEach((p, i) => assertAlmostEquals(p, near.confidence[i], 1e-6));
  assertEquals(byProbabilities.predicted, near.predicted);
});

Deno.test("httpClassifier() is searched by scores and by labels to the same bytes as the model behind it", async () => {
  await using server = serve(local);
  const examples = examplesFor(local, 12);
  const searches = [
    ["scores", square, { queries: 20 }],
    ["scores", greedyTabular, { moves: 2 }],
    ["labels", hopSkipJump, { steps: 2, probes: 10, norm: "L2" }],
    ["labels", boundary, { steps: 12, norm: "L2" }],
  ] as const;
  for (const [answers, attack, own] of searches) {
    const options = { epsilon: 0.5, seed: 3, ...own };
    const near = attack(local, examples, options);
    const far = await attack.async(remote(server.url, { answers, maxBytes: 1e6 }), examples, options);
    assertEquals([far.x, far.fooled, far.queries], [near.x, near.fooled, near.queries], attack.name);
  }
  await assertRejects(
    () => square.async(remote(server.url, { answers: "labels" }), examples, { epsilon: 0.5 }),
    InputError,
    "Cannot attack by square: it needs scores, which the classifier does not give",
  );
});

Deno.test("httpClassifier() retries after temporary failures, and gives up in the end", async () => {
  const failing = (times: number, status: number) => (count: number) =>
    count < times ? new Response("busy", { status }) : undefined;
  const examples = examplesFor(local, 2);
  for (const status of [429, 500, 503]) {
    await using server = serve(local, failing(2, status));
    const { predicted } = await predictAsync(remote(server.url, { retries: 2 }), examples.x);
    assertEquals(predicted, predict(local, examples.x).predicted);
  }
  await using dead = serve(local, failing(9, 503));
  const error = await assertRejects(
    () => predictAsync(remote(dead.url, { retries: 2 }), examples.x),
    InputError,
  );
  assertEquals([error.code, error.reason], ["aborted", "it answered with status 503, 3 times"]);
  await using refusing = serve(local, failing(9, 403));
  const refused = await assertRejects(() => predictAsync(remote(refusing.url), examples.x), InputError);
  assertEquals([refused.code, refused.reason], ["aborted", "it answered with status 403"]);
  const nobody = remote("http://127.0.0.1:9/", { retries: 1 });
  const alone = await assertRejects(() => predictAsync(nobody, examples.x), InputError);
  assertEquals(alone.reason, "it could not be reached, 2 times");
});

Deno.test("httpClassifier() waits no longer than its time limit, and stops when it is asked to", async () => {
  const examples = examplesFor(local, 2);
  const ends: (() => void)[] = [];
  await using server = serve(
    local,
    () => new Promise((resolve) => ends.push(() => resolve(new Response("")))),
  );
  const slow = await assertRejects(
    () => predictAsync(remote(server.url, { timeout: 30, retries: 0 }), examples.x),
    InputError,
  );
  assertEquals([slow.code, slow.reason], ["aborted", "it did not answer within 30 ms, 1 time"]);
  const stop = new AbortController();
  const attack = signNoise.async(remote(server.url), examples, { epsilon: 1, signal: stop.signal });
  stop.abort(new Error("enough"));
  await assertRejects(() => attack, Error, "enough");
  for (const end of ends) end();
});

Deno.test("httpClassifier() refuses answers that are not as described", async () => {
  const examples = examplesFor(local, 2);
  const one = [0, 0, 0];
  const refused: [unknown, ErrorCode, string, Partial<HttpClassifierOptions>?][] = [
    ["{", "format", "it is no JSON"],
    [[one, one], "format", "expected an object with a list scores"],
    [{ scores: [one] }, "shape", "expected 2 scores, got 1"],
    [{ scores: [one, [0, 0]] }, "shape", "expected a list of 3 numbers as scores of input 1"],
    [{ scores: [one, [0, null, 0]] }, "value", "number 1 of the scores of input 1 is no finite float32"],
    [{ scores: [one, [0, 0, 1e39]] }, "value", "number 2 of the scores of input 1 is no finite float32"],
    [{ scores: [one, one], rest: "x".repeat(9000) }, "shape", "it has more than 4480 bytes"],
    [{ labels: [0, 3] }, "value", "label 3 of input 1 is none of 0 … 2", { answers: "labels" }],
    [{ labels: [0, "1"] }, "value", 'label "1" of input 1 is none of 0 … 2', { answers: "labels" }],
    [{ probabilities: [one, [1, 2, 0]] }, "value", "probability 2 is not in [0, 1]", {
      answers: "probabilities",
    }],
  ];
  for (const [said, code, reason, options] of refused) {
    const fetch = () => Promise.resolve(typeof said === "string" ? new Response(said) : Response.json(said));
    const each = remote("http://127.0.0.1/", { fetch, ...options });
    const error = await assertRejects(() => predictAsync(each, examples.x), InputError);
    assertEquals([error.code, error.reason], [code, reason]);
  }
});

Deno.test("attack.async() refuses attacks that need more than the classifier gives", async () => {
  const examples = examplesFor(local, 2);
  const error = await assertRejects(
    () => fgsm.async(remote("http://127.0.0.1/"), examples, { epsilon: 1 }),
    InputError,
  );
  assertEquals(error.reason, "it needs gradients, which the classifier does not give");
  const wrong: AsyncClassifier = { ...local, scores: () => matrix(1, 3) };
  const shaped = await assertRejects(() => signNoise.async(wrong, examples, { epsilon: 1 }), InputError);
  assertEquals(shaped.reason, "expected scores of shape (2, 3), got (1, 3)");
});

Deno.test("attack.async() takes a model of this library, and promises of one", async () => {
  const examples = examplesFor(local, 20);
  const later: AsyncClassifier = {
    inputs: local.inputs,
    classes: local.classes,
    head: local.head,
    scores: async (x) => {
      await Promise.resolve();
      return local.scores(x);
    },
  };
  const expected = signNoise(local, examples, { epsilon: 0.4 }).x;
  assertEquals((await signNoise.async(later, examples, { epsilon: 0.4 })).x, expected);
  assertEquals((await signNoise.async(local as AsyncClassifier, examples, { epsilon: 0.4 })).x, expected);
});

Deno.test("httpClassifier() refuses options that do not fit", () => {
  const refuse = (options: object, sentence: string) =>
    assertThrows(
      () => remote("http://127.0.0.1/", options),
      InputError,
      `Cannot use a remote classifier${sentence}`,
    );
  refuse({ url: "file:///etc/passwd" }, " at file:///etc/passwd: must be an http or https address");
  refuse({ url: "nowhere" }, " at nowhere: must be an http or https address");
  refuse({ classes: 1 }, " with classes 1: must be a whole number ≥ 2");
  refuse({ answers: "labels", head: "sigmoid" }, ": head sigmoid does not go with answers by labels");
  refuse({ timeOut: 1 }, ': there is no option "timeOut"; did you mean timeout?');
});
