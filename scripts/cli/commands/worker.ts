/** `gibbon worker`. @module */

import { type Command, command } from "../command.ts";
import { COMPUTING } from "../computing.ts";
import { integerOption, text } from "../options.ts";

/** The message of an interrupted worker, whose end is not a failure. */
const STOPPED =
  "The worker stopped; its unfinished jobs are kept up to their last checkpoints, from which other workers or the same command resume";

/** Runs the jobs of a queue, on any machine that reaches it and the store. */
export const worker: Command = command({
  name: "worker",
  summary: "Run the jobs of a queue",
  options: {
    queue: text({
      help:
        "Address of the queue, a server of Redis or Valkey; rediss:// for TLS, with user and password if it asks for them",
      placeholder: "redis://…",
      required: true,
    }),
    store: text({
      help:
        "Where data and results are, the same for all: a folder that all machines reach, or s3://BUCKET/PREFIX",
      placeholder: "PLACE",
      required: true,
    }),
    concurrency: integerOption({
      help: "Jobs at a time; by default one for each core",
      min: 1,
      max: 256,
    }),
    threads: COMPUTING.threads,
    lostAfter: integerOption({
      help: "Seconds without a sign of a worker, after which its job goes to another",
      min: 1,
      max: 3600,
      default: 15,
    }),
    dashboard: integerOption({
      help: "Port of the dashboard on this machine; by default none",
      placeholder: "PORT",
      min: 1,
      max: 65535,
    }),
  },
  notes:
    `The worker runs until Ctrl-C or the end of its process, and may be killed at any time: another goes on from the last
checkpoint. It takes jobs of its own version of Gibbon alone.`,
  examples: [
    "worker --queue redis://queue.example:6379 --store /mnt/gibbon --concurrency 8",
    "worker --queue rediss://gibbon:SECRET@queue.example:6380 --store s3://gibbon/runs",
  ],
  async run({ queue, store, threads, lostAfter, dashboard, ...values }, context) {
    // the packages of queues are only loaded for one
    const { serve } = await import("../../jobs/serve.ts");
    const concurrency = values.concurrency ??
      Math.max(Math.floor(navigator.hardwareConcurrency / threads), 1);
    const onNote = (text: string) => context.note(text);
    await context.interruptible(async (signal) => {
      await using _ = dashboard === undefined
        ? undefined
        : await (await import("../../jobs/dashboard.ts")).serveDashboard(queue, { port: dashboard, onNote });
      await serve({
        url: queue,
        store,
        concurrency,
        threads,
        lostAfter,
        onNote,
        onJob: (state, what) => context.print(`${state} ${what}`),
        signal,
      });
      if (signal.aborted) context.note(STOPPED);
    });
    return 0;
  },
});
