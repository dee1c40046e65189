import { assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { digits } from "../../src/data/digits.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import { type Budget, budgets } from "../../src/paper/budgets.ts";
import { inProcess, runExperiment, trainModel } from "../../src/paper/executor.ts";
import type { Experiment, ExperimentContext } from "../../src/paper/experiment.ts";
import { divide } from "../../src/paper/plan.ts";

const data = digits({ seed: 1, train: 60, test: 20 });
const budget: Budget = { ...budgets.quick, units: 4, maxEpochs: 1 };
const examples = divide(data, budget);

/** An experiment of three models that tells what it was run with. */
function asking(seen: (context: ExperimentContext) => void): Experiment {
  return {
    ...{ id: "a", title: "", explains: "", models: () => ["softmax", "maxout", "rbf"] },
    run(context) {
      seen(context);
      context.progress(0.5);
      return Promise.resolve({ measurements: { error: 1 } });
    },
  };
}

Deno.test("inProcess() runs experiments on the models that it has trained from their seed, and gives them back", async () => {
  const told: unknown[] = [];
  const hooks = { onProgress: (part: number, doing: string) => void told.push([part, doing]) };
  let context: ExperimentContext | undefined;
  const executor = inProcess(examples, budget);
  {
    using _ = executor;
    assertEquals(executor.width, 1);
    const { record, history } = await executor.train({ name: "softmax", seed: 3 }, hooks);
    assertEquals([record.seed, record.epochs, history.length], ["3", "1", 1]);
    assertEquals(told, [[1, "epoch 1 of 1"]]);
    await executor.train({ name: "maxout", seed: 4 }, hooks);
    told.length = 0;
    const result = await executor.run({ experiment: asking((own) => context = own), seed: 3 }, hooks);
    assertEquals(result, { measurements: { error: 1 } });
    assertEquals(told, [[0, ""], [0.5, ""]]);
    // that of the other seed is none of its own
    assertEquals([context!.names, context!.seed, context!.budget], [["softmax"], 3, budget]);
    assertEquals(context!.test, examples.test);
    assertEquals((await context!.model("softmax")).record, record);
  }
  assertEquals(await context!.model("softmax"), undefined);
});

Deno.test("trainModel() trains by the recipe from the run's seed, and reports the fraction of all steps", async () => {
  const family = softmaxLinear({ inputs: 784, classes: 10 });
  const training = { family, data: data.train, options: { epochs: 2, batchSize: 20 }, cost: 1, seed: 100 };
  const told: unknown[] = [];
  const onProgress = (part: number, doing: string) => void told.push([part, doing]);
  using model = await trainModel(training, { seed: 7 }, { onProgress });
  assertEquals([model.record.seed, model.record.epochs], ["107", "2"]);
  assertEquals(told, [[0.5, "epoch 1 of 2"], [1, "epoch 2 of 2"]]);
});

Deno.test("runExperiment() hands on the signal, and begins at 0", async () => {
  const { signal } = new AbortController();
  const parts: number[] = [];
  let seen: AbortSignal | undefined;
  const context = { ...examples, seed: 1, budget, names: [], model: () => Promise.reject() };
  await runExperiment(asking((own) => seen = own.signal), context, {
    signal,
    onProgress: (part) => parts.push(part),
  });
  assertEquals([seen, parts], [signal, [0, 0.5]]);
});
