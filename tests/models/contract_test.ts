import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { slice } from "../../src/data/batch.ts";
import { heap, init } from "../../src/runtime/variants.ts";
import { losses, lossGradient, predict } from "../../src/loss.ts";
import { type Matrix, matrix, rowsOf } from "../../src/matrix.ts";
import { loadModel, saveModel } from "../../src/models/checkpoint.ts";
import { executorOf, model } from "../../src/models/model.ts";
import type { Tensors } from "../../src/graph/executor.ts";
import { deepRbf, maxout, rbf, softmaxLinear } from "../../src/models/mod.ts";
import { families, familyNamed, optionsOf } from "../../src/models/families.ts";
import { rng } from "../../src/rng.ts";
import { train } from "../../src/train/mod.ts";
import { assertClose, centralDifference, uniformMatrix } from "../support.ts";
import {
  CLASSES,
  examplesFor,
  forEveryModel,
  INPUTS,
  mostlyZero,
  ordinaryTensors,
  type Specimen,
  specimenModel,
  specimens,
} from "./specimens.ts";

/**
 * Step of the central differences, a power of two. A sum of losses below 10 carries some 10 ulps of 2⁻²¹, which the
 * division by 2h makes 6e-4; the third derivatives, below 50, add h²/6 times themselves, 1.3e-4.
 */
const STEP = 2 ** -8, TOLERANCE = 1e-3;

/** Scores are sums of at most 8 terms below 5, in at most 3 layers whose weights sum to at most 4: 2⁻²⁴ · 8 · 5 · 4. */
const SCORE_TOLERANCE = 1e-5;

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

type Scores = (
  tensors: Tensors,
  x: ArrayLike<number>,
  winners: number[],
  config: Readonly<Record<string, unknown>>,
) => number[];

/** The public contract of the tensors: scores of one example, in double, for hosts in other languages. */
const inPlainLoops: Record<string, Scores> = {
  softmaxLinear: ({ W, b }, x) => affine(W.data, b.data, x),
  logistic: ({ W, b }, x) => affine(W.data, b.data, x),
  maxout(tensors, x, winners) {
    let h = Array.from(x);
    for (let layer = 0; `layer${layer}.W` in tensors; layer++) {
      const { shape: [pieces, units], data } = tensors[`layer${layer}.W`];
      const z = affine(data, tensors[`layer${layer}.b`].data, h);
      h = Array.from({ length: units }, (_, u) => {
        const own = Array.from({ length: pieces }, (_, p) => z[p * units + u]);
        winners.push(own.indexOf(Math.max(...own)));
        return Math.max(...own);
      });
    }
    return affine(tensors["top.W"].data, tensors["top.b"].data, h);
  },
  rbf: (tensors, x) => radial(tensors, x),
  mpDbm(tensors, x, _, { iterations, inputShare }) {
    const named = (end: string) => Object.keys(tensors).filter((name) => name.endsWith(end));
    const W = named(".W").map((name) => tensors[name]);
    const b = ["inputs.b", ...named(".b").filter((name) => name !== "inputs.b")]
      .map((name) => tensors[name].data);
    const top = W.length;
    const h = b.map((bias) => Array<number>(bias.length).fill(0));
    const z = (l: number, fromBelow: number) =>
      h[l].map((_, i) => {
        const n = h[l - 1]?.length;
        const below = l > 0 ? sum(h[l - 1].map((value, j) => W[l - 1].data[i * n + j] * value)) : 0;
        const above = l < top ? sum(h[l + 1].map((value, j) => W[l].data[j * h[l].length + i] * value)) : 0;
        return b[l][i] + fromBelow * below + above;
      });
    const settled = (l: number, values: number[]) => {
      if (l === top) return softmaxOf(values);
      const p = values.map((value) => 1 / (1 + Math.exp(-value))), share = inputShare as number;
      return l === 0 ? p.map((value, i) => share * x[i] + (1 - share) * value) : p;
    };
    for (let l = 0; l <= top; l++) h[l] = settled(l, z(l, l < top ? 2 : 1));
    let scores: number[] = [];
    for (let t = 0; t < (iterations as number); t++) {
      for (const first of [1, 0]) {
        for (let l = first; l <= top; l += 2) {
          const values = z(l, 1);
          if (l === top) scores = values;
          h[l] = settled(l, values);
        }
      }
    }
    return scores;
  },
  classRbm(tensors, x) {
    const [W, b, U, d] = ["hidden.W", "hidden.b", "top.W", "top.b"].map((name) => tensors[name].data);
    const z = affine(W, b, x);
    const softplus = (value: number) => Math.log1p(Math.exp(-Math.abs(value))) + Math.max(value, 0);
    return Array.from(d, (bias, c) => bias + sum(z.map((value, j) => softplus(value + U[c * z.length + j]))));
  },
  deepRbf({ mu, beta, ...hidden }, x) {
    let h = Array.from(x);
    for (let layer = 0; `layer${layer}.mu` in hidden; layer++) {
      const units = { mu: hidden[`layer${layer}.mu`], beta: hidden[`layer${layer}.beta`] };
      h = radial(units, h).map(Math.exp);
    }
    return radial({ mu, beta }, h);
  },
};

