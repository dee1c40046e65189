/** Nodes that several families have. @module */

import type { GraphNode } from "../graph/graph.ts";

/** A linear node whose tensors are called `name` and W or b. */
export function linearNode(name: string, from: string, outputs: readonly number[]): GraphNode {
  const tensors = { W: `${name}W`, b: `${name}b` };
  return { id: `${name}linear`, op: "linear", from: [from], tensors, attributes: { outputs } };
}

/** A node of RBF units whose tensors are called `name` and mu, beta or factor. */
export function rbfNode(
  name: string,
  from: string,
  { units, rank = 0 }: { units: number; rank?: number },
): GraphNode {
  const tensors = {
    mu: `${name}mu`,
    beta: `${name}beta`,
    ...(rank > 0 && { factor: `${name}factor` }),
  };
  return { id: `${name}rbf`, op: "rbf", from: [from], tensors, attributes: { units, rank } };
}
