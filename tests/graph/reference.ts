/** Graphs once more, in plain loops in double: one example at a time, each operation by its formula. */

import type { Tensors } from "../../src/graph/executor.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { OPERATIONS } from "../ops/reference.ts";

/** Scores of one example, and which side of every kink it lies on: while that stays, the graph is smooth. */
export function graphInDouble(
  { nodes }: Graph,
  tensors: Tensors,
  x: ArrayLike<number>,
): { scores: number[]; kinks: number[] } {
  const values = new Map([["input", Array.from(x)]]);
  const kinks: number[] = [];
  for (const { id, op, from, tensors: names = {}, attributes = {} } of nodes) {
    const own = Object.fromEntries(Object.entries(names).map(([role, name]) => [role, tensors[name]]));
    const inputs = from.map((source) => values.get(source)!);
    values.set(id, OPERATIONS[op](inputs, { tensors: own, attributes, kinks }));
  }
  return { scores: values.get(nodes.at(-1)!.id)!, kinks };
}
