/** Which of the forms that certificates know a model's graph has, its weights in double precision. @module */

import type { GraphNode } from "../graph/graph.ts";
import type { Model } from "../models/model.ts";
import type { Chain, LinearLayer } from "./chain.ts";
import type { Affine } from "./exact_linear.ts";
import type { Diagonal } from "./exact_rbf.ts";
import { fold } from "./fold.ts";
import { refuse, unroll } from "./unroll.ts";

/** A model as certificates see it. */
export type Form =
  | { readonly kind: "linear"; readonly scores: Affine }
  | { readonly kind: "rbf"; readonly scores: Diagonal }
  | { readonly kind: "chain"; readonly chain: Chain };

/**
 * The form of `model`: linear, diagonal RBF, or layers in a row, branches among them.
 *
 * @throws {InputError} if its graph has operations other than linear, relu, leakyRelu, maxout, tanh, sigmoid, exp, rbf, add,
 *   concat, reshape, affine, batchNorm, conv2d and pool
 */
export function formOf(model: Model): Form {
  const { graph, classes, inputs } = model;
  if (!graph) refuse("its layers are not known, as it only gives scores");
  const tensors = model.tensors();
  const { nodes, weights } = fold(model);
  const data = (node: GraphNode, role: string) => {
    const weight = weights.get(node.id);
    if (weight) return weight[role as keyof typeof weight];
    return Float64Array.from(tensors[node.tensors![role]].data as Float32Array);
  };
  const [first] = graph.nodes;
  if (graph.nodes.length === 1 && first.op === "rbf" && !first.attributes?.rank) {
    const scores = { rows: classes, cols: inputs, mu: data(first, "mu"), beta: data(first, "beta") };
    return { kind: "rbf", scores };
  }
  const layers = unroll(nodes, inputs, data, (node) => weights.get(node.id)?.slack);
  if (graph.head === "binary") layers.push(oddsOf(layers.pop() as LinearLayer));
  if (layers.length > 1) return { kind: "chain", chain: { inputs, classes, layers } };
  return { kind: "linear", scores: layers[0] as LinearLayer };
}

/** One score, the log odds of class 1, beside a score of 0 for class 0. */
function oddsOf({ cols, W, b, slack }: LinearLayer): LinearLayer {
  const both = new Float64Array(2 * cols);
  both.set(W, cols);
  return {
    type: "linear",
    rows: 2,
    cols,
    W: both,
    b: Float64Array.of(0, b[0]),
    slack: slack && Float64Array.of(0, slack[0]),
  };
}
