/** A graph of the house as an importer makes it, node by node. @module */

import { InputError } from "../../errors.ts";
import type { Tensors } from "../../graph/steps.ts";
import type { Graph, GraphNode, OpName } from "../../graph/graph.ts";
import type { HeadName } from "../../heads.ts";
import * as ops from "../../ops/mod.ts";
import { type Op, type Shape, shapeText, sizeOf } from "../../ops/op.ts";
import { resolve } from "../../checks.ts";
import type { Constant } from "./constant.ts";

/** What nodes of the graph give for each example. */
export interface Computed {
  /** The node, or `"input"`. */
  readonly id: string;
  /** Shape of an example, which may be that of one number. */
  readonly shape: Shape;
  /** The scores that these are made of as the answer of a classifier, and by which head. */
  readonly logits?: Logits;
  /** What these are the sums over classes of, to tell a normalisation. */
  readonly sumOf?: string;
}

/** Scores behind an answer. */
export interface Logits {
  readonly head: HeadName;
  readonly scores: Computed;
  /** Whether the answer is probabilities, of which a norm or absolute values change nothing but their sum. */
  readonly shares: boolean;
}

/** Numbers of a tensor. */
export type Numbers = Pick<Constant, "shape" | "data">;

/** More numbers for one example, over all nodes, than a small model has. */
const MAX_TOTAL = 2 ** 26;

/** The graph so far. */
export class Builder {
  readonly #nodes: GraphNode[] = [];
  readonly #tensors = new Map<string, { shape: Shape; data: Float32Array }>();
  readonly #shapes = new Map<string, Shape>();
  #total = 0;
  /** What a user of the model should know of how it was read. */
  readonly notes: string[] = [];
  /** Names what is being read, for messages. */
  where = "";

  constructor(readonly action: string, readonly input: Shape) {}

  /** Ends the reading. */
  refuse(reason: string): never {
    throw new InputError("format", this.action, this.where === "" ? reason : `${this.where}: ${reason}`);
  }

  /** The node called `id`. */
  node(id: string): GraphNode | undefined {
    return this.#nodes.find((node) => node.id === id);
  }

  /** Shape of what node `id` gives. */
  shapeOf(id: string): Shape {
    return this.#shapes.get(id) ?? this.input;
  }

