import { InputError } from "../../src/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Attack } from "../../src/attacks/attack.ts";
import {
  atLayer,
  differentiable,
  perturbation,
  rubbishClass,
  scaledGradient,
} from "../../src/attacks/perturbations.ts";
import { fgsm, rotation, signNoise } from "../../src/attacks/mod.ts";
import { rubbish } from "../../src/attacks/rubbish.ts";
import { gatherRows } from "../../src/kernels/sparse.ts";
import { losses } from "../../src/loss.ts";
import { predict } from "../../src/predict.ts";
import { matrix } from "../../src/matrix.ts";
import { asModel, bind, executorOf } from "../../src/models/model.ts";
import type { Family } from "../../src/models/family.ts";
import { classRbm, maxout, softmaxLinear } from "../../src/models/mod.ts";
import type { Perturbation } from "../../src/models/classifier.ts";
import { rng } from "../../src/rng.ts";
import { train } from "../../src/train/mod.ts";
import { resolveOptions } from "../../src/train/options.ts";
import { makeStep } from "../../src/train/step.ts";
import { assertClose, centralDifference } from "../support.ts";
import { CLASSES, examplesFor, INPUTS, ordinaryTensors } from "../models/specimens.ts";

const B = 6;
const linear = softmaxLinear({ inputs: INPUTS, classes: CLASSES });
const deep = (head: "softmax" | "sigmoid") =>
  maxout({ inputs: INPUTS, classes: CLASSES, units: [5, 4], pieces: 3, head });

/** The gradient that one step on perturbed examples alone leaves, by parameter, and the step's objective. */
function stepOf(family: Family, made: Perturbation) {
  const data = examplesFor(family, B, { seed: 5 });
  const network = executorOf(family, ordinaryTensors(family));
  const model = bind(family, network);
  const options = resolveOptions(family, data, { perturbation: made, alpha: 0, batchSize: B, dropout: {} });
  const step = makeStep(network, model, { data, options });
  const order = Int32Array.from({ length: B }, (_, i) => i);
  const objective = () => step(order, 0, B, rng(9)) / B;
  objective();
  // gathers what the last pass left in parts
  const gradients = network.parameters.map(({ gradient, rest }) => {
    if (rest) gatherRows(gradient, rest.lists, { m: rest.x, accumulate: rest.onto });
    return gradient.data.slice();
  });
  return { data, network, model, objective, gradients };
}

/** The step of central differences: float32 losses below 4 carry some 4 ulps of 2⁻²², which 2h makes 5e-4. */
const STEP = 2 ** -10, TOLERANCE = 1e-3;

/**
 * Compares gradients with central differences of the objective in the first parameters of each kind. No maxout unit
 * changes its winner within the step at these examples.
 */
function assertGradient(
  { network, gradients, objective }: Pick<ReturnType<typeof stepOf>, "network" | "gradients" | "objective">,
  name: string,
): void {
  network.parameters.forEach(({ value }, k) => {
    const count = Math.min(value.data.length, 30);
    const numeric = Array.from({ length: count }, (_, i) =>
      centralDifference(
        () => {
          network.refresh();
          return objective();
        },
        value.data,
        i,
        STEP,
      ));
    network.refresh();
    assertClose(
      gradients[k].subarray(0, count),
      numeric,
      TOLERANCE,
      `${name}, ${network.parameters[k].name}`,
    );
  });
}

Deno.test("train() follows the gradient through a differentiable attack", () => {
  for (const family of [linear, deep("softmax"), deep("sigmoid")]) {
    for (
      const made of [
        differentiable(rotation, { epsilon: 0.3 }),
        // past the gradient for some examples
        differentiable(rotation, { epsilon: 1.5 }),
        differentiable(fgsm, { norm: "L2", epsilon: 0.4 }),
        scaledGradient({ scale: 0.2 }),
      ]
    ) {
      // the objective perturbs afresh with the parameters as they are: its derivative is the whole one
      assertGradient(stepOf(family, made), `${family.name} ${made.name}`);
    }
  }
});

Deno.test("train() takes what an attack adds for a constant where it is not differentiated", () => {
  for (const family of [linear, deep("softmax")]) {
    for (const attack of [rotation, signNoise]) {
      const made = perturbation(attack as Attack, { epsilon: 0.3 });
      const { data, network, model, gradients } = stepOf(family, made);
      const x = made.apply(model, data, rng(9).split("perturbation").key);
      const objective = () => losses(model, { ...data, x }).reduce((a, b) => a + b, 0) / B;
      assertGradient({ network, gradients, objective }, made.name);
    }
  }
});

