/**
 * A small reproduction by way of a queue, while its workers and its server are killed at random: the report must be that of
 * one process. `deno task test:queue --kills 200 --train 600` is the long form; `redis-server` must be installed.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { assert, assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url).pathname;
const options = {
  ...{ kills: "4", workers: "2", train: "240", only: "softmax,maxout", between: "700", seed: "1" },
  ...parseArgs(Deno.args, { string: ["kills", "workers", "train", "only", "between", "seed"] }),
};
const folder = await Deno.makeTempDir();
const port = freePort(), queue = `redis://127.0.0.1:${port}`;

/** A process of the command line. */
function gibbon(...args: string[]): Deno.ChildProcess {
  return gibbonOf(root, args);
}

/** The same of the code in the folder `code`. */
function gibbonOf(code: string, args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "-c", `${code}deno.json`, `${code}scripts/cli/gibbon.ts`, ...args],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What a process of the command line printed, which must succeed. */
async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await gibbon(...args).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

/** The queue's server, which writes down each change before it answers. */
function server(): Deno.ChildProcess {
  return new Deno.Command("redis-server", {
    args: ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--save", ""],
    stdout: "null",
    stderr: "null",
  }).spawn();
}

/** Whether something answers at the queue's port. */
async function answers(): Promise<boolean> {
  try {
    (await Deno.connect({ port, hostname: "127.0.0.1" })).close();
    return true;
  } catch {
    return false;
  }
}

async function serverThatAnswers(): Promise<Deno.ChildProcess> {
  const started = server();
  for (let i = 0; i < 200 && !await answers(); i++) await pause(50);
  return started;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Random numbers in [0, 1), the same for the same seed. */
let state = Number(options.seed);
function random(): number {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
}

/** What a report says, without what differs from run to run: times, and where it was made. */
async function report(file: string): Promise<unknown> {
  const text = await Deno.readTextFile(file);
  return JSON.parse(text, (key, value) => key === "seconds" || key === "made" ? undefined : value);
}

/** How often workers said of a job that it begins, is done, or was kept, over all their lives. */
const said = { begun: 0, done: 0, kept: 0 };
/** How often each job of a store was done. */
const times = new Map<string, number>();

/** A worker of the code in the folder `code`, whose words are counted. */
function worker(store: string, code = root): Deno.ChildProcess {
  const how = ["--queue", queue, "--store", store, "--concurrency", "1", "--lost-after", "2"];
  const process = gibbonOf(code, ["worker", ...how]);
  const count = (text: string) => {
    for (const [, state, job] of text.matchAll(/^(begun|done|kept) (.*)$/gm)) {
      said[state as keyof typeof said]++;
      if (state === "done") times.set(`${store} ${job}`, (times.get(`${store} ${job}`) ?? 0) + 1);
    }
  };
  process.stdout.pipeThrough(new TextDecoderStream()).pipeTo(new WritableStream({ write: count })).catch(
    () => {},
  );
  process.stderr.pipeTo(new WritableStream()).catch(() => {});
  return process;
}

const data = `${folder}/digits`;
const reproduce = [
  "reproduce",
  "--data",
  data,
  "--budget",
  "quick",
  "--only",
  options.only,
  "--kernels",
  "baseline",
];

/** Passes if the reproduction by way of the queue at `url` fails with these words, and never says what is secret. */
async function refused(url: string, words: string): Promise<void> {
  const { code, stderr } = await gibbon(...reproduce, "--queue", url, "--store", `${folder}/store`).output();
  const said = new TextDecoder().decode(stderr);
  assertEquals(code, 1, said);
  assert(said.includes(words) && !said.includes("hidden"), said);
}

let redis: Deno.ChildProcess | undefined, workers: Deno.ChildProcess[] = [];
try {
  await printed("data", "digits", "--train", options.train, "--test", "60", "--out", data);
  await printed(...reproduce, "--quiet", "--no-cache", "--json", `${folder}/alone.json`);
  const expected = await report(`${folder}/alone.json`);
  redis = await serverThatAnswers();

  let [kills, served, runs] = [0, 0, 0];
  do {
    const store = `${folder}/store${runs++}`, json = `${folder}/queue.json`;
    workers = Array.from({ length: Number(options.workers) }, () => worker(store));
    const submitter = gibbon(...reproduce, "--quiet", "--queue", queue, "--store", store, "--json", json);
    const output = submitter.output();
    let over = false;
    output.then(() => over = true);
    while (!over && kills < Number(options.kills)) {
      await pause(Number(options.between) * (0.5 + random()));
      if (over) break;
      const victim = Math.floor(random() * (workers.length + 1));
      kills++;
      if (victim === workers.length) {
        served++;
        redis.kill("SIGKILL");
        await redis.status;
        redis = await serverThatAnswers();
      } else {
        workers[victim].kill("SIGKILL");
        await workers[victim].status;
        workers[victim] = worker(store);
      }
    }
    const { code, stderr } = await output;
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertEquals(await report(json), expected, "the queue's report is that of one process");
    for (const each of workers) each.kill("SIGTERM");
    await Promise.all(workers.map(({ status }) => status));
    workers = [];
    console.log(`run ${runs}: the same report; ${kills} kills so far, ${served} of them of the server`);
  } while (kills < Number(options.kills));
  const again = said.done - times.size, broken = said.begun - said.done - said.kept;
  console.log(
    `${times.size} jobs of ${runs} runs; ${broken} were broken off and ${again} done a second time`,
  );
  // a kill breaks off what one worker does, or lets another begin what one that lives still does
  assert(broken + again <= kills, "nothing is run more than a kill makes needed");

  await refused(
    `redis://user:hidden@127.0.0.1:${port}`,
    `Cannot use the queue at redis://127.0.0.1:${port}: `,
  );
  console.log("a wrong password is refused in a sentence that does not repeat it");

  const copy = `${folder}/other/`;
  await Deno.mkdir(copy);
  for (const part of ["src", "wasm", "scripts", "deno.json", "deno.lock"]) {
    await new Deno.Command("cp", { args: ["-r", `${root}${part}`, copy] }).output();
  }
  await Deno.writeTextFile(`${copy}src/mod.ts`, "// another version\n", { append: true });
  workers = [worker(`${folder}/store`, copy)];
  await refused(queue, "start all from the same version");
  console.log("a worker of another version is refused in a sentence");
} finally {
  for (const each of [...workers, redis]) {
    try {
      each?.kill("SIGKILL");
      await each?.status;
    } catch {
      // it is over
    }
  }
  await Deno.remove(folder, { recursive: true });
}
