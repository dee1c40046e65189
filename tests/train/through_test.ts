import "../../src/runtime/inlined.ts";
import { bind, executorOf } from "../../src/models/model.ts";
import { softmaxLinear } from "../../src/models/mod.ts";
import { matrix } from "../../src/matrix.ts";
import { residentLabels } from "../../src/train/batch_memory.ts";
import { addThrough } from "../../src/train/perturbed.ts";
import { assertClose, centralDifference, uniformMatrix } from "../support.ts";

/** Σ ∇ₓJ(x_b) · w_b of softmax regression with weights W (C, D), in double: Σ_c (p_c − [c = y]) W_c · w. */
function slopes(
  W: Float64Array,
  x: Float32Array,
  w: Float32Array,
  labels: readonly number[],
  D: number,
): number {
  const C = W.length / D;
  const dot = (c: number, v: Float32Array, b: number) => {
    let sum = 0;
    for (let j = 0; j < D; j++) sum += W[c * D + j] * v[b * D + j];
    return sum;
  };
  return labels.reduce((total, y, b) => {
    const powers = Array.from({ length: C }, (_, c) => Math.exp(dot(c, x, b)));
    const whole = powers.reduce((a, p) => a + p);
    return total + powers.reduce((sum, p, c) => sum + (p / whole - Number(c === y)) * dot(c, w, b), 0);
  }, 0);
}

Deno.test("addThrough() adds the derivative of the inputs' gradient along w, example by example, none where w is 0", () => {
  const [B, D, C] = [4, 3, 3], labels = [0, 2, 1, 1];
  const family = softmaxLinear({ inputs: D, classes: C });
  const W = uniformMatrix(C, D, 3).data;
  const network = executorOf(family, {
    W: { shape: [C, D], data: W },
    b: { shape: [C], data: new Float32Array(C) },
  });
  const model = bind(family, network);
  const x = uniformMatrix(B, D, 4);
  // rows of several lengths, one of them 0, and a component that is 0
  const along = matrix(B, D, [1, -2, 0.5, 0, 0, 0, 0.25, 0, -0.5, 3, 1, 2]);
  const { training } = network;
  const examples = {
    x: training.copy("x", x),
    labels: Int32Array.from(labels),
    labelsResident: residentLabels(training.matrix("labels", B, 1), Int32Array.from(labels)),
  };
  // it adds to what a pass of no weight has left
  const scores = network.forward(examples.x);
  const none = training.matrix("none", scores.rows, scores.cols);
  none.data.fill(0);
  network.backward(none, { inputs: false, parameters: "replace", last: false });
  addThrough(network, model, { examples, along });
  const exact = Float64Array.from(W);
  const expected = Array.from(
    exact,
    (_, i) => centralDifference((at) => slopes(at, x.data, along.data, labels, D), exact, i, 1e-5),
  );
  const { gradient } = network.parameters.find(({ name }) => name === "W")!;
  // float32 scores over a step of 0.003
  assertClose(gradient.data, expected, 1e-3);
  network[Symbol.dispose]();
});
