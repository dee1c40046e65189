/** What runs a graph: its steps, with the memory that they work in. @module */

import { InputError } from "../errors.ts";
import type { Tensor } from "../data/safetensors_file.ts";
import { type Matrix, matrix } from "../matrix.ts";
import { addTo } from "../ops/add.ts";
import type { Objective, OpContext, OpInstance, Parameter, WantedGradients } from "../ops/op.ts";
import { Workspace } from "../runtime/workspace.ts";
import type { CheckedGraph, CheckedNode } from "./graph.ts";
import { plan } from "./plan.ts";
import { type LayerPass, layerPass, type TrainingPass } from "./training_pass.ts";

/** A model's parameters by name, in the shapes that files hold. */
export type Tensors = Readonly<Record<string, Tensor>>;

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

/** A step at work. */
interface Step extends OpInstance {
  readonly id: string;
  readonly sources: readonly number[];
  /** Its place among the layers with parameters, if it has some, and what training does to its inputs. */
  readonly layer?: number;
  readonly pass?: LayerPass;
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
  const workspace = new Workspace();
  const training = workspace.scope();
  const values = new Map<string, Matrix>();

  function contextOf(node: CheckedNode): OpContext {
    const own = workspace.scope();
    const resident = (name: string, shape: readonly number[]) => {
      const cols = shape.at(-1)!, data = tensors[name].data as Float32Array;
      const value = own.copy(`tensor ${name}`, matrix(data.length / cols, cols, data));
      values.set(name, value);
      return value;
    };
    return {
      workspace: own,
      training: training.scope(),
      tensors: Object.fromEntries(node.tensors.map(({ role, name, shape }) => [role, resident(name, shape)])),
      names: Object.fromEntries(node.tensors.map(({ role, name }) => [role, name])),
      attributes: node.attributes,
      inputs: node.inputs,
    };
  }

  let layers = 0;
  /** Whether a layer with parameters lies before what is at each place. */
  const within = [false];
  const steps = plan(graph.nodes, { fuse }).map(({ nodes, sources, instantiate }): Step => {
    const instance = instantiate(nodes.map(contextOf));
    const after = sources.some((source) => within[source]);
    const parametric = instance.parameters.length > 0 && !instance.running;
    within.push(after || parametric);
    return Object.assign(instance, {
      id: nodes.at(-1)!.id,
      sources,
      ...(parametric && {
        layer: layers,
        pass: layerPass(training.scope(), { layer: layers++, first: !after }),
      }),
    });
  });
  const sums = workspace.scope();
  const passes = { count: 0 };
  /** What is at each place in the last forward pass, and what each step received. */
  const places: Matrix[] = [];
  const received: Matrix[][] = steps.map(() => []);

  /** Runs steps `from` to `to`, exclusive. */
  function run(from: number, to: number, pass?: TrainingPass): void {
    passes.count++;
    for (let i = from; i < to; i++) {
      const { sources, pass: own } = steps[i];
      for (let k = 0; k < sources.length; k++) {
        const value = places[sources[k]];
        received[i][k] = own && k === 0 ? own.forward(value, pass) : value;
      }
      places[i + 1] = steps[i].forward(received[i], pass !== undefined);
    }
  }

  const gradients: (Matrix | undefined)[] = [];
  /** Whether the gradient at a place is a sum of its own. */
  const summed: boolean[] = [];

  /** The gradient at place `at`, from where steps `from` to the last were run. */
  function differentiate(
    dOut: Matrix,
    at: number,
    from: number,
    wanted: WantedGradients,
  ): Matrix | undefined {
    gradients.fill(undefined);
    summed.fill(false);
    gradients[steps.length] = dOut;
    for (let i = steps.length - 1; i >= from; i--) {
      const { sources, pass } = steps[i];
      const inputs = wanted.inputs || sources.some((source) => source > from);
      const found = steps[i].backward(gradients[i + 1]!, received[i], { ...wanted, inputs });
      if (!inputs) continue;
      for (let k = 0; k < sources.length; k++) {
        const d = found[k]!, place = sources[k];
        if (k === 0) pass?.backward(d);
        const earlier = gradients[place];
        if (!earlier) gradients[place] = d;
        else {
          // in memory of its own: what a step gives may be what it was given
          const sum = summed[place] ? earlier : sums.copy(`d ${place}`, earlier);
          addTo(sum, d);
          [gradients[place], summed[place]] = [sum, true];
        }
      }
    }
    return wanted.inputs ? gradients[at] : undefined;
  }

  const own = steps.length === 1 ? steps[0].objective : undefined;
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
    layers,
    passes,
    objective: own && ((x, labels, how) => {
      passes.count++;
      return own(x, labels, how);
    }),
    forward(x, pass) {
      places[0] = x;
      run(0, steps.length, pass);
      return places[steps.length];
    },
    backward: (dOut, wanted) => differentiate(dOut, 0, 0, wanted),
    outputs(id) {
      const step = steps.findIndex((each) => each.id === id);
      if (step < 0) {
        throw new InputError("value", `look at node ${id}`, "the model keeps no outputs of such a node");
      }
      return places[step + 1];
    },
    cut(layer) {
      const from = steps.findIndex((step) => step.layer === layer);
      const at = steps[from]?.sources[0];
      if (
        at === undefined ||
        steps.slice(from).some(({ sources }) => sources.some((s) => s <= from && s !== at))
      ) {
        throw new InputError("value", `cut the graph before layer ${layer}`, "something goes around it");
      }
      return {
        before: {
          forward(x) {
            places[0] = x;
            run(0, from);
            return places[at];
          },
        },
        after: {
          forward(h, pass) {
            places[at] = h;
            run(from, steps.length, pass);
            return places[steps.length];
          },
          backward: (dOut, wanted) => differentiate(dOut, at, from, wanted),
        },
      };
    },
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
