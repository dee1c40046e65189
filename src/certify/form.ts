/** Which of the forms that certificates know a model's graph has, its weights in double precision. @module */

import { InputError } from "../errors.ts";
import type { GraphNode } from "../graph/graph.ts";
import type { Model } from "../models/model.ts";
import type { Chain, ChainLayer, LinearLayer } from "./chain.ts";
import type { Affine } from "./exact_linear.ts";
import type { Diagonal } from "./exact_rbf.ts";

/** A model as certificates see it. */
export type Form =
  | { readonly kind: "linear"; readonly scores: Affine }
  | { readonly kind: "rbf"; readonly scores: Diagonal }
  | { readonly kind: "chain"; readonly chain: Chain };

/** A node that passes its inputs on takes a matrix of this many rows at most. */
const MAX_IDENTITY = 4096;

/**
 * The form of `model`: linear, diagonal RBF, or layers in a row.
 *
 * @throws {InputError} if its graph has branches, or operations other than linear, relu, leakyRelu, maxout, tanh, sigmoid
 *   or one diagonal rbf
 */
export function formOf(model: Model): Form {
  const { graph, classes, inputs } = model;
  const tensors = model.tensors();
  const data = (node: GraphNode, role: string) => Float64Array.from(tensors[node.tensors![role]].data);
  const layers: ChainLayer[] = [];
  for (const [k, node] of graph.nodes.entries()) {
    if (node.from.length !== 1 || node.from[0] !== (k > 0 ? graph.nodes[k - 1].id : "input")) {
      refuse(`node "${node.id}" makes a branch, and certificates know layers in a row`);
    }
    const { op, attributes = {} } = node as { op: string; attributes?: Record<string, unknown> };
    if (op === "rbf") {
      if (graph.nodes.length > 1 || attributes.rank) {
        refuse("certificates know RBF units with a diagonal precision, as the only layer");
      }
      const scores = { rows: classes, cols: inputs, mu: data(node, "mu"), beta: data(node, "beta") };
      return { kind: "rbf", scores };
    }
    if (op === "linear") {
      const [W, b] = [data(node, "W"), data(node, "b")];
      layers.push({ type: "linear", rows: b.length, cols: W.length / b.length, W, b });
    } else if (op === "maxout") layers.push({ type: op, pieces: Number(attributes.pieces) });
    else if (op === "relu" || op === "tanh" || op === "sigmoid") layers.push({ type: op });
    else if (op === "leakyRelu") {
      // as the kernel has it
      layers.push({ type: op, slope: Math.fround(Number(attributes.slope ?? 0.01)) });
    } else refuse(`they do not know its operation ${op}`);
  }
  const chain = { inputs, classes, layers: alternating(layers, inputs, graph.head === "binary") };
  if (chain.layers.length > 1) return { kind: "chain", chain };
  return { kind: "linear", scores: chain.layers[0] as LinearLayer };
}

/** The same as linear layers with one activation between each two. */
function alternating(layers: readonly ChainLayer[], inputs: number, binary: boolean): ChainLayer[] {
  const out: ChainLayer[] = [];
  let width = inputs;
  for (const layer of layers) {
    const afterLinear = out.at(-1)?.type === "linear";
    if (layer.type === "linear" && afterLinear) out.push({ type: "leakyRelu", slope: 1 });
    if (layer.type !== "linear" && !afterLinear) out.push(identity(width));
    out.push(layer);
    if (layer.type === "linear") width = layer.rows;
    if (layer.type === "maxout") width /= layer.pieces;
  }
  if (out.at(-1)?.type !== "linear") out.push(identity(width));
  const top = out.at(-1) as LinearLayer;
  // one score, the log odds of class 1, beside a score of 0 for class 0
  if (binary) {
    const W = new Float64Array(2 * top.cols);
    W.set(top.W, top.cols);
    out[out.length - 1] = { type: "linear", rows: 2, cols: top.cols, W, b: Float64Array.of(0, top.b[0]) };
  }
  return out;
}

function identity(width: number): LinearLayer {
  if (width > MAX_IDENTITY) refuse(`an activation of ${width} numbers does not follow a linear layer`);
  const W = new Float64Array(width * width);
  for (let i = 0; i < width; i++) W[i * width + i] = 1;
  return { type: "linear", rows: width, cols: width, W, b: new Float64Array(width) };
}

function refuse(reason: string): never {
  throw new InputError("value", "certify this model", reason);
}
