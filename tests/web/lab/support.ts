import { type Laboratory, laboratory } from "../../../src/web/lab/laboratory.ts";
import type { Answer, Ask, Kind, Told } from "../../../src/web/lab/exchanges.ts";
import type { Plan } from "../../../src/web/lab/protocol.ts";

/** A way to ask `lab` without a line between. */
export function asking(lab: Laboratory = laboratory()) {
  return async <K extends Kind>(
    kind: K,
    ask: Ask<K>,
    { tell = () => {}, signal = new AbortController().signal }: {
      tell?: (progress: Told<K>) => void;
      signal?: AbortSignal;
    } = {},
  ): Promise<Answer<K>> => await lab[kind](ask, { tell, signal });
}

/** A training of no time. */
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