function softmaxOf(scores: number[]): number[] {
  const e = scores.map((score) => Math.exp(score - Math.max(...scores)));
  return e.map((value) => value / sum(e));
}

function radial({ mu, beta, factor }: Tensors, x: ArrayLike<number>): number[] {
  const [classes, inputs] = mu.shape, rank = factor?.shape[1] ?? 0;
  return Array.from({ length: classes }, (_, c) => {
    const d = Array.from(x, (value, i) => value - mu.data[c * inputs + i]);
    let exponent = sum(d.map((value, i) => beta.data[c * inputs + i] * value ** 2));
    for (let r = 0; r < rank; r++) {
      exponent += sum(d.map((value, i) => factor.data[(c * rank + r) * inputs + i] * value)) ** 2;
    }
    return -exponent;
  });
}

function affine(W: ArrayLike<number>, b: ArrayLike<number>, x: ArrayLike<number>): number[] {
  return Array.from(b, (bias, c) => bias + sum(Array.from(x, (value, i) => W[c * x.length + i] * value)));
}

function scoresInPlainLoops({ family }: Specimen, tensors: Tensors, x: Matrix): number[] {
  return Array.from(
    { length: x.rows },
    (_, b) => inPlainLoops[family.name](tensors, rowsOf(x, b, b + 1).data, [], family.config),
  ).flat();
}

/** Which piece of each maxout unit wins: while it stays the same, a maxout network is smooth. */
function winners({ family }: Specimen, tensors: Tensors, x: Matrix): number[] {
  const found: number[] = [];
  for (let b = 0; b < x.rows; b++) {
    inPlainLoops[family.name](tensors, rowsOf(x, b, b + 1).data, found, family.config);
  }
  return found;
}

Deno.test("families have, each of them, a specimen and a plain-loop reference", () => {
  for (const name of Object.keys(families)) {
    assert(specimens.some(({ family }) => family.name === name), name);
    assert(Object.hasOwn(inPlainLoops, name), name);
  }
});

Deno.test("lossGradient() of every model agrees with central differences of its loss", () => {
  forEveryModel((each, name) => {
    const dense = examplesFor(each, 4, { seed: 3 });
    for (const examples of [dense, mostlyZero(dense)]) {
      const gradient = lossGradient(each, examples);
      const { data, cols } = examples.x;
      const numeric = data.map((_, j) =>
        centralDifference(() => losses(each, examples)[Math.floor(j / cols)], data, j, STEP)
      );
      assertClose(gradient.data, numeric, TOLERANCE, name);
      assert(gradient.data.some((slope) => Math.abs(slope) > 0.1), `${name} has gradients of ordinary size`);
    }
  });
});

