import { assert, assertEquals } from "@std/assert";
import { createHandler } from "../../src/edge/mod.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { handlerOf, inputs, models, post } from "./support.ts";

const CLASSIFY = "/models/linear/classify";

/** The status and the sentence of a problem. */
async function problem(response: Response | Promise<Response>): Promise<[number, string]> {
  const answered = await response;
  return [answered.status, (await answered.json()).detail];
}

/** A body of so many bytes that comes in pieces, and how many were taken. */
function pieces(bytes: number, size = 1000) {
  const body = { taken: 0, cancelled: false, stream: new ReadableStream<Uint8Array>() };
  body.stream = new ReadableStream({
    pull(controller) {
      if (body.taken >= bytes) return controller.close();
      controller.enqueue(new Uint8Array(size).fill(0x20));
      body.taken += size;
    },
    cancel: () => void (body.cancelled = true),
  });
  return body;
}

function streamed(stream: ReadableStream<Uint8Array>, init: RequestInit = {}): Request {
  const headers = { "content-type": "application/json", ...init.headers };
  const all: RequestInit & { duplex: "half" } = {
    method: "POST",
    body: stream,
    duplex: "half",
    ...init,
    headers,
  };
  return new Request(`https://edge.example${CLASSIFY}`, all);
}

Deno.test("a body is counted as it comes: no more than the limit is taken, whatever its length is said to be", async () => {
  const handler = handlerOf({ limits: { bytes: 5000 } });
  const body = pieces(1e9);
  const refused = [413, "Cannot read the body: it has more than 5000 bytes"];
  assertEquals(await problem(handler(streamed(body.stream))), refused);
  assert(body.taken <= 8000 && body.cancelled, `${body.taken}`);
  // a header that lies
  assertEquals(
    await problem(handler(streamed(pieces(1e9).stream, { headers: { "content-length": "10" } }))),
    refused,
  );
  const untouched = pieces(1e9);
  assertEquals(
    await problem(handler(streamed(untouched.stream, { headers: { "content-length": "5001" } }))),
    refused,
  );
  assert(untouched.taken <= 1000);
  const [status] = await problem(handler(streamed(pieces(5000).stream)));
  assertEquals(status, 400);
});

Deno.test("a body that breaks off is a problem of the request", async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
  assertEquals(await problem(handlerOf()(streamed(broken))), [400, "Cannot read the body: it broke off"]);
});

Deno.test("a body that does not come is given up at the limit of time, and then no timer is left", async () => {
  let cancelled = false;
  const silent = new ReadableStream({ cancel: () => void (cancelled = true) });
  const handler = handlerOf({ limits: { milliseconds: 20 } });
  const [status, detail] = await problem(handler(streamed(silent)));
  assertEquals([status, cancelled], [503, true]);
  assertEquals(detail, "Cannot answer within 20 ms: send fewer examples, attacks or epsilons");
});

/** A model that calls `seen` at each run of rows. */
function watched(seen: () => void): Differentiable {
  return {
    ...models.mine,
    scores(x) {
      seen();
      return models.mine.scores(x);
    },
  };
}

const many = { x: inputs(1000), labels: new Array(1000).fill(0) };

Deno.test("what takes too long stops between runs of rows", async () => {
  let runs = 0;
  const model = watched(() => {
    runs++;
    for (const end = performance.now() + 60; performance.now() < end;);
  });
  const handler = createHandler({ models: { slow: model }, limits: { examples: 1000, milliseconds: 50 } });
  const [status] = await problem(handler(post("/models/slow/classify", { x: many.x })));
  // four, if it did not stop
  assert(status === 503 && runs < 2, `${status} after ${runs} runs`);
});

Deno.test("a caller who leaves stops the work between runs of rows, and others have their turn there", async () => {
  for (const action of ["classify", "check"]) {
    const controller = new AbortController();
    let runs = 0;
    const model = watched(() => {
      if (runs++ === 0) setTimeout(() => controller.abort(), 0);
    });
    const handler = createHandler({ models: { model }, limits: { examples: 1000 } });
    const body = action === "check" ? many : { x: many.x };
    const [status, detail] = await problem(
      handler(post(`/models/model/${action}`, body, { signal: controller.signal })),
    );
    assertEquals([status, detail], [499, "Cannot answer: the caller left"]);
    assertEquals(runs, 1, action);
  }
});

Deno.test("a caller who has left before is not answered at all", async () => {
  const handler = handlerOf();
  const [status] = await problem(handler(post(CLASSIFY, { x: inputs(1) }, { signal: AbortSignal.abort() })));
  assertEquals(status, 499);
});

Deno.test("examples and epsilons are counted", async () => {
  const handler = handlerOf({ limits: { examples: 2, epsilons: 1 } });
  assertEquals(
    await problem(handler(post(CLASSIFY, { x: inputs(3) }))),
    [413, "Cannot use 3 examples: this server takes 2 at once"],
  );
  const gate = { epsilons: [0.1, 0.2] };
  assertEquals(
    await problem(handler(post("/models/linear/check", { x: inputs(1), labels: [0], gate }))),
    [413, "Cannot check at 2 epsilons: this server takes 1 at once"],
  );
});

Deno.test("only the attacks that the server allows are tried", async () => {
  const handler = handlerOf({ attacks: ["signNoise"], gate: { attacks: ["signNoise"] } });
  const check = (attacks: string[]) =>
    handler(post("/models/linear/check", { x: inputs(1), labels: [0], gate: { attacks } }));
  assertEquals((await check(["signNoise"])).status, 200);
  assertEquals(await problem(check(["fgsm"])), [
    422,
    "Cannot use the body: gate.attacks[0] must be one of signNoise",
  ]);
});

Deno.test("an error nobody foresaw is told to onError, and to the caller nothing of it", async () => {
  const told: unknown[] = [];
  const bug = new Error("password 1234");
  const model = watched(() => {
    throw bug;
  });
  const handler = createHandler({ models: { model }, onError: (error) => told.push(error) });
  assertEquals(
    await problem(handler(post("/models/model/classify", { x: inputs(1) }))),
    [500, "Cannot answer: something went wrong here, not with the request"],
  );
  assertEquals(told, [bug]);
});
