import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import "../../src/runtime/inlined.ts";
import { anyAttacks, fgsm, pgd } from "../../src/attacks/mod.ts";
import { differentiable, perturbation, rubbishClass } from "../../src/attacks/perturbations.ts";
import { digits } from "../../src/data/digits.ts";
import { divergence } from "../../src/divergence.ts";
import { InputError } from "../../src/errors.ts";
import { gatherRows } from "../../src/kernels/sparse.ts";
import { losses } from "../../src/loss.ts";
import { predict } from "../../src/predict.ts";
import { matrix } from "../../src/matrix.ts";
import type { Perturbation } from "../../src/models/classifier.ts";
import { bind, executorOf } from "../../src/models/model.ts";
import { classRbm, maxout, mlp, rbf, softmaxLinear } from "../../src/models/mod.ts";
import { rng } from "../../src/rng.ts";
import { trades, train } from "../../src/train/mod.ts";
import { resolveOptions } from "../../src/train/options.ts";
import { makeStep } from "../../src/train/step.ts";
import { SHORT } from "../attacks/short.ts";
import { CLASSES, examplesFor, INPUTS, ordinaryTensors } from "../models/specimens.ts";
import { assertClose, centralDifference } from "../support.ts";
import { examples, trainSet } from "./support.ts";

const sizes = { inputs: INPUTS, classes: CLASSES };
const families = [
  softmaxLinear(sizes),
  maxout({ ...sizes, units: [5, 4], pieces: 3 }),
  maxout({ ...sizes, units: [5], pieces: 3, head: "sigmoid" }),
  rbf({ ...sizes, precision: 2 }),
];

/** Moves every input by the same, whatever the model. */
const moving: Perturbation = {
  name: "moving",
  apply: (_, { x }) => matrix(x.rows, x.cols, x.data.map((value, i) => value + 0.1 + 0.05 * (i % 3))),
};

Deno.test("a step by trades() leaves the gradient of J(x) + β·KL(p(x) ‖ p(x′)), through both answers", () => {
  const B = 6, beta = 1.5;
  for (const family of families) {
    const data = examplesFor(family, B, { seed: 5 });
    const network = executorOf(family, ordinaryTensors(family));
    const model = bind(family, network);
    const options = resolveOptions(family, data, {
      perturbation: moving,
      objective: trades({ beta }),
      batchSize: B,
      dropout: {},
    });
    const step = makeStep(network, model, { data, options });
    const order = Int32Array.from({ length: B }, (_, i) => i);
    const objective = () => step(order, 0, B, rng(9)) / B;
    const value = objective();
    const gradients = network.parameters.map(({ gradient, rest }) => {
      if (rest) gatherRows(gradient, rest.lists, { m: rest.x, accumulate: rest.onto });
      return gradient.data.slice();
    });
    // the value, by the model's answers
    const clean = model.scores(data.x);
    const [s, t] = [matrix(B, clean.cols, clean.data.slice()), model.scores(moving.apply(model, data, 0))];
    const out = { loss: matrix(B, 1), dScores: matrix(B, s.cols), dOthers: matrix(B, s.cols) };
    divergence(model.head, out, s, t);
    const own = losses(model, data);
    const expected = own.reduce((sum, loss, i) => sum + loss + beta * out.loss.data[i], 0) / B;
    assertAlmostEquals(value, expected, 1e-4, family.name);
    network.parameters.forEach(({ value: parameter }, k) => {
      const count = Math.min(parameter.data.length, 30);
      const numeric = Array.from({ length: count }, (_, i) =>
        centralDifference(
          () => {
            network.refresh();
            return objective();
          },
          parameter.data,
          i,
          2 ** -10,
        ));
      assertClose(gradients[k].subarray(0, count), numeric, 2e-3, `${family.name} ${k}`);
    });
  }
});

Deno.test("train() by trades() with a small β is train() on clean examples, and the name tells β", async () => {
  const options = { epochs: 3, seed: 2, batchSize: 20, dropout: {} };
  using plain = await train(families[0], examplesFor(families[0], 60, { seed: 1 }), options);
  using near = await train(families[0], examplesFor(families[0], 60, { seed: 1 }), {
    ...options,
    perturbation: moving,
    objective: trades({ beta: 1e-7 }),
  });
  const [a, b] = [plain, near].map((model) => model.tensors().W.data as Float32Array);
  assertClose(a, b, 1e-4, "weights");
  assertEquals([near.record.objective, near.record.alpha], ['trades {"beta":1e-7}', undefined]);
});

Deno.test("trades() weighs the divergence by 6 by default", () => {
  assertEquals([trades().name, trades({ beta: 2 }).name], ['trades {"beta":6}', 'trades {"beta":2}']);
  assertEquals(assertThrows(() => trades({ beta: 0 }), InputError).action, "train by trades with beta 0");
});

