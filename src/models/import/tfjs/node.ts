/** One node of a tfjs graph as its operation sees it. @module */

import type { Constant } from "../constant.ts";
import { asJson, type Json, member } from "../keras/layer.ts";
import type { Writer, Written } from "../written.ts";

/** A node with its inputs and attributes, checked as they are asked for. */
export class GraphNode {
  constructor(
    readonly op: string,
    readonly inputs: readonly Written[],
    readonly attributes: Json,
    readonly writer: Writer,
  ) {}

  /** Ends the reading, naming the node. */
  refuse(reason: string): never {
    return this.writer.refuse(reason);
  }

  /** Input `k`. */
  input(k: number): Written {
    return this.inputs[k] ?? this.refuse(`input ${k} is missing`);
  }

  /** Input `k`, channels last. */
  last(k: number): Written {
    return this.writer.last(this.input(k));
  }

  /** Input `k`, whose numbers are known. */
  constant(k: number): Constant {
    return this.input(k).constant ?? this.refuse(`input ${k} would have to be a constant`);
  }

  /** The whole numbers of input `k`. */
  integers(k: number): number[] {
    const data = [...this.constant(k).data];
    return data.every(Number.isSafeInteger) ? data : this.refuse(`input ${k} would have to be whole numbers`);
  }

  #attribute(name: string, kind: string): unknown {
    const attribute = asJson(member(this.attributes, name));
    return attribute && member(attribute, kind);
  }

  text(name: string, fallback: string): string {
    const value = this.#attribute(name, "s");
    if (value === undefined) return fallback;
    return typeof value === "string" ? decoded(value) : this.refuse(`attribute ${name} is no text`);
  }

  texts(name: string): string[] {
    const list = asJson(this.#attribute(name, "list"))?.s ?? [];
    const fits = Array.isArray(list) && list.every((each) => typeof each === "string");
    return fits ? list.map(decoded) : this.refuse(`attribute ${name} is no list of texts`);
  }

  flag(name: string): boolean {
    return this.#attribute(name, "b") === true;
  }

  number(name: string, fallback: number): number {
    const value = numberIn(this.#attribute(name, "f") ?? this.#attribute(name, "i") ?? fallback);
    return Number.isFinite(value) ? value : this.refuse(`attribute ${name} is no number`);
  }

  list(name: string): number[] {
    const list = asJson(this.#attribute(name, "list"))?.i ?? [];
    const numbers = Array.isArray(list) ? list.map(numberIn) : [NaN];
    return numbers.every(Number.isSafeInteger)
      ? numbers
      : this.refuse(`attribute ${name} is no list of numbers`);
  }
}

/** A number, which may stand as text; NaN of what is none. */
function numberIn(value: unknown): number {
  return typeof value === "object" ? NaN : Number(value);
}

/** Texts are bytes in base 64. */
function decoded(text: string): string {
  try {
    return atob(text);
  } catch {
    return text;
  }
}

/** What a node gives: its first output. */
export type Operation = (node: GraphNode) => Written;
