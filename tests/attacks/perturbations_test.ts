import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { lbfgs, signNoise } from "../../src/attacks/mod.ts";
import {
  atLayer,
  differentiable,
  DROPPED,
  perturbation,
  rubbishClass,
  scaledGradient,
} from "../../src/attacks/perturbations.ts";
import { rotation } from "../../src/attacks/rotation.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { lossGradient } from "../../src/loss.ts";
import { matrix } from "../../src/matrix.ts";
import { predict } from "../../src/predict.ts";
import { fillNormal, rng } from "../../src/rng.ts";
import { assertClose, centralDifference, uniformMatrix } from "../support.ts";
import { asked, quadratic, rowsIn } from "./asked.ts";

const of = (inputs: number) =>
  asked(quadratic(
    rowsIn(uniformMatrix(3, inputs, 1)).map((row) => [...row]),
    rowsIn(uniformMatrix(3, inputs, 2)).map((row) => [...row]),
  ));
const examples = (rows: number, inputs: number) =>
  batch({
    x: uniformMatrix(rows, inputs, 3),
    labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
    classes: 3,
  });

Deno.test("perturbation() gives the attack's result, with the key as its seed, in memory that it reuses", () => {
  const noise = perturbation(signNoise, { epsilon: 0.25, norm: "L2", fixed: [1] });
  assertEquals(noise.name, 'signNoise {"epsilon":0.25,"norm":"L2","fixed":[1]}');
  assert(!("dropped" in noise));
  for (const [rows, inputs, key] of [[4, 3, 7], [4, 5, 8], [2, 5, 8], [4, 5, 9], [4, 3, 9]]) {
    const given = examples(rows, inputs);
    const x = noise.apply(of(inputs), given, key);
    const { x: own } = signNoise(of(inputs), given, { epsilon: 0.25, norm: "L2", fixed: [1], seed: key });
    assertEquals(x, own);
  }
  const model = of(3), first = noise.apply(model, examples(4, 3), 1), copy = first.data.slice();
  assert(noise.apply(model, examples(2, 3), 1) !== first);
  assertEquals(first.data, copy);
  assert(noise.apply(model, examples(4, 3), 2) === first);
  const turned = perturbation(rotation, { epsilon: 0.1 });
  assertEquals(turned.apply(model, examples(4, 3), 0), rotation(model, examples(4, 3), { epsilon: 0.1 }).x);
  assertEquals(perturbation(fgsm, { epsilon: 0.1, dropped: "both" }).dropped, "both");
  assertEquals(DROPPED.dropped.choices, ["attack", "both"]);
});

Deno.test("perturbation() on predicted labels gives any attack the model's predictions, for all that it does with labels", () => {
  const model = of(3), given = examples(6, 3);
  const own = { ...given, labels: predict(model, given.x).predicted };
  for (const attack of [fgsm, lbfgs]) {
    const options = { epsilon: 0.3, labels: "predicted" } as const;
    const x = perturbation(attack as typeof fgsm, options).apply(model, given, 0);
    assertEquals(x, (attack as typeof fgsm)(model, own, { epsilon: 0.3 }).x, attack.name);
  }
  const truth = perturbation(fgsm, { epsilon: 0.3, labels: "true" }).apply(model, given, 0);
  assertEquals(truth, fgsm(model, given, { epsilon: 0.3 }).x);
});

Deno.test("perturbation() refuses at once the options that the attack refuses", () => {
  const bad = [{}, { epsilon: NaN }, { epsilon: -1 }, { epsilon: 1, steps: 3 }, {
    epsilon: 1,
    bounds: [1, 0],
  }, {
    epsilon: 1,
    dropped: "none",
  }];
  for (const options of bad) {
    assertThrows(
      () => perturbation(fgsm, options as { epsilon: number }),
      InputError,
      undefined,
      JSON.stringify(options),
    );
  }
  perturbation(fgsm, { epsilon: 0, bounds: [0, 1] });
  // one pair for each feature, of which the model knows the number
  perturbation(fgsm, { epsilon: 1, bounds: [[0, 1], [0, 2]] });
  assertThrows(() => perturbation({} as typeof fgsm, { epsilon: 1 }), InputError);
});

