import type { Params, Plan, ProgressOf, RequestName, Result } from "../../../src/web/messages.ts";
import { createHandlers, type Handlers } from "../../../src/web/worker/handlers.ts";

/** Makes requests of `handlers` without a channel between. */
export function requester(handlers: Handlers = createHandlers()) {
  return async <K extends RequestName>(
    name: K,
    params: Params<K>,
    { onProgress = () => {}, signal = new AbortController().signal }: {
      onProgress?: (progress: ProgressOf<K>) => void;
      signal?: AbortSignal;
    } = {},
  ): Promise<Result<K>> => await handlers[name](params, { onProgress, signal });
}

/** A training that takes no time. */
export const PLAN: Plan = { family: "softmaxLinear", adversarial: false, seed: 3, epochs: 3 };

/** An IDX file of these sizes, its bytes counting up. */
export function idx(...shape: number[]): Uint8Array<ArrayBuffer> {
  const length = shape.reduce((product, n) => product * n, 1);
  const bytes = new Uint8Array(4 + 4 * shape.length + length);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((n, i) => new DataView(bytes.buffer).setUint32(4 + 4 * i, n));
  for (let i = 0; i < length; i++) bytes[bytes.length - length + i] = i % 10;
  return bytes;
}
