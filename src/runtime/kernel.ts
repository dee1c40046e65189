/** Kernels by name: their parameters, and which of them they write. @module */

import { type Operands, operands } from "../../wasm/exports.ts";

/** The name of a kernel. */
export type Kernel = keyof Operands<unknown, unknown, unknown>;

/** A kernel's parameters: their names in order, and which of them it writes. */
export interface Signature {
  readonly names: readonly string[];
  readonly written: readonly boolean[];
}

const known = new Map<Kernel, Signature>();

/** Adds what more kernels take to what is known of the others. */
export function learn(more: Readonly<Record<string, string>>): void {
  Object.assign(operands, more);
}

/** What a kernel takes. */
export function signatureOf(kernel: Kernel): Signature {
  let signature = known.get(kernel);
  if (!signature) {
    const marked = operands[kernel]!.split(" ");
    signature = {
      names: marked.map((name) => name.replace("*", "")),
      written: marked.map((name) => name.startsWith("*")),
    };
    known.set(kernel, signature);
  }
  return signature;
}

/** The names of a kernel's parameters, in their order. */
export function parametersOf(kernel: Kernel): readonly string[] {
  return signatureOf(kernel).names;
}
