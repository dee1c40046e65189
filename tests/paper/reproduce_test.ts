import { assert, assertEquals, assertRejects } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { digits } from "../../src/data/digits.ts";
import { init } from "../../src/runtime/variants.ts";
import { type Budget, budgets } from "../../src/paper/budgets.ts";
import { claims as all } from "../../src/paper/claims/mod.ts";
import type { Executor } from "../../src/paper/executor.ts";
import { experiments, prepare, reproduce, type RunOptions } from "../../src/paper/mod.ts";
import { threesAndSevens } from "../../src/paper/examples.ts";
import { assertDrawable } from "./drawable.ts";

// what files say of the build is compared here
init({ kernels: "baseline" });

const data = digits({ seed: 1, train: 480, test: 100 });
const tiny: Budget = { ...budgets.quick, units: 16, maxEpochs: 2 };

Deno.test("reproduce() measures the figures of every claim of the budget, the same for the same seed", async () => {
  const told = new Map<string, number>();
  const run = (more: Partial<RunOptions> = {}) => reproduce(data, { budget: tiny, seed: 3, ...more });
  for (const { id } of prepare(data, { budget: tiny, seed: 3 }).tasks) told.set(id, 0);
  const first = await run({
    onProgress({ id }, part) {
      assert(part >= told.get(id)! && part <= 1, `${id} goes from ${told.get(id)} to ${part}`);
      told.set(id, part);
    },
  });
  assert([...told.values()].every((part) => part === 1));
  // alone an experiment comes to what it came to among all
  const again = await run({ only: ["adversarial", "closed"] });
  assert(Object.keys(again.measurements).length > 0);
  for (const [id, measured] of Object.entries(again.measurements)) {
    assertEquals(measured, first.measurements[id], id);
  }
  assertEquals(first.claims.map(({ id }) => id), all.map(({ id }) => id));
  for (const { id, verdict, budgets } of first.claims) {
    assertEquals(verdict === "not run", budgets !== undefined && !budgets.includes("quick"), id);
  }
  const running = experiments.filter(({ budgets }) => budgets?.includes("quick") ?? true);
  const needed = new Set(running.flatMap(({ models }) => models(tiny)));
  for (const name of needed) assert(first.models.some((model) => model.name === name), name);

  for (const [id, figures] of Object.entries(first.figures)) {
    assertEquals(new Set(figures.map((figure) => figure.id)).size, figures.length, id);
    figures.forEach((figure) => assertDrawable(figure, `${id}, ${figure.id}`, { full: true }));
  }
});

Deno.test("prepare() finds a recipe for every model in every budget, and trains only models that are needed", () => {
  for (const budget of Object.values(budgets)) {
    const { tasks, running } = prepare(data, { budget: { ...budget, units: 4 }, seed: 1 });
    const needed = new Set(tasks.flatMap(({ needs }) => needs));
    for (const { id, kind, name } of tasks) {
      assert(kind === "run" ? running.some((experiment) => experiment.id === name) : needed.has(id), id);
    }
  }
});

Deno.test("reproduce() trains a model that follows another by the other's record", async () => {
  const budget: Budget = { ...budgets.full, units: 16, maxEpochs: 2 };
  const only = ["adversarial"];
  const { models } = await reproduce(data, { budget, only, seeds: 1 });
  const { trainings } = prepare(data, { budget, only });
  const settled = models.filter(({ name }) => trainings[name].after);
  assert(settled.length > 0);
  for (const { name, record } of settled) {
    const { model, options } = trainings[name].after!;
    const other = models.find((each) => each.name === model)!;
    assertEquals(record.epochs, `${options(other.record).epochs}`, name);
  }
});

Deno.test("prepare() of some models runs the experiments that need no others, and comparisons of those models", () => {
  const { running, tasks, asked } = prepare(data, { budget: tiny, models: ["softmax", "maxout"] });
  const ids = running.map(({ id }) => id);
  assertEquals([ids.includes("softmax"), ids.includes("beyond"), ids.includes("adversarial")], [
    true,
    true,
    false,
  ]);
  assertEquals(running.find(({ id }) => id === "beyond")!.models(tiny), ["softmax", "maxout"]);
  const trained = tasks.filter(({ kind }) => kind === "train").map(({ name }) => name);
  assertEquals(trained.toSorted(), ["maxout", "softmax"]);
  assertEquals(asked.length, experiments.length, "what is not run is told");
});

Deno.test("every budget runs an experiment for every claim that is not for others alone", () => {
  for (const budget of Object.values(budgets)) {
    const { running } = prepare(data, { budget });
    for (const { id, budgets: within } of all) {
      if (within && !within.includes(budget.name)) continue;
      assert(running.some((experiment) => id.startsWith(`${experiment.id}.`)), `${id} in ${budget.name}`);
    }
  }
});

