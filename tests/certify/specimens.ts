/** Small networks and random points for the tests of certificates. */

import { type Neighborhood, neighborhood } from "../../src/certify/neighborhood.ts";
import type { Chain, ChainLayer, LinearLayer } from "../../src/certify/chain.ts";
import type { Graph, GraphNode } from "../../src/graph/graph.ts";
import { model } from "../../src/models/model.ts";
import { rng } from "../../src/rng.ts";

export function numbers(n: number, seed: number, { lo = -1, hi = 1 } = {}): Float64Array {
  const from = rng(seed);
  return new Float64Array(n).map(() => Math.fround(lo + (hi - lo) * from.next()));
}

export function linear(rows: number, cols: number, seed: number): LinearLayer {
  const scale = Math.sqrt(3 / cols);
  return {
    type: "linear",
    rows,
    cols,
    W: numbers(rows * cols, seed, { lo: -scale, hi: scale }),
    b: numbers(rows, seed + 7777, { lo: -0.3, hi: 0.3 }),
  };
}

/** Layers of these widths with `activation` between them. */
export function chainOf(widths: readonly number[], activation: ChainLayer, seed: number): Chain {
  const pieces = activation.type === "maxout" ? activation.pieces : 1;
  const layers: ChainLayer[] = [];
  for (let k = 1; k < widths.length; k++) {
    const last = k === widths.length - 1;
    layers.push(linear(widths[k] * (last ? 1 : pieces), widths[k - 1], seed * 100 + k));
    if (!last) layers.push(activation);
  }
  return { inputs: widths[0], classes: widths.at(-1)!, layers };
}

/** The same as a model. */
export function modelOf({ inputs, layers }: Chain) {
  const nodes: GraphNode[] = [],
    tensors: Record<string, { shape: number[]; data: Float32Array<ArrayBuffer> }> = {};
  layers.forEach((layer, k) => {
    const from = [k > 0 ? `n${k - 1}` : "input"];
    if (layer.type !== "linear") {
      const attributes = layer.type === "maxout"
        ? { pieces: layer.pieces }
        : layer.type === "leakyRelu"
        ? { slope: layer.slope }
        : {};
      nodes.push({ id: `n${k}`, op: layer.type as GraphNode["op"], from, attributes });
      return;
    }
    const [W, b] = [`W${k}`, `b${k}`];
    nodes.push({ id: `n${k}`, op: "linear", from, tensors: { W, b }, attributes: { outputs: [layer.rows] } });
    tensors[W] = { shape: [layer.rows, layer.cols], data: Float32Array.from(layer.W) };
    tensors[b] = { shape: [layer.rows], data: Float32Array.from(layer.b) };
  });
  const graph: Graph = { input: inputs, nodes, head: "softmax" };
  return model(graph, { tensors });
}

/** `n` points of a neighborhood, corners and rim among them. */
export function* pointsIn(within: Neighborhood, n: number, seed: number): Generator<Float64Array> {
  const from = rng(seed);
  const { x, lo, hi, norm, epsilon } = within;
  for (let k = 0; k < n; k++) {
    const corner = k % 2 === 0;
    const point = x.map((_, i) => {
      const u = from.next();
      return lo[i] + (hi[i] - lo[i]) * (corner ? Math.round(u) : u);
    });
    const size = point.reduce((sum, v, i) => sum + (norm === "L1" ? Math.abs(v - x[i]) : (v - x[i]) ** 2), 0);
    const length = norm === "Linf" ? 0 : norm === "L1" ? size : Math.sqrt(size);
    const share = length > epsilon ? epsilon / length : 1;
    yield point.map((v, i) => x[i] + share * (v - x[i]));
  }
}

export { neighborhood };
