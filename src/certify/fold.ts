/** Scales and shifts of a graph within the weights of the layers that they come before; windows as linear layers. @module */

import type { GraphNode } from "../graph/graph.ts";
import type { Model } from "../models/model.ts";
import { scaleAndShift } from "../ops/batch_norm.ts";
import { broadcastIndices } from "../ops/indices.ts";
import { sizeOf } from "../ops/op.ts";
import { roundingError } from "./neighborhood.ts";
import { refuse } from "./unroll.ts";
import { convolutionRows, poolRows, type Rows } from "./windows.ts";

/** x·scale + shift of node `from`, entry by entry, in double precision. */
interface Pending {
  readonly from: string;
  readonly scale: Float64Array;
  readonly shift: Float64Array;
  /** Sizes of what was added up to the shift. */
  readonly sizes: Float64Array;
}

/** Weights of a linear node. */
interface Weights {
  readonly W: Float64Array;
  readonly b: Float64Array;
  /** What rounding may have moved each bias by. */
  readonly slack: Float64Array;
}

/** Nodes without changes of shape, scales and shifts; and the weights of those whose weights are others now. */
export interface Folded {
  readonly nodes: readonly GraphNode[];
  readonly weights: ReadonlyMap<string, Weights>;
}

/** A matrix that does no more than to scale has this many rows at most. */
const MAX_SCALED = 4096;

/**
 * The graph of `model` with its scales and shifts in the linear nodes that read them: W·(s∘x + t) + b = (W·diag s)·x + (W·t +
 * b). The products of weights and scales are exact, both being float32. Convolutions and averages are written out as linear nodes,
 * maxima of windows as maxout of such.
 *
 * @throws {InputError} if numbers are scaled twice, or too many are scaled before what is not linear
 */