Deno.test("Network.backward() of every family agrees with central differences in every parameter", () => {
  const trials = specimens.flatMap((specimen) => {
    const dense = examplesFor(specimen.family, 4, { seed: 3 });
    return [dense, mostlyZero(dense)].map((examples) => ({ specimen, examples }));
  });
  for (const { specimen, examples: { x, labels } } of trials) {
    const { name, family, tensors } = specimen;
    using network = executorOf(family, tensors);
    const evaluate = () => {
      const scores = network.forward(network.workspace.copy("x", x));
      const [loss, dScores] = [matrix(x.rows, 1), matrix(scores.rows, scores.cols)];
      family.head.loss({ loss, dScores }, scores, labels);
      return { loss: sum(loss.data), dScores };
    };
    const before = winners(specimen, tensors, x);
    network.backward(evaluate().dScores, { inputs: true, parameters: "replace" });
    for (const { name: parameter, value, gradient } of network.parameters) {
      const analytic = gradient.data.slice();
      const numeric = analytic.map((_, i) =>
        centralDifference(
          () => {
            network.refresh();
            assertEquals(winners(specimen, network.tensors(), x), before, `${name}: no kink is near`);
            return evaluate().loss;
          },
          value.data,
          i,
          STEP,
        )
      );
      network.refresh();
      assertClose(analytic, numeric, TOLERANCE, `${name}, ${parameter}`);
      // where inputs are clamped, what a machine expects of them has no part in the scores
      if (parameter === "inputs.b" && (family.config.inputShare ?? 1) === 1) {
        assert(analytic.every((slope) => slope === 0), `${name}, ${parameter}`);
      } else {
        assert(
          analytic.some((slope) => Math.abs(slope) > 0.05),
          `${name}, ${parameter} has gradients of ordinary size`,
        );
      }
    }
  }
});

Deno.test("Network.backward() adds to the gradients of parameters, or leaves them, as it is asked", () => {
  for (const { name, family, tensors } of specimens) {
    using network = executorOf(family, tensors);
    const pass = (seed: number, parameters: "none" | "replace" | "add") => {
      const { x, labels } = examplesFor(family, 4, { seed });
      const scores = network.forward(network.workspace.copy("x", x));
      const dScores = matrix(scores.rows, scores.cols);
      family.head.loss({ loss: matrix(x.rows, 1), dScores }, scores, labels);
      network.backward(dScores, { inputs: false, parameters });
      return network.parameters.map(({ gradient }) => gradient.data.slice());
    };
    const [first, second] = [pass(1, "replace"), pass(2, "replace")];
    assertEquals(pass(1, "replace"), first, name);
    const both = pass(2, "add");
    assertEquals(pass(3, "none"), both, name);
    both.forEach((total, i) =>
      assertClose(total, total.map((_, j) => first[i][j] + second[i][j]), 1e-5, name)
    );
  }
});

Deno.test("Network with dropout is the function of its key that its gradients say", () => {
  const dropout = { input: { keep: 0.75, scale: 1.5 }, hidden: { keep: 0.5, scale: 2 } };
  // with one piece nothing has a kink
  const smooth = specimens.filter(({ family: { config } }) => (config.pieces ?? 1) === 1);
  for (const { name, family, tensors } of smooth) {
    using network = executorOf(family, tensors);
    const { x, labels } = examplesFor(family, 4, { seed: 3 });
    const evaluate = (key: number) => {
      const scores = network.forward(network.workspace.copy("x", x), { dropout, key });
      const [loss, dScores] = [matrix(x.rows, 1), matrix(scores.rows, scores.cols)];
      family.head.loss({ loss, dScores }, scores, labels);
      return { loss: sum(loss.data), dScores };
    };
    const dX = network.backward(evaluate(1).dScores, { inputs: true, parameters: "replace" })!.data.slice();
    const numeric = dX.map((_, i) => centralDifference(() => evaluate(1).loss, x.data, i, STEP));
    assertClose(dX, numeric, TOLERANCE, name);
    assert(dX.some((slope) => slope === 0), `${name} drops inputs`);
    for (const { name: parameter, value, gradient } of network.parameters) {
      const analytic = gradient.data.slice();
      const refreshed = () => (network.refresh(), evaluate(1).loss);
      const numeric = analytic.map((_, i) => centralDifference(refreshed, value.data, i, STEP));
      network.refresh();
      assertClose(analytic, numeric, TOLERANCE, `${name}, ${parameter}`);
    }
    assertEquals(evaluate(1), evaluate(1), name);
    assertNotEquals(evaluate(2).loss, evaluate(1).loss, name);
  }
});

