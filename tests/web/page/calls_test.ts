import { assertEquals, assertRejects } from "@std/assert";
import { type Laboratory, laboratory } from "../../../src/web/lab/laboratory.ts";
import type { Line } from "../../../src/web/lab/exchanges.ts";
import type { Plan } from "../../../src/web/lab/protocol.ts";
import { serve } from "../../../src/web/lab/serve.ts";
import { caller } from "../../../src/web/page/calls.ts";

/** A page's end of the line to `lab`, through real messages. */
function connected(lab: Laboratory) {
  const { port1, port2 } = new MessageChannel();
  serve(port2 as unknown as Line, lab);
  return { ...caller(port1 as unknown as Line), [Symbol.dispose]: () => port1.close() };
}

const PLAN: Plan = { family: "softmaxLinear", adversarial: false, seed: 1, epochs: 2 };

Deno.test("caller() and serve() carry questions, answers and progress", async () => {
  using line = connected(laboratory());
  const told: number[] = [];
  const gallery = line.call("gallery", { count: 3 });
  const ask = { name: "mine", plan: PLAN, watch: true, resume: false };
  const trained = await line.call("train", ask, { onProgress: ({ done }) => void told.push(done) });
  assertEquals((await gallery).images.length, 3 * 784);
  assertEquals([trained.finished, told.at(-1)], [true, 1]);
});

Deno.test("caller() rejects with the laboratory's own sentence, and the next question is answered", async () => {
  using line = connected(laboratory());
  await assertRejects(
    () => line.call("noise", { source: "maxout", seed: 1, samples: 1 }),
    Error,
    "Cannot use the model maxout: it is not there yet",
  );
  assertEquals((await line.call("gallery", { count: 1 })).test, 500);
});

Deno.test("caller() aborts a question by its signal", async () => {
  using line = connected(laboratory());
  const controller = new AbortController();
  const ask = { name: "mine", plan: { ...PLAN, epochs: 100 }, watch: true, resume: false };
  const trained = await line.call("train", ask, {
    onProgress: () => controller.abort(),
    signal: controller.signal,
  });
  assertEquals(trained.finished, false);
});

Deno.test("caller() that has failed rejects what waits and what comes", async () => {
  const { port1 } = new MessageChannel();
  const { call, fail } = caller(port1 as unknown as Line);
  const waiting = assertRejects(() => call("gallery", { count: 1 }), Error, "gone");
  fail("gone");
  await waiting;
  await assertRejects(() => call("gallery", { count: 1 }), Error, "gone");
  port1.close();
});
