/** Functions of single numbers. @module */

import { uniformFloats } from "../part.ts";
import type { Kernel } from "../verify.ts";
import { type Draft, zeros } from "./draft.ts";

/** Functions of single numbers. */
export function elementwise(): Draft[] {
  const n = 16384;
  const each = (kernel: Kernel, operands: Float32Array[], scalars: number[] = []): Draft => ({
    kernel,
    operands: [zeros(n), ...operands],
    scalars: [...scalars, n],
    unit: "ns/element",
    amount: n,
  });
  return [
    { ...each("exp", [uniformFloats(n, -20, 20)]), byElement: true },
    { ...each("log", [uniformFloats(n, 0.01, 100)]), byElement: true },
    { ...each("softplusForward", [uniformFloats(n, -9, 9)]), byElement: true },
    { ...each("softplusBackward", [uniformFloats(n), uniformFloats(n, 0, 9)]), byElement: true },
    { ...each("multiply", [uniformFloats(n), uniformFloats(n)]), byElement: true },
    each("rectifierForward", [uniformFloats(n)], [0]),
    each("rectifierBackward", [uniformFloats(n), uniformFloats(n)], [0]),
    each("randomNormal", [], [0, 1, 7, 0]),
    each("randomUniform", [], [-1, 1, 7, 0]),
    each("randomMask", [], [0.5, 2, 7, 0]),
    each("randomSigns", [], [0.25, 7, 0]),
  ];
}
