/** Heads, on the scores of a batch of 100. @module */

import { randomIntegers, uniformFloats } from "../part.ts";
import type { Kernel } from "../verify.ts";
import { B, C, type Draft, zeros } from "./draft.ts";

/** Scores to probabilities, losses and directions. */
export function heads(): Draft[] {
  const scores = (lo: number, hi: number) => uniformFloats(B * C, lo, hi);
  const labels = randomIntegers(B, C);
  const shared = { unit: "ns/element", amount: B * C } as const;
  const forward = (kernel: Kernel, s: Float32Array, scalars: number[]): Draft => ({
    kernel,
    operands: [zeros(B * C), s],
    scalars,
    ...shared,
  });
  const loss = (kernel: Kernel, s: Float32Array): Draft => ({
    kernel,
    operands: [zeros(B), zeros(B * C), s, labels],
    writes: 2,
    scalars: [1, B, C],
    ...shared,
  });
  const direction = (kernel: Kernel): Draft => ({
    kernel,
    operands: [zeros(B * C), scores(-9, 9), labels],
    scalars: [B, C],
    ...shared,
  });
  return [
    forward("softmaxForward", scores(-9, 9), [B, C]),
    loss("softmaxLoss", scores(-9, 9)),
    direction("softmaxDirection"),
    forward("sigmoidForward", scores(-9, 9), [B * C]),
    loss("sigmoidLoss", scores(-9, 9)),
    direction("sigmoidDirection"),
    forward("exponentialForward", scores(-9, 0), [B * C]),
    { ...loss("exponentialLoss", scores(-9, -0.1)), tolerance: 1e-4 },
  ];
}
