import { assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { InputError } from "../../src/errors.ts";
import type { Recipe } from "../../src/models/recipe.ts";
import type { Parameter } from "../../src/ops/op.ts";
import { listsIn } from "../../src/kernels/sparse.ts";
import { Workspace } from "../../src/runtime/workspace.ts";
import type { Resident } from "../../src/runtime/heap.ts";
import { optimizer } from "../../src/train/optimizer.ts";
import { adamStep, limitRowNorms, sgdStep } from "../reference/mod.ts";
import { assertClose, uniformMatrix } from "../support.ts";

/** Numbers below 2, each a sum of a few roundings; 1 − β₂ = .001 has a relative error of 6e-5 in float32, its root half of it. */
const TOLERANCE = { sgd: 1e-6, adam: 1e-5 };

/** Weights and a bias with their gradients, and the same in double. */
function parametersIn(workspace: Workspace) {
  return [["W", 2, 3, true], ["b", 1, 3, false]].map(([name, rows, cols, weights], i) => {
    const [value, gradient] = ["value", "gradient"].map((kind, j) => {
      const made = workspace.matrix(`${kind} of ${name}`, rows as number, cols as number);
      made.data.set(uniformMatrix(made.rows, made.cols, 1 + 2 * i + j).data);
      return made;
    });
    const parameter: Parameter = { name: name as string, value, gradient, weights: weights as boolean };
    return { parameter, p: Float64Array.from(value.data), g: Float64Array.from(gradient.data) };
  });
}

/** What each parameter is after updates at these steps and epochs, and what it should be by `expected`. */
function updated(
  recipe: Recipe,
  places: readonly (readonly [step: number, epoch: number])[],
  expected: (p: Float64Array, g: Float64Array, state: Float64Array[], at: number, isWeights: boolean) => void,
): void {
  using workspace = new Workspace();
  const all = parametersIn(workspace);
  const rule = optimizer(recipe, all.map(({ parameter }) => parameter), workspace);
  const states = all.map(({ p }) => [p.map(() => 0), p.map(() => 0)]);
  places.forEach(([step, epoch], at) => {
    rule.update(step, epoch);
    all.forEach(({ parameter: { value, weights }, p, g }, i) => {
      expected(p, g, states[i], at, weights);
      assertClose(value.data, p, TOLERANCE[recipe.optimizer.name], `${JSON.stringify(recipe)}, step ${step}`);
    });
  });
}

const batchSize = 1;

Deno.test("optimizer() of SGD has neither momentum nor decay by default, and a least rate of 10⁻⁶", () => {
  const plain: Recipe = { batchSize, optimizer: { name: "sgd", learningRate: 0.5 } };
  updated(plain, [[0, 0], [9, 7]], (p, g, [v]) => sgdStep(p, v, g, 0.5, 0, 0, 0, p.length));
  for (const [learningRate, least] of [[0.5, 1e-6], [1e-7, 1e-7]]) {
    using workspace = new Workspace();
    const [{ parameter }] = parametersIn(workspace);
    parameter.value.data.fill(0);
    const recipe: Recipe = { batchSize, optimizer: { name: "sgd", learningRate, learningRateDecay: 10 } };
    optimizer(recipe, [parameter], workspace).update(30, 0);
    assertClose(
      parameter.value.data.map((x) => x * 1e6),
      parameter.gradient.data.map((g) => -1e6 * least * g),
      1e-6,
    );
  }
});

Deno.test("optimizer() of SGD at any step and epoch, also an earlier one, has their rate and momentum", () => {
  const ramped: Recipe = {
    ...{ batchSize, maxNorm: 0.75, l1: 0.25, weightDecay: { b: 0.5 } },
    optimizer: {
      name: "sgd",
      learningRate: 1,
      learningRateDecay: 2,
      momentum: 0.5,
      finalMomentum: 0.75,
      rampEpochs: 5,
    },
  };
  // steps, epochs, the rate 2⁻ˢ and the momentum .5 + .25·(epoch − 1)/4 within .5 and .75
  const places = [[0, 0], [1, 1], [2, 2], [3, 6], [1, 4]] as const;
  const [rates, momenta] = [[1, 0.5, 0.25, 0.125, 0.5], [0.5, 0.5, 0.5625, 0.75, 0.6875]];
  updated(ramped, places, (p, g, [v], at, isWeights) => {
    sgdStep(p, v, g, rates[at], momenta[at], isWeights ? 0.25 : 0, isWeights ? 0 : 0.5, p.length);
    if (isWeights) limitRowNorms(p, 0.75, 2, 3);
  });
  for (const rampEpochs of [1, 2]) {
    const short = { ...ramped, optimizer: { ...ramped.optimizer, learningRateDecay: 1, rampEpochs } };
    updated({ ...short, maxNorm: undefined, l1: 0, weightDecay: 0 }, [[0, 1], [1, 2]], (p, g, [v], at) => {
      sgdStep(p, v, g, 1, [0.5, 0.75][at], 0, 0, p.length);
    });
  }
  const slow: Recipe = {
    batchSize,
    optimizer: { name: "sgd", learningRate: 1, momentum: 0.25, finalMomentum: 0.75 },
  };
  // 250 epochs by default: the ramp ends after 249 more than the first
  const slowMomenta = [0.25, 0.25 + 0.5 * 100 / 249, 0.75];
  updated(slow, [[0, 1], [1, 101], [2, 250]], (p, g, [v], at) => {
    sgdStep(p, v, g, 1, slowMomenta[at], 0, 0, p.length);
  });
});

Deno.test("optimizer() of Adam at any step, also an earlier one, has its rate and powers", () => {
  for (const [beta1, beta2] of [[undefined, undefined], [0.5, 0.75]]) {
    const recipe: Recipe = {
      ...{ batchSize, maxNorm: { b: 0.5 }, weightDecay: 0.5 },
      optimizer: { name: "adam", learningRate: 0.25, learningRateDecay: 2, beta1, beta2 },
    };
    const [b1, b2] = [beta1 ?? 0.9, beta2 ?? 0.999], steps = [0, 1, 3, 1] as const;
    updated(recipe, steps.map((step) => [step, 0]), (p, g, [m, v], at, isWeights) => {
      const [c1, c2] = [1 - b1 ** (steps[at] + 1), 1 - b2 ** (steps[at] + 1)];
      adamStep(p, m, v, g, 0.25 / 2 ** steps[at], b1, b2, c1, c2, 1e-8, 0, isWeights ? 0.5 : 0, p.length);
      if (!isWeights) limitRowNorms(p, 0.5, 1, 3);
    });
  }
});

Deno.test("optimizer() gives its state by name, and refuses decay of unknown parameters", () => {
  using workspace = new Workspace();
  const parameters = parametersIn(workspace).map(({ parameter }) => parameter);
  const namesOf = (rule: Recipe["optimizer"]) => {
    const { state } = optimizer({ batchSize, optimizer: rule }, parameters, workspace);
    for (const { name, value: { rows, cols } } of parameters) {
      for (const [key, m] of Object.entries(state)) {
        if (key.endsWith(`.${name}`)) assertEquals([m.rows, m.cols], [rows, cols]);
      }
    }
    return Object.keys(state);
  };
  assertEquals(namesOf({ name: "sgd", learningRate: 1 }), ["velocity.W", "velocity.b"]);
  assertEquals(namesOf({ name: "adam", learningRate: 1 }), ["mean.W", "mean.b", "square.W", "square.b"]);
  for (const wrong of [{ maxNorm: { U: 1 } }, { l1: { U: 1 } }, { weightDecay: { W: 1, U: 1 } }]) {
    const recipe: Recipe = { batchSize, optimizer: { name: "sgd", learningRate: 1 }, ...wrong };
    assertThrows(() => optimizer(recipe, parameters, workspace), InputError, "for U");
  }
});

Deno.test("optimizer() completes a gradient that was left in parts, in place of what is there or added to it", () => {
  using workspace = new Workspace();
  const x = workspace.copy("x", uniformMatrix(4, 3, 11));
  // row 0 of the gradient: 2 of x's row 3 less 1 of its row 1; row 1: half of its row 0
  const lists = listsIn(workspace, "lists", { rows: 2, capacity: 4 });
  for (const [m, numbers] of [[lists.indices, [3, 1, 0, 0, 0, 0, 0, 0]], [lists.counts, [2, 1]]] as const) {
    (m as Resident).ints.set(numbers);
  }
  lists.values.data.set([2, -1, 0, 0, 0.5, 0, 0, 0]);
  const optimizers = [{ name: "sgd", learningRate: 0.5, momentum: 0.5 }, {
    name: "adam",
    learningRate: 0.5,
  }] as const;
  for (const rule of optimizers) {
    for (const onto of [false, true]) {
      for (const maxNorm of [undefined, 0.5]) {
        const [{ parameter, p, g }] = parametersIn(workspace);
        const state = [p.map(() => 0), p.map(() => 0)];
        for (let j = 0; j < 3; j++) {
          g[j] = (onto ? g[j] : 0) + 2 * x.data[9 + j] - x.data[3 + j];
          g[3 + j] = (onto ? g[3 + j] : 0) + 0.5 * x.data[j];
        }
        const recipe: Recipe = { batchSize, optimizer: rule, maxNorm, weightDecay: 0.25 };
        const made = optimizer(recipe, [parameter], workspace);
        for (const m of Object.values(made.state)) m.data.fill(0);
        parameter.rest = { lists, x, onto };
        made.update(0, 0);
        if (rule.name === "sgd") sgdStep(p, state[0], g, 0.5, 0.5, 0, 0.25, 6);
        else adamStep(p, state[0], state[1], g, 0.5, 0.9, 0.999, 0.1, 0.001, 1e-8, 0, 0.25, 6);
        if (maxNorm !== undefined) limitRowNorms(p, maxNorm, 2, 3);
        assertClose(parameter.value.data, p, TOLERANCE[rule.name], `${rule.name}, onto ${onto}, ${maxNorm}`);
        assertEquals(parameter.rest, undefined, "what was left is done once");
        if (rule.name === "sgd") {
          // the room for a row holds the last one
          assertClose(workspace.matrix("row of 3", 1, 3).data, g.slice(3), 1e-6);
        }
      }
    }
  }
});
