import { assert, assertEquals, assertRejects } from "@std/assert";
import { NAMING } from "../../scripts/jobs/code.ts";
import { doAll } from "../../src/jobs/all.ts";
import { inputsFrom, writeBatch } from "../../src/jobs/inputs.ts";
import { type Job, jobId, type Jobs } from "../../src/jobs/job.ts";
import { keptResult } from "../../src/jobs/mod.ts";
import { PART, partsFor } from "../../src/jobs/robustness.ts";
import { dataKey, memoryStore, readResult, resultKey, writeResult } from "../../src/jobs/store.ts";
import { digits, InputError } from "../../src/mod.ts";

const job: Job = {
  kind: "experiment",
  recipe: { id: "softmax", seed: 1 },
  inputs: { train: "a", test: "b" },
  kernels: "baseline",
  code: "1",
};

Deno.test("jobId() does not depend on the order in which a job is written, and changes with every part of it", () => {
  const { kind, recipe, kernels, code } = job;
  assertEquals(jobId({ code, kernels, inputs: { test: "b", train: "a" }, recipe, kind }), jobId(job));
  const others: Job[] = [
    { ...job, kind: "train" },
    { ...job, recipe: { id: "softmax", seed: 2 } },
    { ...job, inputs: { train: "b", test: "a" } },
    { ...job, kernels: "relaxed" },
    { ...job, code: "2" },
  ];
  assertEquals(new Set([job, ...others].map(jobId)).size, 6);
  assert(/^[0-9a-f]{64}$/.test(jobId(job)));
});

Deno.test("keptResult() gives a kept result, and none that is damaged or of a job without a version", async () => {
  const store = memoryStore(), id = jobId(job);
  assertEquals(await keptResult(job, store), undefined);
  await writeResult(store, id, { measurements: { error: 12.5, none: null } });
  assertEquals(await keptResult(job, store), { result: { measurements: { error: 12.5, none: null } } });
  assertEquals(await keptResult({ ...job, code: undefined }, store), undefined);
  const bytes = (await store.get(resultKey(id)))!;
  await store.put(resultKey(id), bytes.map((byte, i) => i === bytes.length - 4 ? byte ^ 1 : byte));
  assertEquals(await readResult(store, id), undefined);
  await store.put(resultKey(id), bytes.slice(0, 70));
  assertEquals(await readResult(store, id), undefined);
});

Deno.test("inputsFrom() gives examples and bytes by their SHA-256, and refuses missing ones and ones of another hash", async () => {
  const store = memoryStore(), { train } = digits({ train: 12, test: 0 });
  const at = () => inputsFrom(store, new Map(), NAMING);
  const hash = await NAMING.batch(train), bytes = writeBatch(train);
  await assertRejects(() => at().batch(hash), InputError, "it is not there");
  await store.put(dataKey(hash), bytes);
  assertEquals((await at().batch(hash)).x.data, train.x.data);
  await store.put(dataKey(hash), writeBatch({ ...train, labels: train.labels.map((label) => 9 - label) }));
  await assertRejects(() => at().batch(hash), InputError, "its content does not fit its name");
  const own = await NAMING.bytes(bytes);
  await store.put(dataKey(own), bytes);
  assertEquals(await at().bytes(own), bytes);
  await store.put(dataKey(own), bytes.slice(1));
  await assertRejects(() => at().bytes(own), InputError, "its content does not fit its name");
});

Deno.test("doAll() keeps the order, has as many at a time as there is room, and stops the others when one fails", async () => {
  let [running, most] = [0, 0];
  const jobs: Jobs = {
    width: 3,
    async run({ recipe }, { signal }) {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, (recipe as number) % 3));
      running--;
      signal?.throwIfAborted();
      if (recipe === 99) throw new Error("no");
      return recipe;
    },
  };
  const list = (recipes: number[]) => recipes.map((recipe) => ({ ...job, recipe }));
  const parts: number[] = [];
  const order = [5, 4, 3, 2, 1, 0, 7];
  assertEquals(await doAll(jobs, list(order), { onProgress: (part) => void parts.push(part) }), order);
  assertEquals([most, parts.at(-1)], [3, 1]);
  await assertRejects(() => doAll(jobs, list([1, 99, 2, 3, 4]), { onProgress() {} }), Error, "no");
  assertEquals(running, 0);
});

Deno.test("partsFor() has every example once, and one part where time is limited", () => {
  const options = { epsilons: [0.1] };
  const ends = partsFor({ options }, 2 * PART + 1).map(({ from, to }) => [from, to]);
  assertEquals(ends, [[0, PART], [PART, 2 * PART], [2 * PART, 2 * PART + 1]]);
  assertEquals(partsFor({ options: { ...options, timeLimit: 1 } }, 2 * PART).length, 1);
});
