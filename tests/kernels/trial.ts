/** A kernel against its reference: what a trial is, and a call that checks what it writes. @module */

import { assert } from "@std/assert";
import type { Heap } from "../../src/runtime/heap.ts";
import { addedOperands, operands } from "../../wasm/exports.ts";
import * as reference from "../reference/mod.ts";
import { freshHeaps } from "../support.ts";

/** The name of a kernel. */
export type Kernel = keyof typeof reference;

/** What lies at an address. */
export type Operand = Float32Array | Float64Array | Int32Array;

/** One call of a kernel, up to the addresses. */
export interface Trial {
  /** What lies at each address before the call. */
  operands: Operand[];
  scalars: number[];
  /** Terms of the longest sum, which scales the tolerance; 0 for results that are exact. */
  terms: number;
}

/** What a kernel is tried on. */
export interface Row {
  sizes: number[][];
  trials(...sizes: number[]): Trial[];
  /** For each output the sum of its terms' magnitudes; default the result's own. */
  sums?(trial: Trial, expected: Float64Array[]): Float64Array[];
}

const { abs } = Math;

/** Both builds, on one thread. */
export const heaps = freshHeaps();

const negative = (values: Operand) => values.map((value) => -abs(value)) as Operand;
export const positive = (values: Operand) => values.map(abs) as Operand;
/** Sums of magnitudes by the reference, with signs of the operands for which every term has the same. */
export const sums =
  (kernel: Kernel, writes: number, negatives: number[] = []) => ({ operands, scalars }: Trial) =>
    refer(kernel, operands.map((o, i) => negatives.includes(i) ? negative(o) : positive(o)), scalars, writes)
      .outputs;

/** How many operands the kernel writes, by what `asm/` declares: the first ones. */
export function writesOf(kernel: Kernel): number {
  const names = { ...operands, ...addedOperands }[kernel]!.split(" ");
  const writes = names.filter((name) => name.startsWith("*")).length;
  assert(
    names.slice(0, writes).every((name) => name.startsWith("*")),
    `${kernel} writes after what it reads`,
  );
  return writes;
}

/** What the reference gives for these operands, which it leaves alone. */
export function refer(kernel: Kernel, operands: Operand[], scalars: number[], writes: number) {
  const copies = operands.map((operand) => new Float64Array(operand));
  const value = (reference[kernel] as (...args: unknown[]) => unknown)(...copies, ...scalars);
  return { value, outputs: copies.slice(0, writes) };
}

/** Words before and after an operand. Odd, so that no operand is aligned to a vector. */
const GUARD = 5;

/** A NaN with a mark. */
const POISON = 0x7fc0dead;

/**
 * What the kernel of this heap gives. Checks that it changes nothing but its outputs; `shared` is an output and
 * an input that lie at the same address.
 */
export function call(
  heap: Heap,
  kernel: Kernel,
  { operands, scalars }: Trial,
  writes: number,
  shared?: [number, number],
) {
  const { alloc, free, memory } = heap.exports;
  const blocks = operands.map((operand) => alloc(operand.byteLength + 2 * GUARD * 4));
  if (shared) free(blocks[shared[0]]), blocks[shared[0]] = blocks[shared[1]];
  const bits = operands.map(({ buffer, byteOffset, byteLength }) =>
    new Int32Array(buffer, byteOffset, byteLength / 4)
  );
  const words = (i: number) => new Int32Array(memory.buffer, blocks[i], bits[i].length + 2 * GUARD);
  for (let i = 0; i < operands.length; i++) {
    if (i === shared?.[0]) continue;
    const room = words(i);
    room.fill(POISON);
    room.set(bits[i], GUARD);
  }
  const value = heap.call(kernel, [...blocks.map((block) => block + GUARD * 4), ...scalars]);
  const outputs = operands.slice(0, writes).map((operand, i) => {
    const after = words(i).slice(GUARD, -GUARD);
    if (operand instanceof Int32Array) return after;
    return operand instanceof Float64Array ? new Float64Array(after.buffer) : new Float32Array(after.buffer);
  });
  const what = `${kernel}(${scalars}) on ${heap.kernels}`;
  for (let i = 0; i < operands.length; i++) {
    const after = words(i), before = bits[i], end = GUARD + before.length;
    let same = true;
    for (let j = 0; j < GUARD; j++) same &&= after[j] === POISON && after[end + j] === POISON;
    assert(same, `${what} writes outside operand ${i}`);
    if (i < writes || i === shared?.[1]) continue;
    for (let j = 0; j < before.length; j++) same &&= before[j] === after[GUARD + j];
    assert(same, `${what} changes operand ${i}`);
  }
  blocks.forEach((block, i) => i === shared?.[0] || free(block));
  return { value, outputs };
}
