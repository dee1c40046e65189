import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { signNoise } from "../../src/attacks/mod.ts";
import { universal } from "../../src/attacks/universal.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { batch } from "../../src/data/batch.ts";
import { predict } from "../../src/predict.ts";
import { maxout, softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { uniformMatrix } from "../support.ts";
import { examplesFor, forEveryModel, ordinaryTensors } from "../models/specimens.ts";

const count = (fooled: Uint8Array) => fooled.reduce((a, b) => a + b, 0);

Deno.test("universal() on two linear classes of one label is the sign of the weights, as large as allowed", () => {
  const W = uniformMatrix(2, 7, 3);
  const tensors = { W: { shape: [2, 7], data: W.data }, b: { shape: [2], data: new Float32Array(2) } };
  using linear = model(softmaxLinear({ inputs: 7, classes: 2 }), { tensors });
  const x = uniformMatrix(40, 7, 5);
  const { predicted } = predict(linear, x);
  const zeros = Array.from(predicted.keys()).filter((i) => predicted[i] === 0);
  const one = batch({
    x: {
      rows: zeros.length,
      cols: 7,
      data: Float32Array.from(zeros.flatMap((i) => [...x.data.subarray(7 * i, 7 * i + 7)])),
    },
    labels: zeros.map(() => 0),
    classes: 2,
  });
  const found = universal(linear, one, { epsilon: 0.25 });
  const expected = Array.from({ length: 7 }, (_, i) => 0.25 * Math.sign(W.data[7 + i] - W.data[i]));
  assertEquals([...found.perturbation.data], expected);
  assert(found.fooled.includes(1));
});

Deno.test("universal() keeps size, bounds and fixed features, does nothing at 0, and misleads more than noise", () => {
  forEveryModel((each, name) => {
    const examples = examplesFor(each, 30, { lo: 0, hi: 1 });
    for (const norm of ["Linf", "L2", "L1"] as const) {
      const options = { epsilon: 0.4, norm, bounds: [0, 1] as const, fixed: [2] };
      const { x, fooled, predicted } = universal(each, examples, { ...options, iterations: 5 });
      assertEquals(constraint(7, options).check(x, examples.x), undefined, `${name} in ${norm}`);
      assertEquals(predicted, predict(each, x).predicted, name);
      const clean = predict(each, examples.x).predicted.filter((c, i) => c !== examples.labels[i]).length;
      assert(count(fooled) >= clean, `${name} in ${norm}`);
      assertEquals(universal(each, examples, { ...options, epsilon: 0, iterations: 2 }).x, examples.x, name);
    }
  });
  const family = maxout({ inputs: 7, classes: 3, units: [9], pieces: 3 });
  using net = model(family, { tensors: ordinaryTensors(family) });
  const examples = examplesFor(net, 60);
  examples.labels.set(predict(net, examples.x).predicted);
  const found = universal(net, examples, { epsilon: 0.3 });
  assert(count(found.fooled) > 1.5 * count(signNoise(net, examples, { epsilon: 0.3 }).fooled));
  const aimed = universal(net, examples, { epsilon: 1, target: 1 });
  const before = examples.labels.filter((c) => c === 1).length;
  assert(
    count(aimed.fooled) > before && aimed.predicted.filter((c) => c === 1).length === count(aimed.fooled),
  );
  assertThrows(
    () => universal(net, examples, { epsilon: -1 }),
    InputError,
    "Cannot find a universal perturbation with epsilon -1",
  );
});
