/** Operations once more, in plain loops in double. */

import type { Tensors } from "../../src/graph/steps.ts";
import { affine, radial, sum } from "../models/reference.ts";
import { SHAPED_OPERATIONS } from "./shaped_reference.ts";

/** Outputs of one example; adds to `kinks` which side of each it lies on. */
export type Operation = (
  inputs: readonly number[][],
  at: {
    tensors: Tensors;
    attributes: Readonly<Record<string, unknown>>;
    kinks: number[];
    shapes: readonly (readonly number[])[];
  },
) => number[];

/** The operation called `name` in double. */
export function referenceOf(name: string): Operation {
  if (Object.hasOwn(OPERATIONS, name)) return OPERATIONS[name];
  throw new Error(
    `The operation ${name} has no reference in double: add it to OPERATIONS in tests/ops/reference.ts`,
  );
}

/** Operations by name; the Boltzmann machines, models by themselves, have references of their own. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  linear: ([x], { tensors: { W, b } }) => affine(W.data, b.data, x),
  maxout([z], { attributes, kinks }) {
    const pieces = attributes.pieces as number, units = z.length / pieces;
    return Array.from({ length: units }, (_, u) => {
      const own = Array.from({ length: pieces }, (_, p) => z[p * units + u]);
      kinks.push(own.indexOf(Math.max(...own)));
      return Math.max(...own);
    });
  },
  relu: ([z], { kinks }) => rectified(z, 0, kinks),
  leakyRelu: ([z], { attributes, kinks }) => rectified(z, attributes.slope as number, kinks),
  tanh: ([z]) => z.map(Math.tanh),
  sigmoid: ([z]) => z.map((value) => 1 / (1 + Math.exp(-value))),
  exp: ([z]) => z.map(Math.exp),
  rbf: ([x], { tensors }) => radial(tensors, x),
  add: (inputs) => inputs[0].map((_, i) => sum(inputs.map((input) => input[i]))),
  ...SHAPED_OPERATIONS,
};

/** z where it is positive, else `slope`·z. */
export function rectified(z: readonly number[], slope: number, kinks: number[]): number[] {
  kinks.push(...z.map((value) => Number(value > 0)));
  return z.map((value) => value > 0 ? value : slope * value);
}
