import { assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { digits } from "../../src/data/digits.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import { budgets } from "../../src/paper/budgets.ts";
import type { Experiment } from "../../src/paper/experiment.ts";
import { divide, plan, trainingOptions } from "../../src/paper/plan.ts";
import type { Training } from "../../src/paper/recipes/training.ts";

const data = digits({ train: 60, test: 20 });
const budget = budgets.quick;

function training(epochs: number, more: Partial<Training> = {}): Training {
  return {
    family: softmaxLinear({ inputs: 784, classes: 10 }),
    data: data.train,
    options: { epochs, batchSize: 5 },
    cost: 2,
    ...more,
  };
}

const after = {
  model: "first",
  options: ({ epochs }: Readonly<Record<string, string>>) => ({ epochs: Number(epochs) }),
};
const trainings = { first: training(3), second: training(9, { after, seed: 100 }), idle: training(1) };

function experiment(id: string, ...models: string[]): Experiment {
  return {
    id,
    title: "",
    explains: "",
    models: () => models,
    run: () => Promise.resolve({ measurements: {} }),
  };
}

Deno.test("plan() has each training once, those that others come after too, and no idle one", () => {
  const tasks = plan([experiment("a", "second"), experiment("b", "second", "first")], trainings, {
    budget,
    seeds: [4, 5],
    test: data.test,
  });
  assertEquals(tasks.map(({ id, needs }) => `${id}: ${needs.join()}`).slice(0, 4), [
    "train first 4: ",
    "train second 4: train first 4",
    "run a 4: train second 4",
    "run b 4: train second 4,train first 4",
  ]);
  assertEquals(
    tasks.find(({ id }) => id === "train second 5")?.needs,
    ["train first 4"],
    "what settles options is trained from the first seed alone",
  );
  assertEquals(tasks.length, 8);
  assertEquals(tasks.slice(0, 2).map(({ cost }) => cost), [2 * 60 * 3, 2 * 60 * 9]);
  // 300 an image and model, at least for one
  assertEquals(tasks.slice(2, 4).map(({ cost }) => cost), [300 * 20, 2 * 300 * 20]);
  const short = { unsaid: { ...training(1), options: {} } };
  const bare = plan([experiment("a", "unsaid"), experiment("b")], short, {
    budget,
    seeds: [1],
    test: data.test,
  });
  assertEquals(bare.map(({ id, cost }) => [id, cost]), [
    ["train unsaid 1", 2 * 60 * 10],
    ["run a 1", 300 * 20],
    ["run b 1", 300 * 20],
  ]);
});

Deno.test("plan() says which model has no recipe", () => {
  assertThrows(
    () => plan([experiment("a", "thrid")], trainings, { budget, seeds: [1], test: data.test }),
    Error,
    "Cannot train thrid: no recipe has this name",
  );
});

Deno.test("trainingOptions() takes the settings of the other's record, and adds the seeds", () => {
  const first = { record: { epochs: "7" } };
  assertEquals(trainingOptions(trainings.first, { seed: 4 }), { epochs: 3, batchSize: 5, seed: 4 });
  assertEquals(trainingOptions(trainings.second, { seed: 4 }), { epochs: 9, batchSize: 5, seed: 104 });
  assertEquals(trainingOptions(trainings.first, { seed: 4, after: first }), {
    ...{ epochs: 3, batchSize: 5, seed: 4 },
  });
  assertEquals(trainingOptions(trainings.second, { seed: 4, after: first }), {
    epochs: 7,
    batchSize: 5,
    seed: 104,
  });
});

Deno.test("divide() holds the last examples out, of few a sixth, and takes no more to learn from than the budget", () => {
  const sizes = (more: { examples?: number; validation?: number }) => {
    const { all, train: trainSet, validation, test } = divide(data, { ...budget, ...more });
    assertEquals(validation.labels, data.train.labels.slice(60 - validation.labels.length));
    return [all, trainSet, validation, test].map(({ labels }) => labels.length);
  };
  assertEquals(sizes({}), [60, 50, 10, 20]);
  assertEquals(sizes({ validation: 5 }), [60, 55, 5, 20]);
  assertEquals(sizes({ examples: 30 }), [60, 30, 10, 20]);
});
