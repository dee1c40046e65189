/** Graphs once more, in plain loops in double: one example at a time, each operation by its formula. */

import type { Tensors } from "../../src/graph/steps.ts";
import { type CheckedNode, checkGraph, type Graph } from "../../src/graph/graph.ts";
import * as ops from "../../src/ops/mod.ts";
import { referenceOf } from "../ops/reference.ts";

/** Scores of one example, and which side of every kink it lies on: while that stays, the graph is smooth. */
export function graphInDouble(
  graph: Graph,
  tensors: Tensors,
  x: ArrayLike<number>,
): { scores: number[]; kinks: number[] } {
  const values = [Array.from(x)];
  const kinks: number[] = [];
  for (const { op, sources, tensors: names, attributes, inputs: shapes } of nodesOf(graph)) {
    const own = Object.fromEntries(names.map(({ role, name }) => [role, tensors[name]]));
    const inputs = sources.map((source) => values[source]);
    values.push(referenceOf(op.name)(inputs, { tensors: own, attributes, kinks, shapes }));
  }
  return { scores: values.at(-1)!, kinks };
}

/** The graphs seen, checked: examples come one by one. */
const seen = new WeakMap<Graph, readonly CheckedNode[]>();

function nodesOf(graph: Graph): readonly CheckedNode[] {
  let nodes = seen.get(graph);
  if (!nodes) seen.set(graph, nodes = checkGraph(graph, ops).nodes);
  return nodes;
}