Deno.test("differentiable() gives the vector-Jacobian product of each row, and refuses attacks that have none", () => {
  const model = of(3), given = examples(4, 3), dX = uniformMatrix(4, 3, 5);
  const cases = [
    [
      differentiable(fgsm, { epsilon: 0.25, norm: "L2" }),
      (x: Float64Array, g: Float64Array) => x.map((v, i) => v + 0.25 * g[i] / Math.hypot(...g)),
    ],
    [differentiable(rotation, { epsilon: 0.2 }), (x: Float64Array, g: Float64Array) => {
      const norm = Math.hypot(...x), along = g.reduce((sum, each, i) => sum + each * x[i], 0) / norm / norm;
      const side = g.map((each, i) => each - along * x[i]);
      return x.map((v, i) => Math.cos(0.2) * v + Math.sin(0.2) * norm * side[i] / Math.hypot(...side));
    }],
  ] as const;
  assertEquals(cases[0][0].name, 'fgsm {"epsilon":0.25,"norm":"L2"}, differentiated');
  const slopes = lossGradient(model, given);
  for (const [made, formula] of cases) {
    const product = made.pullback!(model, given, dX);
    rowsIn(given.x).forEach((x, row) => {
      const g = rowsIn(slopes)[row], d = rowsIn(dX)[row];
      const expected = g.map((_, i) =>
        centralDifference((at) => formula(x, at).reduce((sum, v, j) => sum + v * d[j], 0), g.slice(), i, 1e-4)
      );
      assertClose(rowsIn(product)[row], expected, 1e-5, made.name);
    });
  }
  // turned all the way to the gradient, only its direction counts
  const far = differentiable(rotation, { epsilon: 3 }).pullback!(model, given, dX);
  rowsIn(given.x).forEach((x, row) => {
    const g = rowsIn(slopes)[row], d = rowsIn(dX)[row];
    const expected = g.map((_, i) =>
      centralDifference(
        (at) => {
          const scale = Math.hypot(...x) / Math.hypot(...at);
          return at.reduce((sum, v, j) => sum + scale * v * d[j], 0);
        },
        g.slice(),
        i,
        1e-4,
      )
    );
    assertClose(rowsIn(far)[row], expected, 1e-5);
  });
  // no plane, no slope
  const none = { ...batch({ x: matrix(1, 3), labels: [0], classes: 3 }) };
  assertEquals(
    differentiable(rotation, { epsilon: 1 }).pullback!(model, none, matrix(1, 3, [1, 2, 3])),
    matrix(1, 3),
  );
  const flat = asked({ ...quadratic([[0], [0], [0]], [[0], [0], [0]]) });
  const single = batch({ x: matrix(1, 1, [2]), labels: [0], classes: 3 });
  const still = differentiable(fgsm, { epsilon: 1, norm: "L2" }).pullback!(flat, single, matrix(1, 1, [1]));
  assertEquals(still, matrix(1, 1));
  const refused = [{ target: 0 }, { labels: "predicted" }, { bounds: [0, 1] }, { fixed: [0] }, { grid: 1 }, {
    oneHot: [[0, 1]],
  }];
  for (const more of refused) {
    const wrong = () =>
      differentiable(
        fgsm,
        { epsilon: 1, norm: "L2", ...more } as Parameters<typeof fgsm>[2] & { epsilon: number },
      );
    assertThrows(wrong, InputError, "only at the true labels", JSON.stringify(more));
  }
  for (const norm of ["Linf", "L1"] as const) {
    assertThrows(() => differentiable(fgsm, { epsilon: 1, norm }), InputError, "no smooth function");
  }
  assertThrows(
    () => differentiable(signNoise as unknown as typeof fgsm, { epsilon: 1 }),
    InputError,
    "no smooth",
  );
});

Deno.test("scaledGradient() adds a multiple of the gradient, and its vector-Jacobian product is the same multiple", () => {
  const model = of(3), given = examples(4, 3), { name, apply, pullback } = scaledGradient({ scale: 0.5 });
  assertEquals(name, 'scaledGradient {"scale":0.5}, differentiated');
  const { data: g } = lossGradient(model, given);
  const moved = apply(model, given, 0);
  assertClose(moved.data, given.x.data.map((v, i) => v + 0.5 * g[i]), 1e-7);
  assertEquals([moved.rows, moved.cols], [4, 3]);
  const dX = uniformMatrix(4, 3, 5);
  assertEquals(pullback!(model, given, dX), matrix(4, 3, dX.data.map((v) => 0.5 * v)));
  for (const scale of [0, -1, NaN, undefined]) {
    assertThrows(() => scaledGradient({ scale: scale! }), InputError);
  }
});

Deno.test("rubbishClass() draws from its key, and atLayer() names its layer", () => {
  const given = examples(4, 3), drawn = rubbishClass({ mean: 1, std: 0.25 });
  const noise = matrix(4, 3);
  fillNormal(noise, rng(6), { mean: 1, std: 0.25 });
  assertEquals(drawn.apply(of(3), given, 6), noise);
  assertEquals([drawn.name, drawn.rubbish], ['rubbish {"mean":1,"deviation":0.25}', true]);
  assertEquals(rubbishClass().name, 'rubbish {"mean":0,"deviation":1}');
  assertEquals(
    rubbishClass({ mean: 0.5, std: 0 }).apply(of(3), given, 1).data,
    new Float32Array(12).fill(0.5),
  );
  assertThrows(() => rubbishClass({ std: -1 }), InputError);
  const deep = atLayer(drawn, 2);
  assertEquals([deep.layer, deep.name, deep.rubbish], [2, `${drawn.name} at layer 2`, true]);
  assertThrows(() => atLayer({ ...drawn, name: 3 as unknown as string }, 1), InputError, "a text");
  assertThrows(() => atLayer({} as typeof drawn, 1), InputError);
});
