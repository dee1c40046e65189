/** A graph with branches as layers in a row: what later layers need is carried along by units that pass it on. @module */

import { InputError } from "../errors.ts";
import type { GraphNode } from "../graph/graph.ts";
import type { ActivationLayer, ActivationName, ChainLayer, LinearLayer } from "./chain.ts";
import { roundingError } from "./neighborhood.ts";

/** A layer takes a matrix of this many rows at most to pass numbers on. */
const MAX_CARRIED = 4096;

/** What certificates cannot take. */
export function refuse(reason: string): never {
  throw new InputError("value", "certify this model", reason);
}

/** Numbers of a node as sums of what the last layer gives: for each, the places that are added up. */
type View = readonly (readonly number[])[];

/** Tensors of a node in double precision, by role. */
export type Data = (node: GraphNode, role: string) => Float64Array;

/** Functions of one number, by operation. */
const ACTIVATIONS: Readonly<Record<string, ActivationName>> = {
  relu: "relu",
  tanh: "tanh",
  sigmoid: "sigmoid",
  exp: "exp",
};

/** The layers of a graph from `inputs` numbers to its last node: linear ones, with one of activations between each two. */
export function unroll(
  nodes: readonly GraphNode[],
  inputs: number,
  data: Data,
  slackOf: (node: GraphNode) => Float64Array | undefined = () => undefined,
): ChainLayer[] {
  const layers: ChainLayer[] = [];
  const each = (n: number): View => Array.from({ length: n }, (_, i) => [i]);
  let width = inputs;
  const views = new Map<string, View>([["input", each(inputs)]]);
  const lastUse = new Map<string, number>();
  nodes.forEach(({ from }, k) => from.forEach((name) => lastUse.set(name, k)));
  const uses = (id: string) =>
    nodes.reduce((n, { from }) => n + from.filter((name) => name === id).length, 0);

  /** A layer of `rows` and `units`, beside what nodes after the k-th need; its numbers become those of `id`. */
  const emit = (k: number, id: string, rows: LinearLayer, units: Units): void => {
    const live = [...views].filter(([name]) => name !== id && (lastUse.get(name) ?? -1) > k);
    const carried = [...new Set(live.flatMap(([, view]) => view.flat()))];
    checkWidth(carried.length);
    const own = units.pieces > 1 ? rows.rows / units.pieces : rows.rows;
    layers.push(beside(rows, carried, units.pieces), activationOf(units, own, carried.length));
    const place = new Map(carried.map((at, i) => [at, own + i]));
    views.clear();
    for (const [name, view] of live) views.set(name, view.map((sum) => sum.map((at) => place.get(at)!)));
    views.set(id, each(own));
    width = own + carried.length;
  };
  /** The view of a node whose numbers share no place: a layer that separates them where they do. */
  const apart = (k: number, id: string): View => {
    const view = views.get(id)!;
    if (new Set(view.flat()).size === view.flat().length) return view;
    emit(k - 1, id, selection(view, width), { kinds: [{ type: "identity" }], pieces: 1 });
    return views.get(id)!;
  };

  for (let k = 0; k < nodes.length; k++) {
    const { id, from, op } = nodes[k] as GraphNode & { op: string };
    if (op === "add") {
      views.set(id, views.get(from[0])!.map((_, i) => from.flatMap((name) => views.get(name)![i])));
    } else if (op === "concat") views.set(id, from.flatMap((name) => views.get(name)!));
    else if (op === "linear" || op === "rbf") {
      let rows: LinearLayer;
      if (op === "linear") {
        const [W, b] = [data(nodes[k], "W"), data(nodes[k], "b")];
        rows = spread({ rows: b.length, W, b, slack: slackOf(nodes[k]) }, apart(k, from[0]), width);
      } else {
        const quadratic = quadratics(nodes[k], data);
        emit(k - 1, id, spread(quadratic.parts, apart(k, from[0]), width), {
          kinds: quadratic.kinds,
          pieces: 1,
        });
        rows = spread(quadratic.sums, views.get(id)!, width);
      }
      if (k === nodes.length - 1) return [...layers, rows];
      const next = nodes[k + 1] as GraphNode & { op: string };
      const fused = next.from.length === 1 && next.from[0] === id && uses(id) === 1
        ? unitsOf(next)
        : undefined;
      if (fused) emit(++k, next.id, rows, fused);
      else emit(k, id, rows, { kinds: [{ type: "identity" }], pieces: 1 });
    } else {
      const units = unitsOf(nodes[k]);
      if (!units) refuse(`certificates do not know its operation ${op}`);
      emit(k, id, selection(views.get(from[0])!, width), units);
    }
  }
  return [...layers, selection(views.get(nodes.at(-1)?.id ?? "input")!, width)];
}

/** Activations of a layer's own units, in turn if they are fewer, or the pieces of maxout units. */
interface Units {
  readonly kinds: readonly ActivationLayer[];
  readonly pieces: number;
}