Deno.test("Network with dropout that keeps everything scales, and without training does not drop", () => {
  for (const { name, family, tensors } of specimens) {
    using network = executorOf(family, tensors);
    const { x } = examplesFor(family, 4);
    const twice = matrix(x.rows, x.cols, x.data.map((value) => 2 * value));
    const plain = network.forward(network.workspace.copy("x", twice)).data.slice();
    const training = { dropout: { input: { keep: 1, scale: 2 } }, key: 1 };
    assertEquals(network.forward(network.workspace.copy("x", x), training).data.slice(), plain, name);
    assertEquals(network.forward(network.workspace.copy("x", twice)).data.slice(), plain, name);
  }
});

Deno.test("model() with the same seed has the same bytes, and where it draws at all, other ones with another", () => {
  for (const { name, family } of specimens) {
    using one = model(family, { seed: 1 });
    using same = model(family, { seed: 1 });
    using other = model(family, { seed: 2 });
    assertEquals(saveModel(one), saveModel(same), name);
    // the others start from zeros, or from the means of the data
    const draws = family.name === "maxout" || "factor" in family.shapes;
    if (draws) assertNotEquals(saveModel(one), saveModel(other), name);
  }
});

Deno.test("train() of every family with the same seed gives the same bytes, and moves every tensor", async () => {
  for (const { name, family } of specimens) {
    const trainSet = examplesFor(family, 60);
    const options = { epochs: 2, seed: 5, batchSize: 25 };
    using one = await train(family, trainSet, options);
    using same = await train(family, trainSet, options);
    using fresh = model(family, { seed: 5 });
    assertEquals(saveModel(one), saveModel(same), name);
    const [after, before] = [one.tensors(), fresh.tensors()];
    for (const tensor of Object.keys(family.shapes)) {
      assertNotEquals(after[tensor], before[tensor], `${name}, ${tensor}`);
    }
  }
});

Deno.test("loadModel() of saveModel() is the identity on bytes, on scores and on the record", () => {
  for (const specimen of specimens) {
    const { name, family, tensors } = specimen;
    using saved = model(family, { tensors, record: { seed: "3", note: "naïve “quotes”" } });
    using loaded = loadModel(saveModel(saved));
    const { x } = examplesFor(family, 9);
    assertEquals(saveModel(loaded), saveModel(saved), name);
    assertEquals(loaded.scores(x), saved.scores(x), name);
    assertEquals(loaded.tensors(), tensors, name);
    assertEquals([loaded.record, loaded.family.config], [saved.record, saved.family.config], name);
  }
});

Deno.test("Model.scores() and inputGradient() of many rows are those of each row alone, across chunks", () => {
  forEveryModel((each, name) => {
    const examples = examplesFor(each, 251);
    const [scores, gradient] = [each.scores(examples.x), lossGradient(each, examples)];
    for (const b of [0, 1, 2, 3, 4, 5, 100, 248, 249, 250]) {
      const alone = slice(examples, b, b + 1);
      assertEquals(each.scores(alone.x).data, rowsOf(scores, b, b + 1).data.slice(), `${name}, row ${b}`);
      assertEquals(
        lossGradient(each, alone).data,
        rowsOf(gradient, b, b + 1).data.slice(),
        `${name}, row ${b}`,
      );
    }
    for (const rows of [0, 250]) {
      const some = each.scores(rowsOf(examples.x, 0, rows));
      assertEquals(some.data, rowsOf(scores, 0, rows).data.slice(), `${name}, ${rows} rows`);
    }
  });
});