Deno.test("reproduce() of some experiments runs and judges those alone", async () => {
  const { claims, measurements, models } = await reproduce(data, { budget: tiny, only: ["logistic"] });
  // from the first seed, where none is given
  assertEquals(models.map(({ name, seed }) => [name, seed]), [["logistic", 1]]);
  assertEquals(
    claims.map(({ id }) => id),
    all.filter(({ id }) => id.startsWith("logistic.")).map(({ id }) => id),
  );
  assert(
    [...claims.map(({ id }) => id), ...Object.keys(measurements)].every((id) => id.startsWith("logistic.")),
  );
});

Deno.test("reproduce() of several seeds gives each seed's figures, and judges their means", async () => {
  const only = ["softmax"];
  const alone = [5, 6].map((seed) => reproduce(data, { budget: tiny, only, seed }));
  const both = await reproduce(data, { budget: tiny, only, seed: 5, seeds: 2 });
  assertEquals(both.seeds, [5, 6]);
  const [a, b] = (await Promise.all(alone)).map(({ measurements }) =>
    measurements["softmax.fgsm.confidence"]
  );
  const { mean, min, max, values } = both.measurements["softmax.fgsm.confidence"];
  assertEquals(values, [a.mean, b.mean]);
  assertEquals([min, max], [Math.min(a.mean!, b.mean!), Math.max(a.mean!, b.mean!)]);
  assertEquals(mean, (a.mean! + b.mean!) / 2);
  assertEquals(both.claims.find(({ id }) => id === "softmax.fgsm.confidence")!.mean, mean);
});

Deno.test("reproduce() gives an executor the tasks of every seed, numbered from 1 by their place, and reports each", async () => {
  const asked: [string, number | undefined][] = [], told: unknown[] = [];
  const executor: Executor = {
    width: 1,
    train({ name, seed }, { priority, onProgress }) {
      asked.push([`train ${name} ${seed}`, priority]);
      onProgress(0.5, "half");
      return Promise.resolve({ record: { epochs: "1" }, history: [] });
    },
    run({ experiment, seed }, { priority }) {
      asked.push([`run ${experiment.id} ${seed}`, priority]);
      return Promise.resolve({ measurements: { "fgsm.error": 10 * seed } });
    },
  };
  const { seeds, measurements, models } = await reproduce(data, {
    ...{ budget: tiny, only: ["softmax"], seed: 5, seeds: 3, executor },
    onProgress: ({ id }, part, doing) => void told.push([id, part, doing]),
  });
  assertEquals(told.slice(0, 2), [["train softmax 5", 0.5, "half"], ["train softmax 5", 1, ""]]);
  assertEquals(told.length, 9);
  assertEquals([seeds, models.map(({ seed }) => seed)], [[5, 6, 7], [5, 6, 7]]);
  assertEquals(measurements["softmax.fgsm.error"].values, [50, 60, 70]);
  assertEquals(new Set(asked.map(([id]) => id)).size, 6);
  assertEquals(asked.map(([, priority]) => priority).toSorted(), [1, 2, 3, 4, 5, 6]);
  for (const seed of seeds) {
    const place = (kind: string) => asked.find(([id]) => id === `${kind} softmax ${seed}`)![1]!;
    assert(place("train") < place("run"));
  }
});

Deno.test("reproduce() hands an executor the record of the training that one comes after, and no other", async () => {
  const told: Record<string, string | undefined> = {};
  const executor: Executor = {
    width: 1,
    train({ name, after }) {
      told[name] = after?.record.epochs;
      return Promise.resolve({ record: { epochs: `${name.length}` }, history: [] });
    },
    run: () => Promise.resolve({ measurements: {} }),
  };
  const budget: Budget = { ...budgets.full, units: 4, maxEpochs: 1 };
  await reproduce(data, { budget, only: ["adversarial"], seeds: 1, executor });
  assertEquals(told, {
    ...{ maxout: undefined, adversarialSearch: undefined },
    adversarialMaxout: `${"adversarialSearch".length}`,
  });
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

Deno.test("threesAndSevens() keeps 3 and 7 as classes 0 and 1", () => {
  const { x, labels, classes } = threesAndSevens(data.test);
  assertEquals(classes, 2);
  assertEquals(x.rows, data.test.labels.filter((label) => label === 3 || label === 7).length);
  assertEquals(
    labels.filter((label) => label === 0).length,
    data.test.labels.filter((label) => label === 3).length,
  );
});
