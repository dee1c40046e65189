import { assert, assertEquals } from "@std/assert";
import { createHandler } from "../../src/edge/mod.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { heap } from "../../src/runtime/variants.ts";
import { STEP } from "../../src/edge/action.ts";
import { handlerOf, INPUTS, inputs, models, post } from "./support.ts";

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

Deno.test("a body is counted as it arrives: no more than the limit is read, whatever Content-Length says", async () => {
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

/** A model that calls `seen` with the number of rows at each run of them. */
function watched(seen: (rows: number) => void): Differentiable {
  return {
    ...models.mine,
    scores(x) {
      seen(x.rows);
      return models.mine.scores(x);
    },
  };
}

const many = { x: inputs(1000), labels: new Array(1000).fill(0) };

Deno.test("work that takes too long stops between runs of rows", async () => {
  let runs = 0;
  const model = watched(() => {
    runs++;
    for (const end = performance.now() + 60; performance.now() < end;);
  });
  const handler = createHandler({
    models: { slow: model },
    limits: { examples: 1000, milliseconds: 50 },
  });
  const [status] = await problem(handler(post("/models/slow/classify", { x: many.x })));
  // four, if it did not stop
  assert(status === 503 && runs < 2, `${status} after ${runs} runs`);
});

Deno.test("a caller who leaves stops the work between runs of rows, and others have their turn there", async () => {
  for (const action of ["classify", "check"]) {
    const controller = new AbortController();
    let passed = 0;
    const model = watched((rows) => {
      if (passed === 0) setTimeout(() => controller.abort(), 0);
      passed += rows;
    });
    const handler = createHandler({ models: { model }, limits: { examples: 1000, multiplyAdds: 1e10 } });
    const body = action === "check" ? { ...many, gate: { attacks: ["fgsm"] } } : { x: many.x };
    const [status, detail] = await problem(
      handler(post(`/models/model/${action}`, body, { signal: controller.signal })),
    );
    assertEquals([status, detail], [499, "Cannot answer: the caller left"]);
    // no more than a turn of a model that nothing is known of
    assert(passed > 0 && passed <= STEP / 1e6, `${action}: ${passed}`);
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
    [413, "Cannot check 2 epsilons: this server takes 1 at once"],
  );
});

Deno.test("only the attacks that the server allows are tried", async () => {
  const handler = handlerOf({ attacks: ["signNoise"], gate: { attacks: ["signNoise"] } });
  const check = (attacks: string[]) =>
    handler(post("/models/linear/check", { x: inputs(1), labels: [0], gate: { attacks } }));
  assertEquals((await check(["signNoise"])).status, 200);
  assertEquals(await problem(check(["fgsm"])), [
    422,
    'Cannot use the body: gate.attacks[0] must be signNoise, not "fgsm"',
  ]);
});

Deno.test("an unexpected error is passed to onError, and its message is not sent to the caller", async () => {
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

Deno.test("an internal bug is answered by 500 without its message, even if that looks like a caller's error", async () => {
  const bugs = [
    new TypeError("Cannot read properties of undefined (reading 'secret')"),
    new RangeError("Cannot use the body: secret"),
    "secret",
  ];
  for (const bug of bugs) {
    const seen: unknown[] = [];
    const model = watched(() => {
      throw bug;
    });
    const handler = createHandler({ models: { model }, onError: (error) => seen.push(error) });
    for (
      const [action, body] of [["classify", { x: inputs(1) }], ["check", {
        x: inputs(1),
        labels: [0],
      }]] as const
    ) {
      const [status, detail] = await problem(handler(post(`/models/model/${action}`, body)));
      assertEquals([status, detail.includes("secret")], [500, false], `${bug}`);
    }
    assertEquals(seen, [bug, bug]);
  }
});

Deno.test("a step between two readings of the clock is bounded in multiply-adds, for any number of rows", async () => {
  for (const cost of [1, STEP / 100, STEP / 7, 10 * STEP]) {
    const runs: number[] = [];
    const handler = createHandler({
      models: { model: watched((rows) => runs.push(rows)) },
      costs: { model: cost },
      limits: { multiplyAdds: 1e15 },
    });
    await (await handler(post("/models/model/classify", { x: inputs(300) }))).bytes();
    assertEquals(runs.reduce((a, b) => a + b, 0), 300);
    for (const rows of runs) assert(rows === 1 || rows * cost <= STEP, `${rows} rows of ${cost}`);
    assert(cost > 1 || runs.length <= 2, "runs are as long as they may be");
  }
});

Deno.test("a request that would take longer than a second or so is refused before it begins", async () => {
  let runs = 0;
  const handler = createHandler({ models: { model: watched(() => runs++) }, costs: { model: 1e8 } });
  const [status, detail] = await problem(handler(post("/models/model/classify", { x: inputs(71) })));
  assertEquals([status, runs], [413, 0]);
  assertEquals(
    detail,
    "Cannot answer: it takes about 7.1e+9 multiply-adds, this server does 7.0e+9 for a request; " +
      "send fewer examples, attacks, epsilons or steps",
  );
  assertEquals((await handler(post("/models/model/classify", { x: inputs(70) }))).status, 200);
  // a check passes each example several times
  const check = { x: inputs(40), labels: new Array(40).fill(0), gate: { epsilons: [0.1], effort: "quick" } };
  assertEquals((await handler(post("/models/model/check", check))).status, 413);
});

Deno.test("the cost of many cheap queries includes an attack's own work, and that of a table their number", async () => {
  const handler = handlerOf({ limits: { multiplyAdds: 1e9 } });
  const check = async (attack: object) => {
    const body = { x: inputs(1), labels: [0], gate: { attacks: [attack], epsilons: [0.1] } };
    const response = await handler(post("/models/linear/check", body));
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await check({ attack: "pgd", steps: 40 }), 200);
  // cheap as they are for a model of some weights, as many take seconds
  assertEquals(await check({ attack: "pgd", steps: 10_000 }), 413);
  assertEquals(await check({ attack: "signNoise", restarts: 10_000 }), 413);
  assertEquals(await check({ attack: "greedyTabular", moves: 1 }), 200);
  assertEquals(await check({ attack: "greedyTabular", moves: 1000 }), 413);
});

Deno.test("a check without an effort searches the worst case on as many examples as time allows, and reports how many", async () => {
  const models = { model: watched(() => {}) };
  const check = async (gate: object, multiplyAdds: number) => {
    const handler = createHandler({ models, costs: { model: 1e6 }, limits: { multiplyAdds } });
    const body = { x: inputs(40), labels: new Array(40).fill(0), gate: { epsilons: [0.1], ...gate } };
    const response = await handler(post("/models/model/check", body));
    return {
      status: response.status,
      report: response.ok ? await response.json() : await response.body?.cancel(),
    };
  };
  const { report: whole } = await check({}, 1e15);
  assertEquals([whole.data.examples, whole.robustness.examples, whole.notes], [40, 40, []]);
  const { status, report } = await check({}, 3e9);
  const { examples } = report.robustness;
  assertEquals(status, 200);
  assert(examples > 1 && examples < 40, `${examples}`);
  assertEquals(report.data.examples, 40);
  assertEquals(report.notes, [
    `The worst case was looked for on ${examples} of the 40 examples, evenly spread; all other rates are of all 40.`,
  ]);
  assertEquals((await check({ effort: "quick" }, 3e9)).status, 413);
  assertEquals((await check({}, 1e8)).status, 413);
});

Deno.test("thresholds and the size of an answer are checked before any work", async () => {
  const handler = handlerOf();
  const one = { on: "fgsm", errorRate: 1 };
  const check = (gate: unknown, rows = 1) =>
    handler(post("/models/linear/check", { x: inputs(rows), labels: new Array(rows).fill(0), gate }));
  assertEquals((await check({ attacks: ["fgsm"], thresholds: new Array(64).fill(one) })).status, 200);
  assertEquals(
    await problem(check({ thresholds: new Array(65).fill(one) })),
    [413, "Cannot check 65 thresholds: this server takes 64 at once"],
  );
  const small = handlerOf({ limits: { answer: 20_000 } });
  const [status, detail] = await problem(small(post(CLASSIFY, { x: inputs(200) })));
  assertEquals(status, 413);
  assert(/^Cannot answer: it might take \d+ bytes, this server gives 20000; /.test(detail), detail);
  assertEquals((await small(post(CLASSIFY, { x: inputs(100) }))).status, 200);
});

Deno.test("the longest answers are no longer than estimated", async () => {
  const answer = 4 * 2 ** 20;
  const handler = handlerOf({ limits: { answer, bytes: 2 ** 24 } });
  const epsilons = Array.from({ length: 16 }, (_, i) => (i + 1) / 17);
  const gate = {
    attacks: ["fgsm", "rotation", "uniformNoise"],
    epsilons,
    perClass: true,
    effort: "quick",
    thresholds: new Array(64).fill({ on: "fgsm", errorRate: 1, confidenceOnErrors: 1, errorOverNoise: 1 }),
  };
  const body = { x: inputs(500), labels: new Array(500).fill(0), gate };
  for (const accept of ["application/json", "application/vnd.safetensors"]) {
    const response = await handler(post("/models/linear/check", body, { headers: { accept } }));
    const { length } = await response.bytes();
    assert(response.status === 200 && length > 50_000 && length <= answer, `${response.status} ${length}`);
  }
});

Deno.test("memory of the kernels does not grow with requests, refused or answered, after the first ones", async () => {
  const handler = handlerOf();
  const bodies = [
    { x: inputs(500), labels: new Array(500).fill(0), gate: { epsilons: [0.1, 0.2, 0.3] } },
    {
      x: inputs(500),
      labels: new Array(500).fill(0),
      gate: { thresholds: new Array(10_000).fill({ on: "fgsm" }) },
    },
    { x: inputs(500), labels: new Array(500).fill(9) },
    { x: [[...new Array(INPUTS - 1).fill(0), 1e39]], labels: [0] },
  ];
  const round = async () => {
    for (const body of bodies) await (await handler(post("/models/linear/check", body))).bytes();
    return heap().exports.memory.buffer.byteLength;
  };
  await round();
  const before = await round();
  for (let i = 0; i < 20; i++) assertEquals(await round(), before);
});
