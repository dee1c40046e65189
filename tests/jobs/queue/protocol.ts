/**
 * What a queue guarantees to submitters: order, retries, cancelling, progress, pauses, a dashboard, and one version.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { UnrecoverableError, Worker } from "bullmq";
import { codeVersion, NAMING } from "../../../scripts/jobs/code.ts";
import { queued } from "../../../scripts/jobs/queue.ts";
import { QUEUE, serverAt } from "../../../scripts/jobs/redis.ts";
import { serve } from "../../../scripts/jobs/serve.ts";
import { folderStore } from "../../../scripts/jobs/stores.ts";
import { writeBatch } from "../../../src/jobs/inputs.ts";
import { type Job, jobId } from "../../../src/jobs/job.ts";
import { dataKey, writeResult } from "../../../src/jobs/store.ts";
import { digits } from "../../../src/mod.ts";
import { budgets } from "../../../src/paper/budgets.ts";
import { end, freePort, gibbon, pause, root, said, type Setup, startServer, until } from "./processes.ts";

const hooks = { onProgress() {} };
const ignore = () => {};

/** A job that no worker can really do. */
function job(name: string): Job {
  return { kind: "experiment", recipe: { id: name, seed: 1 }, inputs: {}, kernels: "baseline", code: "1" };
}

/** The promises, each of which fails with a sentence that names it. */
export async function protocol(setup: Setup): Promise<void> {
  const { folder } = setup;
  const port = freePort(), url = `redis://127.0.0.1:${port}`;
  let redis = await startServer({ folder, port });
  const server = await serverAt(url, ignore);
  try {
    const store = folderStore(`${folder}/protocol`), notes: string[] = [];
    await using jobs = await queued({ url, store, onNote: (text) => void notes.push(text) });
    /** A worker that does what `act` says, one job at a time. */
    const actor = (act: (name: string) => void | Promise<void>) => {
      const worker = new Worker(QUEUE, async (task) => {
        await act(task.data.job.recipe.id);
        await writeResult(store, task.id!, { of: task.data.job.recipe.id });
      }, { connection: server.connect() });
      worker.on("error", ignore);
      return worker;
    };

    // all jobs wait before a worker starts
    const order: string[] = [];
    const names = ["last", "second", "first"];
    const waiting = names.map((name, i) => jobs.run(job(name), { ...hooks, priority: 30 - 10 * i }));
    await pause(300);
    let worker = actor((name) => void order.push(name));
    assertEquals(await Promise.all(waiting), names.map((of) => ({ of })));
    assertEquals(order, ["first", "second", "last"], "the most urgent job is done first");
    await worker.close();
    console.log("jobs are done by their priorities");

    const tries: number[] = [];
    worker = actor((name) => {
      if (name === "never") throw new UnrecoverableError("it is the data's fault");
      if (name === "later" && tries.push(Date.now()) < 3) throw new Error("it may pass");
    });
    await assertRejects(() => jobs.run(job("never"), hooks), Error, "the data's fault");
    assertEquals(await jobs.run(job("later"), hooks), { of: "later" });
    const [one, two] = [tries[1] - tries[0], tries[2] - tries[1]];
    assert(tries.length === 3 && one >= 1000 && two >= 2000, `tried again after ${one} and ${two} ms`);
    await worker.close();
    console.log(`a job that fails is tried again after ${one} and ${two} ms; one that never can, not`);

    notes.length = 0;
    const back = jobs.run(job("back"), hooks);
    await pause(200);
    await end(redis);
    await until(() => notes.length > 0);
    redis = await startServer({ folder, port });
    await until(() => notes.length > 1);
    assert(/does not answer.*work resumes when it answers again/.test(notes[0]), notes.join("; "));
    assertEquals(notes[1], `The queue at ${url} is back`);
    worker = actor(ignore);
    assertEquals(await back, { of: "back" }, "what waited when the server died is done when it is back");
    await worker.close();
    console.log("the server's death pauses the queue, and its return resumes it");

    const early = new AbortController();
    const never = jobs.run(job("cancelled"), { ...hooks, signal: early.signal });
    await pause(200);
    early.abort();
    await assertRejects(() => never, DOMException);
    await cancelledAtWork(setup, { url, jobs, key: jobId(job("cancelled")) });
    console.log("cancelling takes a job that waits away, and stops one at work, whose state is kept");

    await dashboard(setup, url);
    console.log("the dashboard shows the queue, without what is secret");

    await otherVersion(setup, url);
    console.log("a worker of another version is refused in a sentence");
  } finally {
    server.close();
    await end(redis);
  }
}