Deno.test("Model.scores() of a row do not depend on how many zeros the other rows hold", () => {
  // fused sums of a row's last columns differ, dense from sparse
  init({ kernels: "baseline" });
  for (const name of Object.keys(families)) {
    // wider than what the matrix product sums at once
    for (const inputs of [40, 900]) {
      const sizes = { inputs, classes: CLASSES, units: [9, 8], pieces: 5 };
      const family = familyNamed(name, optionsOf(name, sizes));
      using each = model(family, { tensors: ordinaryTensors(family) });
      const dense = examplesFor(each, 10), zeros = mostlyZero(dense);
      const rows = Float32Array.from(
        { length: 10 * inputs },
        (_, i) => (i < 2 * inputs ? dense : zeros).x.data[i],
      );
      const examples = { ...dense, x: matrix(10, inputs, rows) };
      const [scores, gradient] = [each.scores(examples.x), lossGradient(each, examples)];
      for (let b = 0; b < 10; b++) {
        const alone = slice(examples, b, b + 1);
        assertEquals(each.scores(alone.x).data, rowsOf(scores, b, b + 1).data.slice(), `${name}, row ${b}`);
        assertEquals(
          lossGradient(each, alone).data,
          rowsOf(gradient, b, b + 1).data.slice(),
          `${name}, row ${b}`,
        );
      }
    }
  }
});

Deno.test("Model.scores() leaves its inputs and earlier results alone", () => {
  forEveryModel((each, name) => {
    const { x } = examplesFor(each, 5);
    const { x: other } = examplesFor(each, 5, { seed: 2 });
    const bytes = x.data.slice();
    const first = each.scores(x), kept = first.data.slice();
    each.scores(other);
    assertEquals([x.data, first.data], [bytes, kept], name);
  });
});

Deno.test("Model.tensors() have the names and shapes of the public contract", () => {
  const [D, C] = [INPUTS, CLASSES];
  const contract: Record<string, Record<string, number[]>> = {
    "softmaxLinear {}": { W: [C, D], b: [C] },
    "logistic {}": { W: [1, D], b: [1] },
    'maxout {"units":[5],"pieces":3}': {
      "layer0.W": [3, 5, D],
      "layer0.b": [3, 5],
      "top.W": [C, 5],
      "top.b": [C],
    },
    'maxout {"units":[5,4],"pieces":2}': {
      "layer0.W": [2, 5, D],
      "layer0.b": [2, 5],
      "layer1.W": [2, 4, 5],
      "layer1.b": [2, 4],
      "top.W": [C, 4],
      "top.b": [C],
    },
    "rbf {}": { mu: [C, D], beta: [C, D] },
    'rbf {"precision":3}': { mu: [C, D], beta: [C, D], factor: [C, 3, D] },
    'rbf {"precision":"full"}': { mu: [C, D], beta: [C, D], factor: [C, D, D] },
    'deepRbf {"units":[5,4]}': {
      "layer0.mu": [5, D],
      "layer0.beta": [5, D],
      "layer1.mu": [4, 5],
      "layer1.beta": [4, 5],
      mu: [C, 4],
      beta: [C, 4],
    },
  };
  for (const [name, shapes] of Object.entries(contract)) {
    const specimen = specimens.find((each) => each.name === name)!;
    using each = specimenModel(specimen);
    const found = Object.entries(each.tensors()).map(([tensor, { shape }]) => [tensor, [...shape]]);
    assertEquals(Object.fromEntries(found), shapes, name);
  }
});

Deno.test("Model.tensors() redo the scores in ten lines of plain loops", () => {
  for (const specimen of specimens) {
    using each = specimenModel(specimen);
    const dense = examplesFor(each, 9);
    for (const { x } of [dense, mostlyZero(dense)]) {
      const expected = scoresInPlainLoops(specimen, each.tensors(), x);
      assertClose(each.scores(x).data, expected, SCORE_TOLERANCE, specimen.name);
    }
  }
});

Deno.test("Model.tensors() are copies: writing to them does not change the model", () => {
  for (const specimen of specimens) {
    using each = specimenModel(specimen);
    for (const { data } of Object.values(each.tensors())) data.fill(0);
    assertEquals(each.tensors(), specimen.tensors, specimen.name);
  }
});

