/** Jobs spread over workers of this process. @module */

import type { Batch } from "../../src/mod.ts";
import type { Job, Jobs } from "../../src/jobs/job.ts";
import type { Hooks } from "../../src/paper/executor.ts";
import { actionOf, kinds } from "../../src/jobs/mod.ts";
import { UserError } from "../errors.ts";
import type { Answer, Order, Setting } from "./messages.ts";

/** How a pool works. */
export interface PoolOptions {
  /** Jobs at a time, each in a worker of its own. */
  jobs: number;
  /** The worker's module; default `worker.ts`. */
  module?: URL;
  /** Told what the user should know, such as of a damaged file. */
  onNote?: (text: string) => void;
}

/** A job that failed. */
export class JobError extends UserError {
  /** A failure in `message`; `final` if the job would fail again. */
  constructor(message: string, readonly final: boolean) {
    super(message);
  }
}

/** Workers that do jobs; they are there from first use until the pool is disposed. */
export function pool(
  setting: Setting,
  { jobs, module = new URL("./worker.ts", import.meta.url), onNote }: PoolOptions,
): Jobs & Disposable {
  const idle: Worker[] = [];
  const busy = new Set<Worker>();
  const inputs = new Map(
    Array.from(setting.inputs ?? [], ([hash, input]) => [hash, "x" in input ? shared(input) : input]),
  );

  const hire = (): Worker => {
    const worker = new Worker(module, { type: "module" });
    send(worker, { kind: "begin", setting: { ...setting, inputs } });
    return worker;
  };

  /** The result of `job`; a job that is stopped saves its state or is cut off. */
  const run = (job: Job, { onProgress, signal }: Hooks) =>
    new Promise<unknown>((resolve, reject) => {
      const failed = `Cannot ${actionOf(job)}`;
      const worker = idle.pop() ?? hire();
      busy.add(worker);
      const stop = () => {
        if (kinds[job.kind].resumable) send(worker, { kind: "stop" });
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
        else if (answer.kind === "failed") {
          reject(new JobError(`${failed}: ${answer.message}`, answer.expected));
        } else resolve(JSON.parse(answer.result));
      };
      worker.onerror = (event) => {
        event.preventDefault();
        lose(new JobError(`${failed}: its worker broke down (${event.message})`, false));
      };
      send(worker, { kind: "do", job });
    });

  return {
    width: jobs,
    run,
    [Symbol.dispose]() {
      for (const worker of [...idle, ...busy]) worker.terminate();
    },
  };
}

function send(worker: Worker, order: Order): void {
  worker.postMessage(order);
}

/** The same examples in memory that workers share instead of each having a copy. */
function shared({ x, ...rest }: Batch): Batch {
  const data = new Float32Array(new SharedArrayBuffer(x.data.byteLength));
  data.set(x.data);
  return { x: { ...x, data }, ...rest };
}