  /** What operation `name` makes of `from`; `tensors` by role. */
  emit(
    name: OpName,
    from: readonly Computed[],
    attributes: Readonly<Record<string, unknown>> = {},
    tensors: Readonly<Record<string, Numbers>> = {},
  ): Computed {
    // deno-lint-ignore no-explicit-any
    const op = ops[name] as Op<any>;
    const resolved = resolve(this.action, op.attributes, attributes);
    const shapes = from.map(({ shape }) => shape.length > 0 ? shape : [1]);
    const misfit = shapes.find(({ length }) => length !== (op.rank ?? length));
    const found = misfit
      ? `it works on ${op.rank} dimensions beside the batch, not on ${shapeText(misfit)}`
      : op.shape(shapes, resolved);
    if (typeof found === "string") return this.refuse(found);
    this.#total += sizeOf(found.shape);
    if (!(this.#total <= MAX_TOTAL)) {
      this.refuse(`the model has more than ${MAX_TOTAL} numbers for one example`);
    }
    const id = `${name}${this.#nodes.length}`;
    const names = Object.fromEntries(Object.keys(found.tensors ?? {}).map((role) => [role, `${id}.${role}`]));
    for (const [role, shape] of Object.entries(found.tensors ?? {})) {
      this.#tensors.set(names[role], { shape, data: this.#floats(tensors[role], shape) });
    }
    this.#nodes.push({
      id,
      op: name,
      from: from.map((source) => source.id),
      ...(Object.keys(names).length > 0 && { tensors: names }),
      ...(Object.keys(attributes).length > 0 && { attributes }),
    });
    this.#shapes.set(id, found.shape);
    return { id, shape: found.shape };
  }

  #floats({ shape, data }: Numbers, wanted: Shape): Float32Array {
    if (data.length !== sizeOf(wanted)) {
      this.refuse(`expected a tensor of shape ${shapeText(wanted)}, got ${shapeText(shape)}`);
    }
    const floats = Float32Array.from(data);
    const bad = floats.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      this.refuse(
        Number.isNaN(data[bad])
          ? "a weight is NaN, or is made of the size of the batch"
          : `weight ${data[bad]} is no finite float32`,
      );
    }
    return floats;
  }

  /** x·scale + shift, each of one number or of the dimensions of `x`, 1 where they repeat. */
  affine(x: Computed, { scale, shift }: { scale?: Numbers; shift?: Numbers }): Computed {
    const { shape: size } = (scale ?? shift)!;
    const all = (value: number): Numbers => ({
      shape: size,
      data: new Float64Array(sizeOf(size)).fill(value),
    });
    const tensors = { scale: scale ?? all(1), shift: shift ?? all(0) };
    return { ...this.emit("affine", [x], { size: size.length > 0 ? size : [1] }, tensors), shape: x.shape };
  }

  /** −x. */
  negated(x: Computed): Computed {
    const size = x.shape.map(() => 1);
    return this.affine(x, { scale: { shape: size, data: Float64Array.of(-1) } });
  }

  /** `x` as another shape. */
  reshaped(x: Computed, shape: Shape): Computed {
    if (sizeOf(shape) !== sizeOf(x.shape)) {
      this.refuse(`shape ${shapeText(x.shape)} of an example cannot become ${shapeText(shape)}`);
    }
    if (shape.join() === x.shape.join() && shape.length === x.shape.length) return x;
    // one number is kept as a row of one
    const to = shape.length > 0 ? shape : [1];
    const node = this.node(x.id);
    if (node?.op === "reshape" && !x.logits) {
      const [id] = node.from;
      return { ...this.reshaped({ id, shape: this.shapeOf(id) }, to), shape };
    }
    const same = to.join() === (x.shape.length > 0 ? x.shape : [1]).join();
    return this.#moved(x, (of) => ({ ...(same ? of : this.emit("reshape", [of], { shape: to })), shape }));
  }

  /** `x` with its entries moved by an operation that only does that: what lies behind probabilities moves with them. */
  moved(
    x: Computed,
    name: "take" | "transpose" | "expand",
    attributes: Readonly<Record<string, unknown>>,
  ): Computed {
    return this.#moved(x, (of) => this.emit(name, [of], attributes));
  }

  /** `x` with its dimensions in another order, back over one that was changed before. */
  transposed(x: Computed, order: readonly number[]): Computed {
    const shape = order.map((k) => x.shape[k]), long = order.filter((k) => x.shape[k] !== 1);
    if (long.every((k, i) => i === 0 || k > long[i - 1])) return this.reshaped(x, shape);
    const node = this.node(x.id);
    if (node?.op !== "transpose" || x.logits) return this.moved(x, "transpose", { order });
    const [id] = node.from, before = node.attributes!.order as readonly number[];
    return this.transposed({ id, shape: this.shapeOf(id) }, order.map((k) => before[k]));
  }

  #moved({ logits, ...x }: Computed, move: (of: Computed) => Computed): Computed {
    const out = move(x);
    const { id, shape } = out;
    return {
      id,
      shape,
      ...(logits?.head === "sigmoid" && { logits: { ...logits, scores: move(logits.scores) } }),
    };
  }

  /** x·Wᵀ + b for a row, W (outputs, inputs). */
  linear(x: Computed, W: Numbers, b?: Numbers): Computed {
    const [outputs] = W.shape;
    return this.emit("linear", [x], { outputs: [outputs] }, {
      W,
      b: b ?? { shape: [outputs], data: new Float64Array(outputs) },
    });
  }

  /** The graph that ends in `scores`, without nodes that lead nowhere, and its tensors. */
  finish(scores: Computed, head: HeadName): { graph: Graph; tensors: Tensors } {
    const needed = new Set([scores.id]);
    const kept = this.#nodes.toReversed().filter((node) => {
      if (!needed.has(node.id)) return false;
      node.from.forEach((id) => needed.add(id));
      return true;
    }).reverse();
    const tensors: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
    for (const node of kept) {
      for (const name of Object.values(node.tensors ?? {})) tensors[name] = this.#tensors.get(name)!;
    }
    const input = this.input.length === 1 ? this.input[0] : this.input;
    return { graph: { input, nodes: kept, head }, tensors };
  }

  /** The second of two scores, if the first is always its negation. */
  loneScore({ id, shape }: Computed): Computed | undefined {
    const node = this.node(id);
    if (node?.op === "concat" && shape.join() === "2") {
      const [first, second] = node.from.map((from) => this.node(from));
      const isNegation = first?.op === "affine" && first.from[0] === second?.id &&
        this.#tensors.get(first.tensors!.scale)!.data[0] === -1 &&
        this.#tensors.get(first.tensors!.shift)!.data[0] === 0;
      return isNegation ? { id: second!.id, shape: [1] } : undefined;
    }
    if (node?.op !== "linear") return undefined;
    const [W, b] = ["W", "b"].map((role) => this.#tensors.get(node.tensors![role])!);
    if (!opposite(W) || !opposite(b)) return undefined;
    const own = ({ shape, data }: { shape: Shape; data: Float32Array }): Numbers => ({
      shape: shape.with(0, 1),
      data: Float64Array.from(data.subarray(data.length / 2)),
    });
    return this.linear({ id: node.from[0], shape: this.shapeOf(node.from[0]) }, own(W), own(b));
  }

  /** A linear or convolution node again, with `shift` added to its bias, of which each output has one number. */
  withBias({ id, shape }: Computed, shift: ArrayLike<number>): Computed | undefined {
    const node = this.node(id);
    if (!node || (node.op !== "linear" && node.op !== "conv2d")) return undefined;
    const W = this.#tensors.get(node.tensors!.W)!, b = this.#tensors.get(node.tensors!.b)!;
    if (!b.data.every((value) => value === 0) || b.data.length !== shift.length) return undefined;
    const [from] = node.from, before = this.shapeOf(from);
    const again = this.emit(node.op, [{ id: from, shape: before }], node.attributes, {
      W: { shape: W.shape, data: Float64Array.from(W.data) },
      b: { shape: b.shape, data: Float64Array.from(shift) },
    });
    return { ...again, shape };
  }
}

/** Whether numbers are in two rows, of which the first is the second with the other sign. */
export function opposite(
  { shape, data }: { readonly shape: Shape; readonly data: ArrayLike<number> },
): boolean {
  const half = data.length / 2;
  if (shape[0] !== 2) return false;
  for (let i = 0; i < half; i++) if (data[i] !== -data[half + i]) return false;
  return true;
}