Deno.test("train() shows a perturbation the network without the units that the plain pass drops, where it asks for them", () => {
  const family = deep("softmax"), data = examplesFor(family, B, { seed: 5 });
  const dropout = { input: { keep: 0.6, scale: 1 }, hidden: { keep: 0.5, scale: 2 } };
  const order = Int32Array.from({ length: B }, (_, i) => i);
  const lossOf = (dropped: Perturbation["dropped"], alpha: number) => {
    const network = executorOf(family, ordinaryTensors(family)), model = bind(family, network);
    const moved = perturbation(fgsm, { epsilon: 0.3, dropped });
    let seen: readonly Float32Array[] = [];
    const made: Perturbation = {
      ...moved,
      apply(own, batch, key) {
        seen = [own.scores(batch.x).data, moved.apply(own, batch, key).data.slice()];
        return batch.x;
      },
    };
    const options = resolveOptions(family, data, { perturbation: made, alpha, batchSize: B, dropout });
    const loss = makeStep(network, model, { data, options })(order, 0, B, rng(9));
    const scores = (key?: number) =>
      network.forward(
        network.workspace.copy("given", data.x),
        key === undefined ? undefined : { dropout, key },
      )
        .data.slice();
    return { loss, seen, whole: scores(), without: scores(rng(9).split("dropout").key) };
  };
  const still = (x: Float32Array) => x.filter((value, i) => value === data.x.data[i]).length / x.length;
  const whole = lossOf(undefined, 0.5), others = lossOf("attack", 0.5), same = lossOf("both", 0.5);
  assertEquals(whole.seen[0], whole.whole);
  assertEquals([others.seen[0], same.seen[0]], [others.without, same.without]);
  assert(still(whole.seen[1]) < 0.1 && still(others.seen[1]) > 0.2, "inputs that are dropped stay");
  // this perturbation moves nothing: with the same units dropped, both halves of the loss are equal
  assertEquals(same.loss, lossOf("both", 1).loss);
  assert(others.loss !== lossOf("attack", 1).loss);
});

Deno.test("train() perturbs a hidden layer as an attack on the layers after it would", () => {
  const family = deep("softmax");
  for (const layer of [1, 2]) {
    for (const epsilon of [0.001, 0.25]) {
      const made = atLayer(perturbation(fgsm, { epsilon }), layer);
      const { network, data, objective, gradients } = stepOf(family, made);
      const { before, after } = network.cut(layer);
      const h = before.forward(network.workspace.copy("x", data.x));
      const hidden = matrix(h.rows, h.cols, h.data.slice());
      const rest = asModel(network, after, { inputs: h.cols, classes: CLASSES, head: family.head });
      const attacked = fgsm(rest, { ...data, x: hidden }, { epsilon });
      const mean = losses(rest, attacked).reduce((a, b) => a + b, 0) / B;
      assertAlmostEquals(objective(), mean, 1e-6, made.name);

      // what was added stays as parameters change, and those before the layer are trained through it
      const added = attacked.x.data.map((value, i) => value - hidden.data[i]);
      const fixed = (): number => {
        const now = before.forward(network.workspace.copy("x", data.x));
        const x = matrix(now.rows, now.cols, now.data.map((value, i) => value + added[i]));
        return losses(rest, { x, labels: data.labels }).reduce((a, b) => a + b, 0) / B;
      };
      assertGradient({ network, gradients, objective: fixed }, made.name);
    }
  }
});

