/** Kernels on random numbers, checked against the double-precision reference before they are timed. @module */

import type { Heap, Kernels, Resident } from "../../src/runtime/heap.ts";
import * as reference from "../../tests/reference/mod.ts";
import type { Subject } from "./measure.ts";

/** A kernel with a reference. */
export type Kernel = keyof typeof reference & keyof Kernels;

/** A call of a kernel, up to the addresses. */
export interface Case extends Pick<Subject, "name" | "unit" | "amount"> {
  readonly kernel: Kernel;
  /** The operands in the order of their addresses. */
  readonly operands: readonly (Float32Array | Int32Array)[];
  /** How many of them it writes; default 1. */
  readonly writes?: number;
  readonly scalars: readonly number[];
  /** Smaller sizes for the reference, and how much of the first output they fill, where the whole would take long. */
  readonly excerpt?: { readonly scalars: readonly number[]; readonly length: number };
  /** Greatest error, in parts of the output's largest magnitude; default 10⁻⁵. */
  readonly tolerance?: number;
  /** Whether each element may err in parts of its own magnitude only. */
  readonly byElement?: boolean;
}

/** A case in a heap's memory. */
export interface Prepared {
  call(): void;
  /** A copy of its outputs. */
  outputs(): (Float32Array | Int32Array)[];
}

/** `one` with its operands copied to `heap`. */
export function prepare({ kernel, operands, writes = 1, scalars }: Case, heap: Heap): Prepared {
  const residents = operands.map((values): Resident => {
    const resident = heap.matrix(1, values.length);
    if (values instanceof Int32Array) resident.ints.set(values);
    else resident.data.set(values);
    return resident;
  });
  return {
    call: () => void heap.call(kernel, [...residents.map(({ address }) => address), ...scalars]),
    outputs: () =>
      residents.slice(0, writes).map((resident, i) =>
        operands[i] instanceof Int32Array ? resident.ints.slice() : resident.data.slice()
      ),
  };
}

const known = new WeakMap<Case, Float64Array[]>();

/** What the reference writes. */
function expected(one: Case): Float64Array[] {
  const { kernel, operands, writes = 1, scalars, excerpt } = one;
  let outputs = known.get(one);
  if (!outputs) {
    const numbers = operands.map((values) => Float64Array.from(values));
    (reference[kernel] as (...args: unknown[]) => unknown)(...numbers, ...(excerpt?.scalars ?? scalars));
    outputs = numbers.slice(0, writes).map((values) => excerpt ? values.subarray(0, excerpt.length) : values);
    known.set(one, outputs);
  }
  return outputs;
}

/**
 * `one` prepared, called once and right.
 *
 * @throws {Error} if `heap` gives another result than the reference
 */
export function prepareVerified(one: Case, heap: Heap): Prepared {
  const prepared = prepare(one, heap);
  prepared.call();
  prepared.outputs().forEach((actual, i) => {
    const what = `${one.name} (${one.kernel}, output ${i}, ${heap.kernels})`;
    checkClose(what, actual, expected(one)[i], one);
  });
  return prepared;
}

/** @throws {Error} if `actual` is farther from `wanted` than so many parts of its largest, or its own, magnitude */
export function checkClose(
  what: string,
  actual: ArrayLike<number>,
  wanted: ArrayLike<number>,
  { tolerance = 1e-5, byElement = false }: Pick<Case, "tolerance" | "byElement"> = {},
): void {
  let most = 0;
  for (let i = 0; i < wanted.length; i++) most = Math.max(most, Math.abs(wanted[i]));
  for (let i = 0; i < wanted.length; i++) {
    const scale = byElement ? Math.abs(wanted[i]) : most;
    if (Math.abs(actual[i] - wanted[i]) <= tolerance * scale) continue;
    throw new Error(`Cannot time ${what}: element ${i} is ${actual[i]}, the reference says ${wanted[i]}`);
  }
}

/** @throws {Error} if the Euclidean distance is more than so many parts of `wanted`'s norm */
export function checkRelativeError(
  what: string,
  actual: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
): void {
  let [distance, norm] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    distance += (actual[i] - wanted[i]) ** 2;
    norm += wanted[i] ** 2;
  }
  if (actual.length === wanted.length && distance <= tolerance ** 2 * norm) return;
  const error = Math.sqrt(distance / norm).toExponential(1);
  throw new Error(`Cannot time ${what}: it differs from the reference by ${error} of its norm`);
}
