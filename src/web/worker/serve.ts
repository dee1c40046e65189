/** Answers messages by handlers. @module */

import type { Channel, Context, Params, RequestName, ToWorker } from "../messages.ts";
import type { Handlers } from "./handlers.ts";

/** Answers each request that comes through `channel`; a failure is answered by its message. */
export function serve(channel: Channel, handlers: Handlers): void {
  const running = new Map<number, AbortController>();
  channel.onmessage = async ({ data: message }: { data: ToWorker }) => {
    const { id } = message;
    if ("abort" in message) return running.get(id)?.abort();
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const result = await handle(handlers, message.name, message.params, {
        onProgress: (progress) => channel.postMessage({ id, progress }),
        signal: controller.signal,
      });
      channel.postMessage({ id, result });
    } catch (error) {
      channel.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    } finally {
      running.delete(id);
    }
  };
}

/** The name gives back the types that a message has lost. */
function handle<K extends RequestName>(handlers: Handlers, name: K, params: unknown, context: Context<K>) {
  return handlers[name](params as Params<K>, context);
}