/** Passes if a training that is cancelled stops, its state in the store, and its worker goes on to the next job. */
async function cancelledAtWork(
  { folder }: Setup,
  { url, jobs, key }: { url: string; jobs: Awaited<ReturnType<typeof queued>>; key: string },
): Promise<void> {
  const name = `${folder}/protocol`, store = folderStore(name);
  const { train, test } = digits({ train: 1200, test: 60 });
  const inputs = { train: await NAMING.batch(train), test: await NAMING.batch(test) };
  await store.put(dataKey(inputs.train), writeBatch(train));
  await store.put(dataKey(inputs.test), writeBatch(test));
  const training: Job = {
    ...{ kind: "train", inputs, kernels: "baseline", code: await codeVersion() },
    recipe: { budget: budgets.quick, name: "maxout", seed: 1 },
  };
  const states: string[] = [], stopped = new AbortController();
  const options = { url, store: name, concurrency: 1, threads: 1, lostAfter: 5, onNote: ignore };
  const serving = serve({
    ...options,
    onJob: (state, what) => void states.push(`${state} ${what.split(" ")[0]}`),
    signal: stopped.signal,
  });
  const cancelled = new AbortController();
  let heard = "";
  const onProgress = (_: number, doing: string) => {
    if (/^epoch [2-9]/.test(doing)) heard = doing;
    if (heard) cancelled.abort();
  };
  await assertRejects(() => jobs.run(training, { onProgress, signal: cancelled.signal }), DOMException);
  assert(/^epoch \d+ of \d+$/.test(heard), "progress of a worker elsewhere is heard");
  const kept = [...Deno.readDirSync(name)].map(({ name }) => name);
  assert(kept.some((file) => file.endsWith(".state")), `the state is kept: ${kept}`);
  assertEquals(states, ["begun train"], "what was cancelled while it waited never began");
  assert(!await store.has(`results/${key}`));
  stopped.abort();
  await serving;
}

/** Passes if a browser that asks a worker's dashboard sees the queue. */
async function dashboard({ folder }: Setup, url: string): Promise<void> {
  const port = freePort();
  const process = gibbon(["worker", "--queue", url, "--store", folder, "--dashboard", `${port}`]);
  const output = process.output();
  try {
    const get = (path: string) => fetch(`http://127.0.0.1:${port}/${path}`).then((page) => page.text());
    let page = "";
    await until(async () => (page = await get("").catch(() => "")) !== "");
    assert(page.includes("Bull"), page);
    const { queues: [queue] } = JSON.parse(await get("api/queues"));
    assertEquals([queue.name, queue.readOnlyMode], [QUEUE, true]);
    assert(queue.counts.completed >= 5, JSON.stringify(queue.counts));
  } finally {
    await end(process).catch(ignore);
    await output.catch(ignore);
  }
}

/** Passes if work of this version is not done by a worker of another, and that is said. */
async function otherVersion({ folder, reproduce }: Setup, url: string): Promise<void> {
  const code = `${folder}/other/`;
  await Deno.mkdir(code);
  for (const part of ["src", "wasm", "scripts", "deno.json", "deno.lock"]) {
    await new Deno.Command("cp", { args: ["-r", `${root}${part}`, code] }).output();
  }
  await Deno.writeTextFile(`${code}src/mod.ts`, "// another version\n", { append: true });
  const store = `${folder}/versions`;
  const worker = gibbon(["worker", "--queue", url, "--store", store], { code });
  const output = worker.output();
  try {
    const submitted = await said([...reproduce, "--queue", url, "--store", store]);
    assertEquals(submitted.code, 1, submitted.text);
    assert(submitted.text.includes("start all from the same version"), submitted.text);
  } finally {
    await end(worker).catch(ignore);
    await output.catch(ignore);
  }
}
