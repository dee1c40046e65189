/** One layer of Keras or tfjs as its reader sees it. @module */

import { sizeOf } from "../../../ops/op.ts";
import { shown } from "../../../wording.ts";
import type { Constant } from "../constant.ts";
import type { Writer, Written } from "../written.ts";

/** An object of JSON, of which nothing is known. */
export type Json = Readonly<Record<string, unknown>>;

/** `value` if it is an object of JSON. */
export function asJson(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Json : undefined;
}

/** Member `key` of `of`, if that is its own. */
export function member(of: Json, key: string): unknown {
  return Object.hasOwn(of, key) ? of[key] : undefined;
}

/** The weights of one layer: by what they are called, or by their place among all that the layer has. */
export type Weights = (name: string, place: number) => Constant | undefined;

/** A layer with what it is set to, checked as it is asked for. */
export class Layer {
  #place = 0;

  constructor(
    readonly config: Json,
    readonly writer: Writer,
    readonly weights: Weights,
    /** Whether it is of Keras 3, of which some functions differ from those of Keras 2 and tfjs. */
    readonly keras3: boolean,
  ) {}

  /** Ends the reading, naming the layer. */
  refuse(reason: string): never {
    return this.writer.refuse(reason);
  }

  flag(key: string, fallback: boolean): boolean {
    const value = member(this.config, key) ?? fallback;
    return typeof value === "boolean"
      ? value
      : this.refuse(`${key} must be true or false, not ${shown(value)}`);
  }

  number(key: string, fallback: number): number {
    const value = member(this.config, key) ?? fallback;
    return typeof value === "number" && Number.isFinite(value)
      ? value
      : this.refuse(`${key} must be a number, not ${shown(value)}`);
  }

  text(key: string, fallback: string): string {
    const value = member(this.config, key) ?? fallback;
    return typeof value === "string" ? value : this.refuse(`${key} must be a text, not ${shown(value)}`);
  }

  /** Whole numbers, `count` of them if it is given; one stands for all. */
  integers(key: string, count: number | undefined, fallback?: readonly number[]): readonly number[] {
    const value = member(this.config, key) ?? fallback;
    const list = typeof value === "number" ? Array<number>(count ?? 1).fill(value) : value;
    const fits = Array.isArray(list) && list.every((n) => Number.isSafeInteger(n)) &&
      (count === undefined || list.length === count);
    return fits ? list as number[] : this.refuse(`${key} must be whole numbers, not ${shown(value)}`);
  }

  /** Refuses a member that is set to anything but `values`. */
  only(key: string, ...values: readonly unknown[]): void {
    const value = member(this.config, key);
    if (value !== undefined && !values.includes(value)) {
      this.refuse(`${key} ${shown(value)} is not known here`);
    }
  }

  /** The weight called `name`, the next of its layer, of `rank` dimensions. */
  weight(name: string, rank: number): Constant {
    const found = this.weights(name, this.#place++);
    if (!found) return this.refuse(`the file has no weight ${shown(name)} of this layer`);
    if (found.shape.length !== rank || sizeOf(found.shape) === 0) {
      this.refuse(`weight ${shown(name)} has shape (${found.shape.join(", ")}), expected ${rank} dimensions`);
    }
    return found;
  }

  /** Refuses images that do not have `rank` dimensions beside the batch. */
  checkRank(x: Written, rank: number): void {
    if (x.rank !== rank + 1) {
      this.refuse(`it works on examples of ${rank} dimensions, not of ${x.rank - 1}`);
    }
  }
}

/** What a layer makes of its inputs. */
export type LayerReader = (layer: Layer, inputs: readonly Written[]) => Written;
