/** One node of an ONNX file as its operator sees it. @module */

import type { Shape } from "../../ops/op.ts";
import { shown } from "../../wording.ts";
import type { Builder, Computed } from "./builder.ts";
import { broadcastShape, type Constant, readTensor } from "./constant.ts";
import type { AttributeProto, NodeProto } from "./onnx_file.ts";

/** What a name stands for: known numbers, or what the graph computes from each example. */
export type Value = Constant | Computed;

/** What an operator does with a node: its first output. */
export type Operator = (node: OnnxNode) => Value;

/** Whether a value depends on the example. */
export function isComputed(value: Value): value is Computed {
  return "id" in value;
}

/** Kinds of attributes by their number in the format. */
const FLOAT = 1, INT = 2, STRING = 3, TENSOR = 4, FLOATS = 6, INTS = 7, STRINGS = 8;

/** A node with its inputs, checked as they are asked for. */
export class OnnxNode {
  readonly #attributes: ReadonlyMap<string, AttributeProto>;
  readonly #known = new Set<string>();

  constructor(
    readonly proto: NodeProto,
    /** Its inputs; undefined for one that is left out. */
    readonly inputs: readonly (Value | undefined)[],
    readonly builder: Builder,
    /** The version of its operator set. */
    readonly opset: number,
    /** Examples that the file is written for; undefined if any number. */
    readonly batch: number | undefined,
    readonly external: Readonly<Record<string, Uint8Array>>,
  ) {
    this.#attributes = new Map(proto.attributes.map((attribute) => [attribute.name ?? "", attribute]));
  }

  /** Ends the reading, naming the node. */
  refuse(reason: string): never {
    return this.builder.refuse(reason);
  }

  #attribute(name: string, type: number): AttributeProto | undefined {
    this.#known.add(name);
    const attribute = this.#attributes.get(name);
    if (attribute && (attribute.reference || (attribute.type ?? type) !== type)) {
      this.refuse(`attribute ${name} is of another type`);
    }
    return attribute;
  }

  int<T>(name: string, fallback: T): number | T {
    const attribute = this.#attribute(name, INT);
    return attribute ? attribute.i ?? 0 : fallback;
  }

  float(name: string, fallback: number): number {
    const attribute = this.#attribute(name, FLOAT);
    return attribute ? attribute.f ?? 0 : fallback;
  }

  text(name: string, fallback: string): string {
    const attribute = this.#attribute(name, STRING);
    return attribute ? new TextDecoder().decode(attribute.s ?? new Uint8Array()) : fallback;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#attribute(name, INTS)?.ints;
  }

  floats(name: string): readonly number[] | undefined {
    return this.#attribute(name, FLOATS)?.floats;
  }

  texts(name: string): readonly string[] | undefined {
    return this.#attribute(name, STRINGS)?.strings.map((bytes) => new TextDecoder().decode(bytes));
  }

  tensor(name: string): Constant | undefined {
    const attribute = this.#attribute(name, TENSOR);
    return attribute?.t && readTensor(attribute.t, this.external, (reason) => this.refuse(reason));
  }

  /** Attributes that say nothing about what is computed at inference. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#known.add(name);
  }

  /** Refuses attributes that nothing asked for: they may change what is computed. */
  checkAttributes(): void {
    const unknown = [...this.#attributes.keys()].find((name) => !this.#known.has(name));
    if (unknown !== undefined) this.refuse(`attribute ${shown(unknown)} of this operator is not known here`);
  }

  /** Input `k`, whatever it is. */
  value(k: number): Value {
    return this.inputs[k] ?? this.refuse(`input ${k} is missing`);
  }

  /** Input `k`, which depends on the example. */
  computed(k: number): Computed {
    const value = this.value(k);
    return isComputed(value)
      ? value
      : this.refuse(`input ${k} is a constant, and would have to depend on the example`);
  }

  /** Input `k`, whose numbers are known; undefined if it is left out. */
  optional(k: number): Constant | undefined {
    const value = this.inputs[k];
    if (value === undefined) return undefined;
    if (!isComputed(value)) return value;
    return this.refuse(`input ${k} depends on the example, and would have to be a constant`);
  }

  constant(k: number): Constant {
    return this.optional(k) ?? this.refuse(`input ${k} is missing`);
  }

  /** The number that input `k` is; undefined if it is left out. */
  scalar(k: number): number | undefined {
    const value = this.optional(k);
    if (value && value.data.length !== 1) this.refuse(`input ${k} would have to be one number`);
    return value?.data[0];
  }

  /** Whole numbers that are attribute `name` up to some version of the operator, and later input `k`. */
  list(name: string, k: number): readonly number[] | undefined {
    const list = this.ints(name) ?? (this.inputs[k] && Array.from(this.constant(k).data));
    if (list?.some((n) => Number.isNaN(n))) this.refuse(`${name} depends on the size of the batch`);
    return list;
  }

  /** A dimension of an example of `rank` dimensions, from `axis`, which counts the batch or from the end. */
  axis(axis: number, rank: number): number {
    const from = axis < 0 ? axis + rank + 1 : axis;
    if (!Number.isSafeInteger(from) || from < 0 || from > rank) this.refuse(`there is no dimension ${axis}`);
    if (from === 0) this.refuse("it works along the batch, so that examples would depend on each other");
    return from - 1;
  }

  /** A place in the dimensions of a constant. */
  constantAxis(axis: number, rank: number): number {
    const from = axis < 0 ? axis + rank : axis;
    if (!Number.isSafeInteger(from) || from < 0 || from >= rank) this.refuse(`there is no dimension ${axis}`);
    return from;
  }

  /** `value` without the batch's dimension: what every example is combined with, in `rank` dimensions or fewer. */
  perExample(value: Constant, rank: number): Constant {
    const { shape } = value;
    if (shape.length <= rank) return value;
    const extra = shape.length - rank - 1;
    if (extra > 0) this.refuse(`a constant of ${shape.length} dimensions goes beyond the batch's`);
    if (shape[0] !== 1) {
      this.refuse(`a constant has ${shape[0]} entries along the batch, so that examples differ by place`);
    }
    return { ...value, shape: shape.slice(1) };
  }

  /** `x` repeated to `shape`, to which it broadcasts. */
  expanded(x: Computed, shape: Shape): Computed {
    const aligned = this.builder.reshaped(x, [
      ...Array<number>(shape.length - x.shape.length).fill(1),
      ...x.shape,
    ]);
    if (aligned.shape.join() === shape.join()) return aligned;
    return this.builder.moved(aligned, "expand", { shape });
  }

  /** The shape to which the shapes of both repeat. */
  common(a: Shape, b: Shape): number[] {
    return broadcastShape(a, b) ??
      this.refuse(`shapes (${a.join(", ")}) and (${b.join(", ")}) of an example do not go together`);
  }
}
