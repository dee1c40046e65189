/** The dashboard of a queue, which bull-board draws. @module */

import type { MiddlewareHandler } from "hono";
import { optional } from "./packages.ts";
import { QUEUE, serverAt } from "./redis.ts";

/** Serves the dashboard until it is disposed, on this machine only, because it has no authentication. */
export async function serveDashboard(
  url: string,
  { port, onNote }: { port: number; onNote: (text: string) => void },
): Promise<AsyncDisposable> {
  const server = await serverAt(url, onNote);
  const purpose = "show a queue";
  const [{ Queue }, { createBullBoard }, { BullMQAdapter }, { HonoAdapter }, { Hono }, { serveStatic }] =
    await Promise.all([
      optional<typeof import("bullmq")>("bullmq", purpose),
      optional<typeof import("@bull-board/api")>("@bull-board/api", purpose),
      optional<typeof import("@bull-board/api/bullMQAdapter")>("@bull-board/api/bullMQAdapter", purpose),
      optional<typeof import("@bull-board/hono")>("@bull-board/hono", purpose),
      optional<typeof import("hono")>("hono", purpose),
      optional<typeof import("hono/deno")>("hono/deno", purpose),
    ]);
  const connection = server.connect();
  const queue = new Queue(QUEUE, { connection });
  queue.on("error", () => {});
  const adapter = new HonoAdapter(serveStatic as unknown as (options: object) => MiddlewareHandler);
  // two copies of one type
  createBullBoard({
    queues: [new BullMQAdapter(queue, { readOnlyMode: true })],
    serverAdapter: adapter as never,
  });
  const app = new Hono();
  app.route("/", adapter.registerPlugin());
  const http = Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, app.fetch);
  onNote(`The queue's dashboard is at http://127.0.0.1:${port}/`);
  return {
    async [Symbol.asyncDispose]() {
      await http.shutdown();
      await queue.close();
      server.close();
    },
  };
}
