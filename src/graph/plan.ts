/** Which operations run as one. @module */

import type { OpContext, OpInstance } from "../ops/op.ts";
import type { CheckedNode } from "./graph.ts";

/** What runs at once: a node, or two of which nobody reads what is between them. */
export interface PlannedStep {
  /** Nodes, in order. */
  readonly nodes: readonly CheckedNode[];
  /** What it reads: 0 for the inputs, n + 1 for the outputs of step n. */
  readonly sources: readonly number[];
  /** The operation at work, given what each of the nodes needs. */
  instantiate(contexts: readonly OpContext[]): OpInstance;
}

/** The steps of `nodes` in order; with `fuse`, operations run together with the one before where they can. */
export function plan(nodes: readonly CheckedNode[], { fuse = true }: { fuse?: boolean } = {}): PlannedStep[] {
  const readers = nodes.map((_, i) => nodes.filter(({ sources }) => sources.includes(i + 1)).length);
  const steps: PlannedStep[] = [];
  /** Where the outputs of each node are: 0 for the inputs, n + 1 for step n. */
  const places = [0];
  /** Nodes that have gone into the step of their only reader, which stands at its place. */
  const joined = new Map<number, CheckedNode>();
  nodes.forEach((node, i) => {
    const [source] = node.sources;
    const before = joined.get(source);
    if (before) {
      const fused = node.op.fused![before.op.name];
      steps.push({
        nodes: [before, node],
        sources: before.sources.map((each) => places[each]),
        instantiate: ([first, second]) => fused(first, second),
      });
    } else {
      const reader = nodes.findIndex(({ sources }) => sources.includes(i + 1));
      if (
        fuse && readers[i] === 1 && nodes[reader].sources.length === 1 &&
        nodes[reader].op.fused?.[node.op.name]
      ) {
        joined.set(i + 1, node);
        places.push(-1);
        return;
      }
      steps.push({
        nodes: [node],
        sources: node.sources.map((each) => places[each]),
        instantiate: ([context]) => node.op.instantiate(context),
      });
    }
    places.push(steps.length);
  });
  return steps;
}
