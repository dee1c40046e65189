import { assert, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../src/errors.ts";
import { executor } from "../../src/graph/executor.ts";
import { matrix } from "../../src/matrix.ts";
import { cnn } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import { batchNorm } from "../../src/ops/batch_norm.ts";
import type { Shape } from "../../src/ops/op.ts";
import { assertClose, centralDifference, uniformMatrix } from "../support.ts";
import { atWork, rolesOf } from "./support.ts";

const SHAPES: readonly Shape[] = [[6], [3, 5, 3]];
const ROWS = 4, ATTRIBUTES = { epsilon: 1e-3, rate: 0.25 };

/** Mean and variance of each channel, in double. */
function moments(x: ArrayLike<number>, [channels, ...size]: Shape) {
  const pixels = size.reduce((a, b) => a * b, 1);
  return Array.from({ length: channels }, (_, c) => {
    const own = Array.from(x).filter((_, i) => Math.floor(i / pixels) % channels === c);
    const mean = own.reduce((a, b) => a + b) / own.length;
    const variance = own.reduce((a, b) => a + (b - mean) ** 2, 0) / own.length;
    return { mean, variance, count: own.length };
  });
}

/** Outputs by statistics of the batch, in double. */
function normalised(x: ArrayLike<number>, shape: Shape, scale: ArrayLike<number>, shift: ArrayLike<number>) {
  const own = moments(x, shape), pixels = shape.slice(1).reduce((a, b) => a * b, 1);
  return Array.from(x, (value, i) => {
    const c = Math.floor(i / pixels) % shape[0], { mean, variance } = own[c];
    return (value - mean) / Math.sqrt(variance + ATTRIBUTES.epsilon) * scale[c] + shift[c];
  });
}

/** The operation over inputs of `shape`, with inputs whose channels are far from 0. */
function made(shape: Shape) {
  const at = atWork(batchNorm, rolesOf(batchNorm, [shape], ATTRIBUTES), ATTRIBUTES, [shape]);
  const size = shape.reduce((a, b) => a * b), x = uniformMatrix(ROWS, size, 3, { lo: -2, hi: 3 });
  return { at, x, dOut: uniformMatrix(ROWS, size, 7) };
}

Deno.test("batchNorm in training normalises by its batch, and running statistics follow", () => {
  for (const shape of SHAPES) {
    const { at, x } = made(shape);
    using _ = at;
    const before = ["mean", "variance"].map((role) => at.tensors[role].data.slice());
    const out = at.forward([at.workspace.copy("x", x)], true).data;
    assertClose(out, normalised(x.data, shape, at.tensors.scale.data, at.tensors.shift.data), 1e-5);
    const own = moments(x.data, shape);
    assertClose(
      at.tensors.mean.data,
      own.map(({ mean }, c) => 0.75 * before[0][c] + 0.25 * mean),
      1e-5,
    );
    assertClose(
      at.tensors.variance.data,
      own.map(({ variance, count: n }, c) => 0.75 * before[1][c] + 0.25 * variance * n / (n - 1)),
      1e-5,
    );
    // and inference goes by what they are now
    const { scale, shift, mean, variance } = at.tensors, pixels = x.cols / shape[0];
    const expected = x.data.map((value, i) => {
      const c = Math.floor(i / pixels) % shape[0];
      return (value - mean.data[c]) / Math.sqrt(variance.data[c] + ATTRIBUTES.epsilon) * scale.data[c] +
        shift.data[c];
    });
    assertClose(at.forward([at.workspace.copy("x", x)]).data, expected, 1e-5);
  }
});

Deno.test("gradients of batchNorm in training go through the batch's mean and variance", () => {
  for (const shape of SHAPES) {
    const { at, x, dOut } = made(shape);
    using _ = at;
    const input = at.workspace.copy("x", x);
    at.forward([input], true);
    const [dX] = at.backward(at.workspace.copy("d", dOut), [input], { inputs: true, parameters: "replace" });
    const found = [dX!, ...at.parameters.map(({ gradient }) => gradient)].map(({ data }) => data.slice());
    const [scale, shift] = ["scale", "shift"].map((role) => Float64Array.from(at.tensors[role].data));
    const exact = Float64Array.from(x.data);
    const sum = () => normalised(exact, shape, scale, shift).reduce((all, y, i) => all + y * dOut.data[i], 0);
    [exact, scale, shift].forEach((values, k) =>
      assertClose(found[k], values.map((_, i) => centralDifference(sum, values, i, 1e-4)), 1e-4)
    );
    // what shifts or stretches a whole channel changes nothing
    const pixels = x.cols / shape[0];
    for (let c = 0; c < shape[0]; c++) {
      const own = found[0].filter((_, i) => Math.floor(i / pixels) % shape[0] === c);
      assert(Math.abs(own.reduce((a, b) => a + b, 0)) < 1e-4, `${c}`);
      assert(own.some((value) => Math.abs(value) > 0.01), "of ordinary size");
    }
  }
});

Deno.test("batchNorm does not count as a layer, and refuses variances below 0", () => {
  const family = cnn({ inputs: 16, classes: 2, channels: [2], kernel: 3, units: [3], batchNorm: true });
  assertEquals(Object.keys(family.shapes).filter((name) => name.startsWith("conv0.norm")), [
    "conv0.norm.scale",
    "conv0.norm.shift",
    "conv0.norm.mean",
    "conv0.norm.variance",
  ]);
  using own = model(family, { seed: 1 });
  const tensors = own.tensors();
  using network = executor(family.checked, tensors);
  assertEquals([network.layers, Object.keys(network.running).length], [3, 4]);
  const bad = { ...tensors, "conv0.norm.variance": { shape: [2], data: Float32Array.of(1, -1) } };
  assertThrows(() => model(family, { tensors: bad }), InputError, "must be ≥ 0");
  assertEquals(own.scores(matrix(2, 16)).cols, 2);
});

Deno.test("cnn without batch normalisation says nothing of it, as files of before", () => {
  assertEquals("batchNorm" in cnn({ inputs: 16, classes: 2 }).config, false);
  assertEquals(cnn({ inputs: 16, classes: 2, batchNorm: true }).config.batchNorm, true);
});
