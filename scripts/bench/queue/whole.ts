/** What a queue costs: the same reproduction in one process and by a queue, in alternation. @module */

import { startServer, startWorker, timed } from "./processes.ts";

/** One round. */
export interface Round {
  readonly workers: number;
  /** Seconds by the clock, and of all processors, in one process and by the queue. */
  readonly alone: Took;
  readonly queued: Took;
}

/** Seconds. */
export interface Took {
  readonly wall: number;
  readonly processor: number;
}

/** How it is measured. */
export interface WholeOptions {
  /** Experiments. */
  only: readonly string[];
  /** Of each training, at most. */
  maxEpochs: number;
  workers: number;
  rounds: number;
  onRound: (round: Round) => void;
}

/**
 * Rounds of a reproduction with as many workers as processes do jobs, each from another seed, whose reports must be the
 * same. One before them, which is not told, lets the workers start and read the data.
 *
 * @throws {Error} if they are not
 */
export async function whole(
  { only, maxEpochs, workers, rounds, onRound }: WholeOptions,
): Promise<void> {
  await using place = await startServer();
  await using processes = new AsyncDisposableStack();
  const store = `${place.folder}/store`;
  const all = Array.from({ length: workers }, () => processes.use(startWorker(place.url, store)));
  const ofWorkers = async () => {
    const each = await Promise.all(all.map((worker) => worker.seconds()));
    return each.reduce((sum, seconds) => sum + seconds, 0);
  };
  const how = ["reproduce", "--quiet", "--kernels", "baseline", "--only", only.join(",")];
  for (let round = 0; round <= rounds; round++) {
    const work = [...how, "--max-epochs", `${maxEpochs}`, "--seed", `${round + 1}`];
    const files = ["alone", "queued"].map((name) => `${place.folder}/${name}.json`);
    const alone = await timed([...work, "--no-cache", "--jobs", `${workers}`, "--json", files[0]]);
    const before = await ofWorkers();
    const submitter = await timed([...work, "--queue", place.url, "--store", store, "--json", files[1]]);
    const processor = submitter.processor + await ofWorkers() - before;
    const [a, b] = await Promise.all(files.map(measured));
    if (a !== b) throw new Error(`Cannot compare: seed ${round + 1} gives another report by the queue`);
    if (round > 0) onRound({ workers, alone, queued: { wall: submitter.wall, processor } });
  }
}

/** A report without what differs from run to run: times, and where it was made. */
async function measured(file: string): Promise<string> {
  const text = await Deno.readTextFile(file);
  const value = JSON.parse(
    text,
    (key, value) => key === "seconds" || key === "made" ? undefined : value,
  );
  return JSON.stringify(value);
}
