/** The steps of a graph at work: operations with their tensors in memory. @module */

import type { Tensor } from "../data/safetensors_file.ts";
import { type Matrix, matrix } from "../matrix.ts";
import type { OpContext, OpInstance } from "../ops/op.ts";
import type { Workspace } from "../runtime/workspace.ts";
import type { CheckedGraph, CheckedNode } from "./graph.ts";
import { plan } from "./plan.ts";
import { type LayerPass, layerPass } from "./training_pass.ts";

/** A model's parameters by name, in the shapes that files hold. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A step at work. */
export interface Step extends OpInstance {
  /** The node whose outputs it gives. */
  readonly id: string;
  /** The places that it reads: 0 for the inputs, n + 1 for the outputs of step n. */
  readonly sources: readonly number[];
  /** Its place among the layers with parameters, if it has some, and what training does to its inputs. */
  readonly layer?: number;
  readonly pass?: LayerPass;
}

/** The memory that steps work in. */
interface Memory {
  readonly workspace: Workspace;
  /** For what only training needs. */
  readonly training: Workspace;
}

/** The steps of `graph` in order, and the matrices that hold its tensors. */
export function stepsOf(
  graph: CheckedGraph,
  tensors: Tensors,
  { memory, fuse }: { memory: Memory; fuse: boolean },
): { steps: readonly Step[]; values: ReadonlyMap<string, Matrix> } {
  const values = new Map<string, Matrix>();
  const contextOf = (node: CheckedNode): OpContext => {
    const workspace = memory.workspace.scope();
    const resident: Record<string, Matrix> = {}, names: Record<string, string> = {};
    for (const { role, name, shape } of node.tensors) {
      const cols = shape.at(-1)!, data = tensors[name].data as Float32Array;
      resident[role] = workspace.copy(`tensor ${name}`, matrix(data.length / cols, cols, data));
      values.set(name, resident[role]);
      names[role] = name;
    }
    const { attributes, inputs } = node;
    return { workspace, training: memory.training.scope(), tensors: resident, names, attributes, inputs };
  };
  let layers = 0;
  /** Whether a layer with parameters lies before what is at each place. */
  const afterLayer = [false];
  const steps = plan(graph.nodes, { fuse }).map(({ nodes, sources, instantiate }): Step => {
    const instance = instantiate(nodes.map(contextOf));
    const first = !sources.some((source) => afterLayer[source]);
    const isLayer = instance.parameters.length > 0 && !instance.running;
    afterLayer.push(!first || isLayer);
    const layer = isLayer ? layers++ : undefined;
    return Object.assign(instance, {
      id: nodes.at(-1)!.id,
      sources,
      layer,
      pass: layer === undefined ? undefined : layerPass(memory.training.scope(), { layer, first }),
    });
  });
  return { steps, values };
}
