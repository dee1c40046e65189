/** Kills of workers at work and of the queue's server, at random: nothing is lost, and nothing run more than needed. @module */

import { assert, assertEquals } from "@std/assert";
import { end, freePort, gibbon, pause, report, type Setup, startServer } from "./processes.ts";

/** How it is killed. */
export interface KillOptions {
  kills: number;
  workers: number;
  /** Milliseconds between two kills, about. */
  between: number;
  seed: number;
}

/** A worker, and what it said of its jobs. */
interface Watched {
  readonly process: Deno.ChildProcess;
  /** Whether a job that it has begun is not over. */
  busy: boolean;
}

/** How often workers said of a job that it begins, is done, or was kept, over all their lives. */
class Account {
  readonly counts = { begun: 0, done: 0, kept: 0 };
  /** How often each job of a store was done. */
  readonly times = new Map<string, number>();

  worker(queue: string, store: string): Watched {
    const how = ["--queue", queue, "--store", store, "--concurrency", "1", "--lost-after", "2"];
    const process = gibbon(["worker", ...how]);
    const watched: Watched = { process, busy: false };
    const note = (text: string) => {
      for (const [, state, job] of text.matchAll(/^(begun|done|kept) (.*)$/gm)) {
        watched.busy = state === "begun";
        this.counts[state as keyof Account["counts"]]++;
        const name = `${store} ${job}`;
        if (state === "done") this.times.set(name, (this.times.get(name) ?? 0) + 1);
      }
    };
    const lines = process.stdout.pipeThrough(new TextDecoderStream());
    lines.pipeTo(new WritableStream({ write: note })).catch(() => {});
    process.stderr.pipeTo(new WritableStream()).catch(() => {});
    return watched;
  }
}

/** Runs of the same reproduction until there were so many kills, each of which must give the report of one process. */
export async function killed(
  { folder, reproduce, expected }: Setup,
  { kills: wanted, workers: width, between, seed }: KillOptions,
): Promise<void> {
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const port = freePort(), queue = `redis://127.0.0.1:${port}`;
  const account = new Account();
  let redis = await startServer({ folder, port }), workers: Watched[] = [];
  let [ofWorkers, ofServer, runs] = [0, 0, 0];
  try {
    do {
      const store = `${folder}/store${runs++}`, json = `${folder}/queue.json`;
      workers = Array.from({ length: width }, () => account.worker(queue, store));
      const submitter = gibbon([...reproduce, "--quiet", "--queue", queue, "--store", store, "--json", json]);
      const output = submitter.output();
      let over = false;
      output.then(() => over = true);
      while (!over && ofWorkers + ofServer < wanted) {
        await pause(between * (0.5 + random()));
        // killing a process that is still starting would test nothing
        const busy = workers.filter((each) => each.busy);
        if (over || busy.length === 0) continue;
        if (random() < 1 / 3) {
          ofServer++;
          await end(redis);
          redis = await startServer({ folder, port });
        } else {
          ofWorkers++;
          const victim = busy[Math.floor(random() * busy.length)];
          await end(victim.process);
          workers[workers.indexOf(victim)] = account.worker(queue, store);
        }
      }
      const { code, stderr } = await output;
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      assertEquals(await report(json), expected, "the queue's report is that of one process");
      for (const { process } of workers) process.kill("SIGTERM");
      await Promise.all(workers.map(({ process }) => process.status));
      workers = [];
      console.log(
        `run ${runs}: the same report; kills so far: ${ofWorkers} of workers, ${ofServer} of the server`,
      );
    } while (ofWorkers + ofServer < wanted);
  } finally {
    for (const each of [...workers.map(({ process }) => process), redis]) await end(each);
  }
  const { begun, done, kept } = account.counts;
  const again = done - account.times.size, broken = begun - done - kept;
  console.log(
    `${account.times.size} jobs were done in ${runs} runs; ${broken} beginnings were broken off, ${again} jobs done twice`,
  );
  // a kill breaks off what one worker does; one of the server, or a worker that is slow, may let another begin it too
  assert(broken + again <= ofWorkers + ofServer, "nothing is run more than kills make needed");
}