Deno.test("model() refuses tensors that are missing, unknown, misshapen, of whole numbers or out of range", () => {
  for (const { name, family, tensors } of specimens) {
    const [first] = Object.keys(family.shapes);
    const { [first]: own, ...rest } = tensors;
    const refuse = (wrong: Tensors, sentence: string) =>
      assertThrows(() => model(family, { tensors: wrong }), InputError, sentence, name);
    refuse(rest, `Cannot make a model of family ${family.name}: tensor ${first} is missing`);
    refuse(
      { ...tensors, extra: own },
      `Cannot make a model of family ${family.name}: it has no tensor extra`,
    );
    const flat = { shape: [own.data.length], data: own.data };
    refuse({ ...tensors, [first]: flat }, `expected ${first} as float32 of shape (${own.shape.join(", ")})`);
    const whole = { shape: own.shape, data: Int32Array.from(own.data) };
    refuse({ ...tensors, [first]: whole }, `expected ${first} as float32`);
    const short = { shape: own.shape, data: own.data.subarray(1) as Float32Array };
    refuse({ ...tensors, [first]: short }, `Cannot make a`);
  }
  const { family, tensors } = specimens.find((specimen) => specimen.family.name === "rbf")!;
  const negative = { ...tensors, beta: { ...tensors.beta, data: tensors.beta.data.map((value) => -value) } };
  assertThrows(
    () => model(family, { tensors: negative }),
    InputError,
    "Cannot make a model of family rbf with beta -",
  );
});

Deno.test("Model refuses inputs of another width", () => {
  forEveryModel((each, name) => {
    const wide = examplesFor({ inputs: INPUTS + 1, classes: each.classes }, 2);
    for (const run of [losses, lossGradient]) {
      assertThrows(() => run(each, wide), InputError, "takes 7 inputs", name);
    }
    assertThrows(() => predict(each, wide.x), InputError, "the examples have 8", name);
  });
});

Deno.test("losses() refuses labels that are not classes of the model, or not one an example", () => {
  forEveryModel((each, name) => {
    const { x } = examplesFor(each, 2);
    for (const run of [losses, lossGradient]) {
      for (const bad of [-1, each.classes, 2 ** 30]) {
        assertThrows(() => run(each, { x, labels: Int32Array.of(0, bad) }), InputError, `label ${bad}`, name);
      }
      assertThrows(
        () => run(each, { x, labels: Int32Array.of(0) }),
        InputError,
        "2 examples but 1 labels",
        name,
      );
    }
  });
});

Deno.test("model() keeps memory bounded while thousands are made, used and disposed", () => {
  const { memory } = heap().exports;
  const make = (count: number) => {
    for (let i = 0; i < count; i++) {
      const specimen = specimens[i % specimens.length];
      using each = specimenModel(specimen);
      lossGradient(each, examplesFor(each, 1 + i % 40));
    }
    return memory.buffer.byteLength;
  };
  const settled = make(100);
  assertEquals(make(2000), settled);
});

Deno.test("maxout() with one piece equals a linear layer, and without layers a softmax regression", () => {
  const tensors = {
    "top.W": { shape: [CLASSES, INPUTS], data: uniformMatrix(CLASSES, INPUTS, 1).data },
    "top.b": { shape: [CLASSES], data: uniformMatrix(1, CLASSES, 2).data },
  };
  using flat = model(maxout({ inputs: INPUTS, classes: CLASSES, units: [] }), { tensors });
  using linear = model(softmaxLinear({ inputs: INPUTS, classes: CLASSES }), {
    tensors: { W: tensors["top.W"], b: tensors["top.b"] },
  });
  const examples = examplesFor(flat, 9);
  assertEquals(flat.scores(examples.x), linear.scores(examples.x));

  const one = specimens.find(({ name }) => name === 'maxout {"units":[5],"pieces":1}')!;
  using single = specimenModel(one);
  const rows = Array.from({ length: 9 }, (_, b) => {
    const h = affine(
      one.tensors["layer0.W"].data,
      one.tensors["layer0.b"].data,
      rowsOf(examples.x, b, b + 1).data,
    );
    return affine(one.tensors["top.W"].data, one.tensors["top.b"].data, h);
  });
  assertClose(single.scores(examples.x).data, rows.flat(), SCORE_TOLERANCE);
});

