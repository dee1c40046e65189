import { assert, assertEquals, assertRejects } from "@std/assert";
import "../../src/kernels/inlined.ts";
import { digits } from "../../src/data/digits.ts";
import { experiments, reproduce } from "../../src/paper/mod.ts";
import { budgets } from "../../src/paper/budgets.ts";
import { pair } from "../../src/paper/pair.ts";
import { claims } from "../../src/paper/claims/mod.ts";

const data = digits({ seed: 1, learn: 400, test: 100 });
const tiny = { ...budgets.quick, units: 16, mostEpochs: 2 };

Deno.test("reproduce() measures what every claim asks for, the same for the same seed", async () => {
  const told: number[] = [];
  const run = () => reproduce(data, { budget: tiny, seed: 3, onProgress: ({ done }) => told.push(done) });
  const [first, second] = [await run(), await run()];
  assertEquals(first, second);
  assertEquals(first.claims.map(({ id }) => id), claims.map(({ id }) => id));
  for (const { id, verdict } of first.claims) assert(verdict !== "not run", id);
  const needed = new Set(experiments.flatMap(({ models }) => models(tiny)));
  assertEquals(Object.keys(first.models).sort(), [...needed].sort());
  assert(told.every((done) => done >= 0 && done <= 1));
});

Deno.test("reproduce() stops when its signal is aborted", async () => {
  const abort = new AbortController();
  const onProgress = () => abort.abort(new Error("enough"));
  await assertRejects(
    () => reproduce(data, { budget: tiny, onProgress, signal: abort.signal }),
    Error,
    "enough",
  );
});

Deno.test("pair() keeps 3 and 7 as classes 0 and 1", () => {
  const { x, labels, classes } = pair(data.test);
  assertEquals(classes, 2);
  assertEquals(x.rows, data.test.labels.filter((label) => label === 3 || label === 7).length);
  assertEquals(
    labels.filter((label) => label === 0).length,
    data.test.labels.filter((label) => label === 3).length,
  );
});