function unitsOf(node: GraphNode): Units | undefined {
  const { op, attributes = {} } = node as { op: string; attributes?: Record<string, unknown> };
  if (op === "maxout") return { kinds: [], pieces: Number(attributes.pieces) };
  // as the kernel has it
  if (op === "leakyRelu") {
    return { kinds: [{ type: op, slope: Math.fround(Number(attributes.slope ?? 0.01)) }], pieces: 1 };
  }
  return Object.hasOwn(ACTIVATIONS, op) ? { kinds: [{ type: ACTIVATIONS[op] }], pieces: 1 } : undefined;
}

function activationOf({ kinds, pieces }: Units, count: number, carried: number): ChainLayer {
  if (kinds.length === 0) return { type: "maxout", pieces };
  if (kinds.length === 1 && carried === 0) return kinds[0];
  const units = Array.from(
    { length: count + carried },
    (_, u): ActivationLayer => u < count ? kinds[u % kinds.length] : { type: "identity" },
  );
  return { type: "mixed", units };
}

/** Rows for `carried` numbers below those of each piece. */
function beside(layer: LinearLayer, carried: readonly number[], pieces: number): LinearLayer {
  if (carried.length === 0) return layer;
  const { cols } = layer, own = layer.rows / pieces, each = own + carried.length;
  const W = new Float64Array(pieces * each * cols), b = new Float64Array(pieces * each);
  const slack = layer.slack && new Float64Array(pieces * each);
  for (let p = 0; p < pieces; p++) {
    W.set(layer.W.subarray(p * own * cols, (p + 1) * own * cols), p * each * cols);
    b.set(layer.b.subarray(p * own, (p + 1) * own), p * each);
    slack?.set(layer.slack!.subarray(p * own, (p + 1) * own), p * each);
    carried.forEach((at, i) => W[(p * each + own + i) * cols + at] = 1);
  }
  return { type: "linear", rows: pieces * each, cols, W, b, slack };
}

/** Rows on the numbers of a view as rows on the `width` numbers that it is made of, which none share. */
function spread(
  { rows, W, b, slack }: Pick<LinearLayer, "rows" | "W" | "b" | "slack">,
  view: View,
  width: number,
): LinearLayer {
  if (view.length === width && view.every((sum, i) => sum.length === 1 && sum[0] === i)) {
    return { type: "linear", rows, cols: width, W, b, slack };
  }
  const out = new Float64Array(rows * width);
  for (let r = 0; r < rows; r++) {
    view.forEach((sum, i) => sum.forEach((at) => out[r * width + at] += W[r * view.length + i]));
  }
  return { type: "linear", rows, cols: width, W: out, b, slack };
}

function selection(view: View, width: number): LinearLayer {
  checkWidth(view.length);
  const W = new Float64Array(view.length * width);
  view.forEach((sum, i) => sum.forEach((at) => W[i * width + at] += 1));
  return { type: "linear", rows: view.length, cols: width, W, b: new Float64Array(view.length) };
}

function checkWidth(width: number): void {
  if (width > MAX_CARRIED) refuse(`${width} numbers would have to be passed on beside a layer`);
}

/**
 * −Σ β(x − μ)² − ‖F(x − μ)‖² as sums of x², of x and of (F·x − F·μ)²: their rows on x, what becomes of them, and the rows on
 * that. `slack` is what rounding leaves of F·μ and of βμ².
 */
function quadratics(node: GraphNode, data: Data) {
  const { units, rank = 0 } = node.attributes as { units: number; rank?: number };
  const [mu, beta] = [data(node, "mu"), data(node, "beta")];
  const F = rank > 0 ? data(node, "factor") : new Float64Array();
  const n = mu.length / units, rows = 2 * n + units * rank;
  checkWidth(rows);
  const W = new Float64Array(rows * n), b = new Float64Array(rows), slack = new Float64Array(rows);
  for (let i = 0; i < n; i++) W[i * n + i] = W[(n + i) * n + i] = 1;
  W.set(F, 2 * n * n);
  const V = new Float64Array(units * rows), v = new Float64Array(units), lost = new Float64Array(units);
  for (let u = 0; u < units; u++) {
    for (let i = 0; i < n; i++) {
      const at = u * n + i, product = beta[at] * mu[at];
      V[u * rows + i] = -beta[at];
      // exact: both are float32
      V[u * rows + n + i] = 2 * product;
      v[u] -= product * mu[at];
    }
    lost[u] = roundingError(2 * n, -v[u]);
    for (let r = u * rank; r < (u + 1) * rank; r++) {
      let size = 0;
      for (let i = 0; i < n; i++) {
        const term = F[r * n + i] * mu[u * n + i];
        b[2 * n + r] -= term;
        size += Math.abs(term);
      }
      slack[2 * n + r] = roundingError(n, size);
      V[u * rows + 2 * n + r] = -1;
    }
  }
  const kinds = Array.from(
    { length: rows },
    (_, r): ActivationLayer => ({ type: r >= n && r < 2 * n ? "identity" : "square" }),
  );
  return { parts: { rows, W, b, slack }, kinds, sums: { rows: units, W: V, b: v, slack: lost } };
}