Deno.test("rbf() has probabilities that fall to 0 along every ray from its centers", () => {
  for (const specimen of specimens.filter(({ family }) => family.name === "rbf")) {
    using each = specimenModel(specimen);
    const { x: directions } = examplesFor(each, 20);
    const at = (distance: number) =>
      predict(each, matrix(20, INPUTS, directions.data.map((value) => value * distance))).probabilities.data;
    let last = at(10);
    for (const distance of [20, 40, 80, 160]) {
      const next = at(distance);
      assert(next.every((p, i) => p <= last[i]), `${specimen.name} at ${distance}`);
      last = next;
    }
    assert(last.every((p) => p === 0), specimen.name);
  }
});

Deno.test("rbf() starts at the means of the classes of its training data", () => {
  const family = rbf({ inputs: 2, classes: 2 });
  const data = { x: matrix(3, 2, [1, 2, 3, 6, 5, 5]), labels: Int32Array.of(0, 0, 1), classes: 2 };
  // the stream is not drawn from without factors
  const { mu, beta } = family.initial({} as never, data);
  assertEquals([...mu.data], [2, 4, 5, 5]);
  assertEquals(beta.data, new Float32Array(4).fill(0.02));
});

Deno.test("rbf() with initialSpread starts that far, as a standard deviation, from the means", () => {
  const data = { x: matrix(2, 4000), labels: Int32Array.of(0, 1), classes: 2 };
  const { mu } = rbf({ inputs: 4000, classes: 2, initialSpread: 0.3 }).initial(rng(1), data);
  // of 8000 draws: the deviation's own standard error is 0.0024
  assertClose([Math.sqrt(sum(mu.data.map((value) => value ** 2)) / mu.data.length)], [0.3], 0.01);
  assertThrows(
    () => rbf({ inputs: 2, classes: 2, initialSpread: -1 }),
    InputError,
    "Cannot make a model of family rbf with initialSpread -1: must be a finite number ≥ 0",
  );
});

Deno.test("deepRbf() starts with hidden centers at examples, the top's at the means of what they make of classes", () => {
  const family = deepRbf({ inputs: 2, classes: 2, units: [3] });
  const data = { x: matrix(3, 2, [0, 0, 0, 1, 1, 0]), labels: Int32Array.of(0, 1, 1), classes: 2 };
  const tensors = family.initial(rng(1), data);
  const rows = Array.from({ length: 3 }, (_, u) => tensors["layer0.mu"].data.slice(2 * u, 2 * u + 2).join());
  assertEquals(rows.toSorted(), ["0,0", "0,1", "1,0"]);
  const hidden = { mu: tensors["layer0.mu"], beta: tensors["layer0.beta"] };
  const h = [0, 1, 2].map((b) => radial(hidden, rowsOf(data.x, b, b + 1).data).map(Math.exp));
  const means = [...h[0], ...h[1].map((value, u) => (value + h[2][u]) / 2)];
  assertClose(tensors.mu.data, means, 1e-6);
});

Deno.test("predict() gives probabilities in 0 … 1, which sum to 1 but for independent heads, also saturated", () => {
  forEveryModel((each, name) => {
    for (const size of [0, 1, 1e3, 1e6]) {
      const { x } = examplesFor(each, 20);
      const { predicted, confidence, probabilities: p } = predict(
        each,
        matrix(20, INPUTS, x.data.map((value) => value * size)),
      );
      assertEquals([p.rows, p.cols, predicted.length, confidence.length], [20, each.classes, 20, 20], name);
      for (let b = 0; b < 20; b++) {
        const row = rowsOf(p, b, b + 1).data;
        assert(row.every((value) => value >= 0 && value <= 1), name);
        assertEquals(confidence[b], Math.max(...row), name);
        // each probability is within an ulp of its own
        if (["softmax", "binary"].includes(each.head.name)) assertClose([sum(row)], [1], 1e-6, name);
      }
    }
  });
});

Deno.test("a disposed model says so instead of reading what is no longer its own", () => {
  const gone = model(families.softmaxLinear({ inputs: 2, classes: 2 }));
  gone[Symbol.dispose]();
  for (const use of [() => gone.scores(matrix(1, 2)), () => gone.tensors()]) {
    assertThrows(use, InputError, "Cannot use the model: it was disposed");
  }
});
