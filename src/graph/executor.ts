/** What runs a graph: its steps, with the memory that they work in. @module */

import { InputError } from "../errors.ts";
import type { Matrix } from "../matrix.ts";
import type { Objective, Parameter, WantedGradients } from "../ops/op.ts";
import { Workspace } from "../runtime/workspace.ts";
import type { CheckedGraph } from "./graph.ts";
import { Passes } from "./passes.ts";
import { type Step, stepsOf, type Tensors } from "./steps.ts";
import type { TrainingPass } from "./training_pass.ts";

/** Part of a graph, from what it reads to what it gives. */
export interface Runner {
  /** Outputs for `x`, valid until the next call; with `pass`, as training changes them. */
  forward(x: Matrix, pass?: TrainingPass): Matrix;
  /** The gradient in the last forward pass's inputs, if wanted; gradients of parameters are left in them. */
  backward(dOut: Matrix, wanted: WantedGradients): Matrix | undefined;
}

/** A graph at work. */
export interface Executor extends Runner, Disposable {
  /** The graph. */
  readonly graph: CheckedGraph;
  /** Its memory. */
  readonly workspace: Workspace;
  /** Memory of what only training needs. */
  readonly training: Workspace;
  /** What training adjusts. */
  readonly parameters: readonly Parameter[];
  /** Statistics of batches that passes of training leave, by name. */
  readonly running: Readonly<Record<string, Matrix>>;
  /** Layers with parameters. */
  readonly layers: number;
  /** Forward passes so far, those of parts of it included: while it stays, the last one may be differentiated. */
  readonly passes: { count: number };
  /** What it trains on, if that is not the head's loss. */
  readonly objective?: Objective;
  /** The outputs of a node, (B, width), in the last forward pass. @throws {InputError} if they are not kept */
  outputs(id: string): Matrix;
  /**
   * What comes before the inputs of layer `layer`, and what from there on leads to the scores.
   *
   * @throws {InputError} if something goes around them
   */
  cut(layer: number): { before: Pick<Runner, "forward">; after: Runner };
  /** Called when parameters have changed from outside. */
  refresh(): void;
  /** A copy of the tensors. */
  tensors(): Tensors;
  /** Puts other tensors of the same shapes in their place. */
  load(tensors: Tensors): void;
  /** Gives back what only training needs. */
  endTraining(): void;
}

/**
 * `graph` at work with these tensors, which fit it. With `fuse: false` every node runs by itself: the same results, only
 * slower.
 */
export function executor(
  graph: CheckedGraph,
  tensors: Tensors,
  { fuse = true }: { fuse?: boolean } = {},
): Executor {
  const workspace = new Workspace(), training = workspace.scope();
  const { steps, values } = stepsOf(graph, tensors, { memory: { workspace, training }, fuse });
  const passes = new Passes(steps, workspace.scope());
  const refresh = () => steps.forEach((step) => step.refresh?.());
  const endTraining = () => {
    steps.forEach((step) => step.endTraining?.());
    training.clear();
  };
  return {
    graph,
    workspace,
    training,
    parameters: steps.flatMap(({ parameters }) => parameters),
    running: Object.fromEntries(
      steps.flatMap(({ running = [] }) => running.map(({ name, value }) => [name, value])),
    ),
    layers: steps.filter(({ layer }) => layer !== undefined).length,
    passes,
    objective: objectiveOf(steps, passes),
    forward: (x, pass) => passes.forward(x, { pass }),
    backward: (dOut, wanted) => passes.backward(dOut, wanted),
    outputs(id) {
      const step = steps.findIndex((each) => each.id === id);
      if (step < 0) {
        throw new InputError("value", `look at node ${id}`, "the model keeps no outputs of such a node");
      }
      return passes.places[step + 1];
    },
    cut: (layer) => cut(steps, passes, layer),
    refresh,
    tensors: () =>
      Object.fromEntries(
        Array.from(values, ([name, { data }]) => [name, { shape: graph.shapes[name], data: data.slice() }]),
      ),
    load(tensors) {
      endTraining();
      for (const [name, { data }] of values) data.set(tensors[name].data as Float32Array);
      refresh();
    },
    endTraining,
    [Symbol.dispose]: () => workspace[Symbol.dispose](),
  };
}

/** What a graph of one operation trains on, if that has an objective. */
function objectiveOf(steps: readonly Step[], passes: Passes): Objective | undefined {
  const objective = steps.length === 1 ? steps[0].objective : undefined;
  return objective && ((x, labels, how) => {
    passes.count++;
    return objective(x, labels, how);
  });
}

/** @throws {InputError} if something goes around the inputs of the layer */
function cut(steps: readonly Step[], passes: Passes, layer: number): ReturnType<Executor["cut"]> {
  const from = steps.findIndex((step) => step.layer === layer);
  const at = steps[from]?.sources[0];
  if (
    at === undefined || steps.slice(from).some(({ sources }) => sources.some((s) => s <= from && s !== at))
  ) {
    throw new InputError("value", `cut the graph before layer ${layer}`, "something goes around it");
  }
  return {
    before: {
      forward(x) {
        passes.forward(x, { to: from });
        return passes.places[at];
      },
    },
    after: {
      forward: (h, pass) => passes.forward(h, { at, from, pass }),
      backward: (dOut, wanted) => passes.backward(dOut, wanted, { at, from }),
    },
  };
}