Deno.test("train() against rubbish teaches a model of independent probabilities to say no", async () => {
  const noise = rubbishClass({ std: 1 });
  const { objective, model, network, gradients } = stepOf(deep("sigmoid"), noise);
  // every class absent: the sum of softplus(score)
  const x = noise.apply(model, { x: matrix(B, INPUTS), labels: new Int32Array(B), classes: CLASSES }, 0);
  const { probabilities } = predict(model, x);
  const key = rng(9).split("perturbation").key;
  const own = () => {
    const drawn = noise.apply(
      model,
      { x: matrix(B, INPUTS), labels: new Int32Array(B), classes: CLASSES },
      key,
    );
    return -predict(model, drawn).probabilities.data.reduce((sum, p) => sum + Math.log(1 - p), 0) / B;
  };
  assertAlmostEquals(objective(), own(), 1e-5);
  assertGradient({ network, gradients, objective: own }, noise.name);
  assert(probabilities.data.some((p) => p > 0.5));

  const data = examplesFor({ inputs: INPUTS, classes: CLASSES }, 200, { seed: 2 });
  const options = {
    epochs: 30,
    seed: 1,
    optimizer: { name: "adam", learningRate: 0.01 },
    dropout: {},
  } as const;
  const fooled = async (made?: Perturbation) => {
    const family = maxout({
      inputs: INPUTS,
      classes: CLASSES,
      units: [40],
      head: "sigmoid",
      initialRange: 0.3,
    });
    using trained = await train(family, data, { ...options, ...(made && { perturbation: made }) });
    return rubbish(trained, { samples: 500, seed: 3 }).fooled.reduce((a, b) => a + b, 0) / 500;
  };
  const [naive, taught] = [await fooled(), await fooled(noise)];
  assert(taught < naive / 2, `${taught} against ${naive}`);
});

Deno.test("train() refuses perturbations that its model cannot be trained with", async () => {
  const data = examplesFor({ inputs: INPUTS, classes: CLASSES }, 10);
  const refuse = (
    family: Family,
    made: Perturbation,
    error: typeof InputError | typeof InputError,
    says: string,
  ) => assertRejects(() => train(family, data, { perturbation: made }), error, says);
  const sign = perturbation(fgsm, { epsilon: 0.1 });
  await refuse(deep("softmax"), atLayer(sign, 3), InputError, "of layer 3: the model has layers 0 … 2");
  await refuse(deep("softmax"), atLayer(sign, -1), InputError, "of layer -1");
  await refuse(deep("softmax"), rubbishClass(), InputError, "against rubbish with head softmax");
  await refuse(deep("sigmoid"), atLayer(rubbishClass(), 1), InputError, "at layer 1: only at the inputs");
  const through = differentiable(rotation, { epsilon: 0.1 });
  const generative = classRbm({ inputs: INPUTS, classes: CLASSES, hidden: 4 });
  await refuse(generative, through, InputError, "the model's objective is its own");
  await refuse(deep("softmax"), atLayer(through, 1), InputError, "at layer 1: only at the inputs");
  const odd = atLayer({ name: "odd", apply: () => matrix(1, 2) }, 1);
  await refuse(deep("softmax"), odd, InputError, "it must give inputs of shape (10, 5), not (1, 2)");
  const dropped = { ...sign, dropped: "both" } as const;
  const alone = "only the inputs of a network with dropout can be so perturbed";
  await refuse(deep("softmax"), { ...dropped, layer: 1 }, InputError, alone);
  await refuse(deep("softmax"), { ...through, dropped: "both" }, InputError, alone);
  await refuse(generative, dropped, InputError, `Cannot train with ${sign.name}: ${alone}`);
  const own = `Cannot train with ${through.name}: the model's objective is its own`;
  await refuse(generative, through, InputError, own);
  await refuse(generative, rubbishClass(), InputError, "the model's objective is its own");
  await refuse(
    deep("softmax"),
    rubbishClass(),
    InputError,
    "Cannot train against rubbish with head softmax: ",
  );
  // a perturbation that ignores the examples works with any objective
  using _ = await train(generative, data, { perturbation: sign, epochs: 1 });
});

Deno.test("differentiable() refuses attacks that have no derivative", () => {
  assertThrows(() => differentiable(fgsm, { epsilon: 0.1 }), InputError, "no smooth function of a gradient");
  assertThrows(() => differentiable(signNoise, { epsilon: 0.1 }), InputError, "no smooth function");
  assertThrows(
    () => differentiable(rotation, { epsilon: 0.1, target: 1 }),
    InputError,
    "only at the true labels",
  );
  assertThrows(
    () => scaledGradient({ scale: 0 }),
    InputError,
    "by the gradient with scale 0: must be a finite number > 0",
  );
  assertThrows(() => differentiable(rotation, { epsilon: -1 }), InputError, "epsilon -1");
  assertEquals(
    atLayer(perturbation(fgsm, { epsilon: 0.5 }), 1).name,
    'fgsm {"epsilon":0.5} at layer 1',
  );
});
