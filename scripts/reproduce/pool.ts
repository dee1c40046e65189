/** A run spread over workers. @module */

import type { Batch } from "../../src/mod.ts";
import type { Executor } from "../../src/paper/executor.ts";
import type { Hooks } from "../../src/paper/executor.ts";
import { UserError } from "../errors.ts";
import type { Answer, Order, Setting } from "./messages.ts";

/** How a pool works. */
export interface PoolOptions {
  /** Tasks at a time, each in a worker of its own. */
  jobs: number;
  /** The worker's module; default `worker.ts`. */
  module?: URL;
  /** Told what the user should know, such as of a damaged file. */
  onNote?: (text: string) => void;
}

/** An executor that does tasks in workers, which are there from first use until it is disposed. */
export function pool(
  setting: Setting,
  { jobs, module = new URL("./worker.ts", import.meta.url), onNote }: PoolOptions,
): Executor & Disposable {
  const idle: Worker[] = [];
  const busy = new Set<Worker>();
  const files = new Map<string, string>();
  const begun = { ...setting, data: { train: shared(setting.data.train), test: shared(setting.data.test) } };

  const hire = (): Worker => {
    const worker = new Worker(module, { type: "module" });
    send(worker, { kind: "begin", setting: begun });
    return worker;
  };

  /** The answer to `order`; an experiment that is to stop is broken off, a training saves its state. */
  const done = (order: Order, what: string, { onProgress, signal }: Hooks) =>
    new Promise<Answer>((resolve, reject) => {
      const worker = idle.pop() ?? hire();
      busy.add(worker);
      const stop = () => {
        if (order.kind === "train") send(worker, { kind: "stop" });
        else lose(signal!.reason);
      };
      const leave = () => {
        busy.delete(worker);
        signal?.removeEventListener("abort", stop);
      };
      const lose = (why: unknown) => {
        leave();
        worker.terminate();
        reject(why);
      };
      signal?.addEventListener("abort", stop);
      worker.onmessage = ({ data: answer }: MessageEvent<Answer>) => {
        if (answer.kind === "progress") return onProgress(answer.part, answer.doing);
        if (answer.kind === "note") return onNote?.(answer.text);
        leave();
        idle.push(worker);
        if (answer.kind === "stopped") reject(signal!.reason);
        else if (answer.kind === "failed") reject(new UserError(`Cannot ${what}: ${answer.message}`));
        else resolve(answer);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        lose(new UserError(`Cannot ${what}: its worker broke down (${event.message})`));
      };
      send(worker, order);
    });

  return {
    width: jobs,
    async train(order, hooks) {
      const { name, seed } = order;
      const answer = await done({ kind: "train", ...order }, `train ${name} from seed ${seed}`, hooks);
      const { record, file } = answer as Extract<Answer, { kind: "trained" }>;
      files.set(`${name} ${seed}`, file);
      return record;
    },
    async run({ experiment: { id, models }, seed }, hooks) {
      const own = models(setting.budget).map((name) => [name, files.get(`${name} ${seed}`)!]);
      const order: Order = { kind: "run", id, seed, files: Object.fromEntries(own) };
      const answer = await done(order, `run the experiment ${id} with seed ${seed}`, hooks);
      return (answer as Extract<Answer, { kind: "outcome" }>).outcome;
    },
    [Symbol.dispose]() {
      for (const worker of [...idle, ...busy]) worker.terminate();
    },
  };
}

function send(worker: Worker, order: Order): void {
  worker.postMessage(order);
}

/** The same examples in memory that workers share instead of each having a copy. */
function shared({ x, labels, classes }: Batch): Batch {
  const data = new Float32Array(new SharedArrayBuffer(x.data.byteLength));
  data.set(x.data);
  return { x: { ...x, data }, labels, classes };
}
