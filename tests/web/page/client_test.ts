import { assertEquals, assertRejects } from "@std/assert";
import type { Channel, Plan } from "../../../src/web/messages.ts";
import { createHandlers } from "../../../src/web/worker/handlers.ts";
import { serve } from "../../../src/web/worker/serve.ts";
import { createClient } from "../../../src/web/page/client.ts";

/** The page's end of a channel to handlers, through real messages. */
function connected() {
  const { port1, port2 } = new MessageChannel();
  serve(port2 as unknown as Channel, createHandlers());
  return { ...createClient(port1 as unknown as Channel), [Symbol.dispose]: () => port1.close() };
}

const PLAN: Plan = { family: "softmaxLinear", adversarial: false, seed: 1, epochs: 2 };

Deno.test("createClient() and serve() carry requests, results and progress", async () => {
  using channel = connected();
  const told: number[] = [];
  const gallery = channel.send("gallery", { count: 3 });
  const ask = { name: "mine", plan: PLAN, watch: true, resume: false };
  const trained = await channel.send("train", ask, { onProgress: ({ done }) => void told.push(done) });
  assertEquals((await gallery).examples.length, 3 * 784);
  assertEquals([trained.finished, told.at(-1)], [true, 1]);
});

Deno.test("createClient() rejects with the worker's own sentence, and the next request is answered", async () => {
  using channel = connected();
  await assertRejects(
    () => channel.send("noiseError", { source: "maxout", seed: 1, samples: 1 }),
    Error,
    "Cannot use the model maxout: it is not there yet",
  );
  assertEquals((await channel.send("gallery", { count: 1 })).test, 500);
});

Deno.test("createClient() aborts a request by its signal", async () => {
  using channel = connected();
  const controller = new AbortController();
  const ask = { name: "mine", plan: { ...PLAN, epochs: 100 }, watch: true, resume: false };
  const trained = await channel.send("train", ask, {
    onProgress: () => controller.abort(),
    signal: controller.signal,
  });
  assertEquals(trained.finished, false);
});

Deno.test("createClient() that has failed rejects waiting and later calls", async () => {
  const { port1 } = new MessageChannel();
  const { send, fail } = createClient(port1 as unknown as Channel);
  const waiting = assertRejects(() => send("gallery", { count: 1 }), Error, "gone");
  fail("gone");
  await waiting;
  await assertRejects(() => send("gallery", { count: 1 }), Error, "gone");
  port1.close();
});