Deno.test("train() by trades() refuses models and options that it cannot take", async () => {
  const family = families[0], data = examplesFor(family, 20, { seed: 1 });
  const refuse = (options: object, reason: string, subject = family) =>
    assertRejects(() => train(subject, data, { objective: trades(), ...options }), InputError, reason);
  await refuse({}, "there is no perturbation");
  await refuse({ perturbation: moving, alpha: 0.5 }, "alpha does not go with it");
  await refuse({ perturbation: moving, objective: {} }, "it must be one such as trades() makes");
  await refuse(
    { perturbation: differentiable(fgsm, { epsilon: 0.1, norm: "L2" }) },
    "for other inputs of the same classes",
  );
  await refuse({ perturbation: rubbishClass() }, "for other inputs of the same classes");
  await refuse({ perturbation: moving }, "its objective has no use for it", classRbm(sizes));
});

Deno.test("pgd() on the divergence asks for no label, and raises the divergence", () => {
  const family = families[1];
  using network = executorOf(family, ordinaryTensors(family));
  const model = bind(family, network);
  const data = examplesFor(family, 40, { seed: 3 });
  const options = { epsilon: 0.2, steps: 10, loss: "divergence", seed: 1 } as const;
  const attacked = pgd(model, data, options);
  const swapped = { ...data, labels: data.labels.map((label) => (label + 1) % CLASSES) };
  assertEquals(pgd(model, swapped, options).x.data, attacked.x.data);
  const from = (x: typeof data.x) => {
    const [clean, other] = [data.x, x].map((each) => {
      const { rows, cols, data } = model.scores(each);
      return matrix(rows, cols, data.slice());
    });
    const out = { loss: matrix(40, 1), dScores: matrix(40, clean.cols), dOthers: matrix(40, clean.cols) };
    divergence(model.head, out, clean, other);
    return out.loss.data.reduce((a, b) => a + b, 0);
  };
  const random = pgd(model, data, { ...options, steps: 1, stepSize: 1e-9 });
  assert(from(attacked.x) > 2 * from(random.x), `${from(attacked.x)} ${from(random.x)}`);
  // runs that stop early and leave others give each the same answer
  const early = pgd(model, data, { ...options, stopEarly: true });
  assert(predict(model, early.x).predicted.some((label, i) => label !== data.labels[i]));
});

Deno.test("perturbation() of any attack takes predictions for labels if asked, so that it leaks none", () => {
  const family = families[0];
  using network = executorOf(family, ordinaryTensors(family));
  const model = bind(family, network);
  const data = examplesFor(family, 20, { seed: 4 });
  const predicted = { ...data, labels: predict(model, data.x).predicted };
  const other = { ...data, labels: predicted.labels.map((label) => (label + 1) % CLASSES) };
  for (const [name, attack] of Object.entries(anyAttacks)) {
    const of = (labels: "true" | "predicted", batch: typeof data) =>
      perturbation(attack, { epsilon: 0.3, labels, ...SHORT[name] }).apply(model, batch, 7).data;
    const free = of("predicted", other);
    assertEquals(free, of("predicted", data), name);
    assertEquals(free, of("true", predicted), name);
  }
  assertNotEquals(
    perturbation(fgsm, { epsilon: 0.3 }).apply(model, other, 7).data,
    perturbation(fgsm, { epsilon: 0.3, labels: "predicted" }).apply(model, other, 7).data,
  );
});

Deno.test("train() takes any attack of the registry, and resumes it", async () => {
  for (const [name, attack] of Object.entries(anyAttacks)) {
    const made = perturbation(attack, { epsilon: 0.1, ...SHORT[name] });
    using model = await train(softmaxLinear({ inputs: 5, classes: 3 }), examples(10), {
      epochs: 1,
      batchSize: 5,
      perturbation: made,
    });
    assertEquals(model.record.perturbation, made.name);
    assert((model.tensors().W.data as Float32Array).every(Number.isFinite), name);
  }
  assertEquals(trainSet.labels.length, 50);
});

Deno.test("a network trained against pgd, or by trades, withstands pgd where one trained against fgsm does not", async () => {
  const data = digits({ seed: 1, train: 800, test: 200 });
  const family = mlp({ inputs: 784, classes: 10, units: [32] });
  const epsilon = 0.1, bounds: [number, number] = [0, 1];
  const optimizer = { name: "adam", learningRate: 0.004 } as const;
  const errorOf = async (options: object) => {
    using model = await train(family, data.train, {
      epochs: 6,
      seed: 1,
      batchSize: 50,
      optimizer,
      ...options,
    });
    const attacked = pgd(model, data.test, { epsilon, bounds, steps: 20, loss: "margin", seed: 5 });
    return attacked.fooled.reduce((a, b) => a + b, 0) / 200;
  };
  const single = await errorOf({ perturbation: perturbation(fgsm, { epsilon, bounds }) });
  const many = await errorOf({ perturbation: perturbation(pgd, { epsilon, bounds, steps: 7 }) });
  const traded = await errorOf({
    perturbation: perturbation(pgd, { epsilon, bounds, steps: 7, loss: "divergence" }),
    objective: trades({ beta: 6 }),
  });
  // margins set after a longer run that gave 72.5, 56 and 66 %; this one gives 79, 70 and 75.5 %
  assert(many < single - 0.08, `pgd ${many}, fgsm ${single}`);
  assert(traded < single - 0.02, `trades ${traded}, fgsm ${single}`);
});