export function fold({ graph, family: { checked }, tensors: read }: Model): Folded {
  const tensors = read(), nodes: GraphNode[] = [], weights = new Map<string, Weights>();
  const data = (name: string) => Float64Array.from(tensors[name].data as Float32Array);
  /** What a node is that only changes shapes, and the scale and shift of one that only does that. */
  const alias = new Map<string, string>(), pending = new Map<string, Pending>();

  /** The node at `id`, in whose place there may be a scale and shift that have to be carried out. */
  function settled(id: string): string {
    const scaled = pending.get(id);
    if (!scaled) return id;
    const n = scaled.scale.length, W = new Float64Array(n * n);
    if (n > MAX_SCALED) refuse(`${n} numbers are scaled before what is not linear`);
    scaled.scale.forEach((value, i) => W[i * n + i] = value);
    nodes.push({
      id,
      op: "linear",
      from: [scaled.from],
      tensors: { W: `${id}.W`, b: `${id}.b` },
      attributes: { outputs: [n] },
    });
    weights.set(id, { W, b: scaled.shift, slack: scaled.sizes.map((size) => roundingError(2, size)) });
    pending.delete(id);
    return id;
  }

  checked.nodes.forEach(({ id, op, attributes, tensors: own, inputs: [shape] }, k) => {
    const node = graph.nodes[k], from = node.from.map((name) => alias.get(name) ?? name);
    const tensor = (role: string) => data(own.find((each) => each.role === role)!.name);
    const before = pending.get(from[0]);
    if (op.name === "reshape") return void alias.set(id, from[0]);
    if (op.name === "batchNorm") {
      const all = Object.fromEntries(
        ["scale", "shift", "mean", "variance"].map((role) => [role, tensor(role)]),
      );
      // the numbers that inference takes
      const { scale, shift } = scaleAndShift(all as never, attributes.epsilon);
      const pixels = sizeOf(shape) / shape[0];
      const each = (values: Float32Array) =>
        Float64Array.from({ length: sizeOf(shape) }, (_, i) => values[Math.floor(i / pixels)]);
      return scaleAll(id, { from: from[0], scale: each(scale), shift: each(shift) });
    }
    if (op.name === "affine") {
      const places = broadcastIndices((node.attributes as { size: readonly number[] }).size, shape);
      const [scale, shift] = ["scale", "shift"].map((role) => {
        const values = tensor(role);
        return Float64Array.from(places, (place) => values[place]);
      });
      return scaleAll(id, { from: from[0], scale, shift });
    }
    const rows: Rows & { pieces?: number } | undefined = op.name === "conv2d"
      ? convolutionRows(shape, attributes, { W: tensor("W"), b: tensor("b") })
      : op.name === "pool"
      ? poolRows(shape, attributes)
      : op.name === "linear" && before
      ? { W: tensor("W"), b: tensor("b") }
      : undefined;
    if (rows) {
      const { pieces = 1 } = rows, own = pieces > 1 ? `${id} windows` : id;
      nodes.push({
        id: own,
        op: "linear",
        from: [before?.from ?? from[0]],
        tensors: { W: `${own}.W`, b: `${own}.b` },
        attributes: { outputs: [rows.b.length] },
      });
      weights.set(own, before ? within(rows, before) : { ...rows, slack: new Float64Array(rows.b.length) });
      if (pieces > 1) nodes.push({ id, op: "maxout", from: [own], attributes: { pieces } });
      return;
    }
    nodes.push({ ...node, from: from.map(settled) });
  });
  const last = graph.nodes.at(-1)!.id;
  settled(alias.get(last) ?? last);
  return { nodes, weights };

  /** Node `id` scales and shifts what `own.from` gives: within the weights of that one, if nothing else reads it, or later. */
  function scaleAll(id: string, own: Omit<Pending, "sizes">): void {
    const before = pending.get(own.from), last = nodes.at(-1);
    const readers = graph.nodes.filter(({ from }) =>
      from.some((name) => (alias.get(name) ?? name) === own.from)
    );
    const there = weights.get(own.from);
    const exact = there ? there.slack.every((value) => value === 0) : true;
    if (before || last?.id !== own.from || last.op !== "linear" || readers.length > 1 || !exact) {
      return void pending.set(id, scaled(own, before));
    }
    const { W, b } = there ?? { W: data(last.tensors!.W), b: data(last.tensors!.b) };
    const columns = W.length / b.length, slack = new Float64Array(b.length);
    own.scale.forEach((scale, u) => {
      for (let i = u * columns; i < (u + 1) * columns; i++) W[i] *= scale;
      b[u] *= scale;
      slack[u] = roundingError(2, Math.abs(b[u]) + Math.abs(own.shift[u]));
      b[u] += own.shift[u];
    });
    nodes[nodes.length - 1] = { ...last, id };
    weights.set(id, { W, b, slack });
  }

  /** A scale and shift on what `before` gives, if there is one. */
  function scaled(own: Omit<Pending, "sizes">, before: Pending | undefined): Pending {
    const after = { ...own, sizes: own.shift.map(Math.abs) };
    if (!before) return after;
    const exact = ({ scale }: Pending) => scale.every((value) => Math.abs(value) === 1);
    if (!exact(before) && !exact(after)) {
      refuse("numbers are scaled twice, by nodes of operation affine or batchNorm");
    }
    return {
      from: before.from,
      scale: after.scale.map((value, i) => value * before.scale[i]),
      shift: after.shift.map((value, i) => value + after.scale[i] * before.shift[i]),
      sizes: after.sizes.map((size, i) => size + Math.abs(after.scale[i]) * before.sizes[i]),
    };
  }
}

function within({ W, b }: Pick<Weights, "W" | "b">, { scale, shift, sizes }: Pending): Weights {
  const n = scale.length, slack = new Float64Array(b.length);
  for (let u = 0; u < b.length; u++) {
    let size = Math.abs(b[u]);
    for (let i = 0, at = u * n; i < n; i++, at++) {
      b[u] += W[at] * shift[i];
      size += Math.abs(W[at]) * sizes[i];
      W[at] *= scale[i];
    }
    slack[u] = roundingError(n + 4, size);
  }
  return { W, b, slack };
}
