/** Requests to a worker across threads. @module */

import type { Channel, FromWorker, Params, ProgressOf, RequestName, Result, ToWorker } from "../messages.ts";

/** Makes a request; rejects with the worker's own message. */
export interface Send {
  <K extends RequestName>(name: K, params: Params<K>, options?: {
    onProgress?: (progress: ProgressOf<K>) => void;
    /** Asks the worker to stop; what it answers then is up to it. */
    signal?: AbortSignal;
  }): Promise<Result<K>>;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
  onProgress?(progress: unknown): void;
}

/** Sends requests through `channel`; `fail` rejects all of them, also those to come. */
export function createClient(channel: Channel): { send: Send; fail: (message: string) => void } {
  const pending = new Map<number, Pending>();
  let failure: string | undefined;
  let next = 0;
  channel.onmessage = ({ data: message }: { data: FromWorker }) => {
    const waiting = pending.get(message.id);
    if ("progress" in message) return waiting?.onProgress?.(message.progress);
    pending.delete(message.id);
    if ("error" in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.result);
  };
  const send = (name: RequestName, params: unknown, { onProgress, signal }: {
    onProgress?: (progress: never) => void;
    signal?: AbortSignal;
  } = {}) =>
    new Promise((resolve, reject) => {
      if (failure) throw new Error(failure);
      const id = next++;
      const post = (message: ToWorker) => channel.postMessage(message);
      pending.set(id, { resolve, reject, onProgress: onProgress as Pending["onProgress"] });
      post({ id, name, params });
      signal?.addEventListener("abort", () => post({ id, abort: true }));
    });
  return {
    send: send as Send,
    fail(message) {
      failure = message;
      for (const { reject } of pending.values()) reject(new Error(message));
      pending.clear();
    },
  };
}
