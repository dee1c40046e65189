/** Models: a family or a graph, with parameters. @module */

import { InputError } from "../errors.ts";
import { checkObject } from "../checks.ts";
import { shown } from "../wording.ts";
import { type Executor, executor, type Runner } from "../graph/executor.ts";
import type { Tensors } from "../graph/steps.ts";
import { checkGraph, type Graph } from "../graph/graph.ts";
import * as ops from "../ops/mod.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import { rng } from "../rng.ts";
import { checkInputs, type Differentiable, type Pass } from "./classifier.ts";
import type { Epoch } from "./history.ts";
import { checkTensors, described, type Family, firstTensors } from "./family.ts";

/** A classifier of this library. Its parameters lie in WebAssembly memory until it is disposed or collected. */
export interface Model extends Differentiable, Disposable {
  /** The family, with its sizes. */
  readonly family: Family;
  /** What it computes. */
  readonly graph: Graph;
  /** How it was made, by topic: recipe, seed, epochs, kernels. */
  readonly record: Readonly<Record<string, string>>;
  /** Its training epoch by epoch; empty where it was not trained. */
  readonly history: readonly Epoch[];
  /** A copy of its parameters. */
  tensors(): Tensors;
  /** Passes in its own memory. */
  pass(): Pass;
}

/** Rows that a model takes at once: enough for the matrix product, small enough to stay in cache. */
const CHUNK = 250;

/**
 * A model of a family, or of a graph of one's own: with the parameters `tensors`, or fresh ones drawn from `seed`.
 *
 * @example
 * ```ts
 * import { matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * using fresh = model(softmaxLinear({ inputs: 2, classes: 3 }), { seed: 1 });
 * assertEquals(fresh.scores(matrix(4, 2)).cols, 3);
 * ```
 *
 * @example A graph by hand: a hidden layer whose outputs a second path goes around
 * ```ts
 * import { type Graph, loadModel, matrix, model, saveModel } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * const graph: Graph = {
 *   input: 2,
 *   nodes: [
 *     {
 *       id: "hidden",
 *       op: "linear",
 *       from: ["input"],
 *       tensors: { W: "hidden.W", b: "hidden.b" },
 *       attributes: { outputs: [2] },
 *     },
 *     { id: "active", op: "tanh", from: ["hidden"] },
 *     { id: "around", op: "add", from: ["active", "input"] },
 *     { id: "top", op: "linear", from: ["around"], tensors: { W: "W", b: "b" }, attributes: { outputs: [3] } },
 *   ],
 *   head: "softmax",
 * };
 * using own = model(graph, { seed: 1 });
 * using again = loadModel(saveModel(own));
 * const x = matrix(1, 2, [0.5, -1]);
 * assertEquals(again.scores(x), own.scores(x));
 * ```
 *
 * @throws {InputError} if a tensor is missing, unknown, of another shape, or has values that cannot be
 * @throws {InputError} if the graph is none
 */
export function model(
  of: Family | Graph,
  options: {
    /** Parameters by name; default fresh ones. */
    tensors?: Tensors;
    /** Seed of fresh parameters; default 0. */
    seed?: number;
    /** What `record` is to say; default nothing. */
    record?: Readonly<Record<string, string>>;
    /** How it was trained; default not at all. */
    history?: readonly Epoch[];
  } = {},
): Model {
  const family = familyOf(of);
  checkObject("make a model", options);
  const { tensors, seed = 0, record = {}, history = [] } = options;
  checkObject("make a model", record, "the record");
  if (tensors !== undefined) checkTensors(family, tensors);
  const from = rng(seed);
  return bind(family, executorOf(family, tensors ?? family.initial(from)), { record, history });
}

/** A family, or the graph as one of its own. */
function familyOf(of: Family | Graph): Family {
  if (typeof of !== "object" && typeof of !== "function" || of === null) {
    throw new InputError("shape", "make a model", `expected a family or a graph, not ${shown(of)}`);
  }
  return "graph" in of ? of : graphFamily(of);
}

/** The family of one graph, which no registry knows. @throws {InputError} if it is none */
export function graphFamily(graph: Graph): Family {
  const checked = checkGraph(graph, ops);
  return {
    name: "graph",
    custom: true,
    config: {},
    recipe: { optimizer: { name: "adam", learningRate: 0.001 }, batchSize: 100 },
    ...described(checked),
    initial: firstTensors(checked, {}),
  };
}

/** The family's graph at work. */
export function executorOf({ checked }: Family, tensors: Tensors): Executor {
  return executor(checked, tensors);
}

/** `network` as a model of `family`, sharing its memory. */
export function bind(
  family: Family,
  network: Executor,
  { record = {}, history = [] }: Partial<Pick<Model, "record" | "history">> = {},
): Model {
  return {
    ...asModel(network, network, family),
    family,
    graph: family.graph,
    record,
    history,
    tensors() {
      network.workspace.check();
      return network.tensors();
    },
    [Symbol.dispose]: () => network[Symbol.dispose](),
  };
}

/** `runner`, a part of `network` or all of it, as a model in its memory. */
export function asModel(
  { workspace, passes }: Pick<Executor, "workspace" | "passes">,
  runner: Runner,
  { inputs, classes, head }: Pick<Differentiable, "inputs" | "classes" | "head">,
): Differentiable & { pass(): Pass } {
  /** Memory of passes, and whether each is in use. */
  const slots: { memory: ReturnType<typeof workspace.scope>; used: boolean }[] = [];

  function pass(): Pass {
    workspace.check();
    let slot = slots.find(({ used }) => !used);
    if (!slot) slots.push(slot = { memory: workspace.scope(), used: false });
    slot.used = true;
    const { memory } = slot;
    let x: Matrix | undefined, count = 0;
    const forward = (): Matrix => {
      const scores = runner.forward(x!);
      count = passes.count;
      return scores;
    };
    return {
      matrix: (name, rows, cols) => memory.matrix(`of ${name}`, rows, cols),
      forward(examples) {
        checkInputs("classify", { inputs }, examples);
        x = workspace.holds(examples) ? examples : memory.copy("x", examples);
        // a copy: the model may be asked something else before they are read
        return memory.copy("scores", forward());
      },
      backward(dScores) {
        if (!x) throw new InputError("state", "differentiate", "there was no forward pass");
        const d = workspace.holds(dScores) ? dScores : memory.copy("dScores", dScores);
        if (count !== passes.count) forward();
        return runner.backward(d, { inputs: true, parameters: "none" })!;
      },
      [Symbol.dispose]: () => void (slot.used = false),
    };
  }

  return {
    inputs,
    classes,
    head,
    pass,
    scores(x) {
      checkInputs("classify", { inputs }, x);
      const out = matrix(x.rows, head.width(classes));
      for (let first = 0; first < x.rows; first += CHUNK) {
        const h = workspace.copy("x", rowsOf(x, first, Math.min(first + CHUNK, x.rows)));
        out.data.set(runner.forward(h).data, first * out.cols);
      }
      return out;
    },
    inputGradient(x, dScores) {
      checkInputs("differentiate", { inputs }, x);
      const out = matrix(x.rows, x.cols);
      const run = pass();
      // not `using`: what older engines need in its place is a kilobyte
      try {
        for (let first = 0; first < x.rows; first += CHUNK) {
          const rows = rowsOf(x, first, Math.min(first + CHUNK, x.rows));
          const h = run.matrix("x", rows.rows, rows.cols);
          h.data.set(rows.data);
          out.data.set(run.backward(dScores(run.forward(h), first)).data, first * x.cols);
        }
      } finally {
        run[Symbol.dispose]();
      }
      return out;
    },
  };
}
