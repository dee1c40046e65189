/** Questions to a laboratory across threads. @module */

import type { Answer, Ask, Kind, Line, Question, Reply, Told } from "../lab/exchanges.ts";

/** Asks a question; rejects with what the laboratory says has gone wrong. */
export interface Call {
  <K extends Kind>(kind: K, ask: Ask<K>, options?: {
    /** Told on the way. */
    onProgress?: (progress: Told<K>) => void;
    /** Asks the laboratory to stop; what it answers then is up to it. */
    signal?: AbortSignal;
  }): Promise<Answer<K>>;
}

interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
  onProgress?(progress: unknown): void;
}

/** What asks at this end of `line`, and what makes all its questions fail. */
export function caller(line: Line): { call: Call; fail: (message: string) => void } {
  const pending = new Map<number, Pending>();
  let failure: string | undefined;
  let next = 0;
  line.onmessage = ({ data: reply }: { data: Reply }) => {
    const waiting = pending.get(reply.id);
    if ("progress" in reply) return waiting?.onProgress?.(reply.progress);
    pending.delete(reply.id);
    if ("error" in reply) waiting?.reject(new Error(reply.error));
    else waiting?.resolve(reply.answer);
  };
  const call = (kind: Kind, ask: unknown, { onProgress, signal }: {
    onProgress?: (progress: never) => void;
    signal?: AbortSignal;
  } = {}) =>
    new Promise((resolve, reject) => {
      if (failure) throw new Error(failure);
      const id = next++;
      const send = (question: Question) => line.postMessage(question);
      pending.set(id, { resolve, reject, onProgress: onProgress as Pending["onProgress"] });
      send({ id, kind, ask });
      signal?.addEventListener("abort", () => send({ id, abort: true }));
    });
  return {
    call: call as Call,
    fail(message) {
      failure = message;
      for (const { reject } of pending.values()) reject(new Error(message));
      pending.clear();
    },
  };
}
