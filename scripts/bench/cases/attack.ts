/** Attacks. @module */

import { images, uniformFloats } from "../part.ts";
import { D, type Draft, zeros } from "./draft.ts";

/** Steps of attacks, on as many rows as they take at once. */
export function attacks(): Draft[] {
  const [rows, n] = [250, 250 * D];
  const x = images(rows).x.data, g = uniformFloats(n);
  const shared = { unit: "ns/element", amount: n } as const;
  return [
    {
      kernel: "signStep",
      operands: [zeros(n), x, g, zeros(D).fill(0.25)],
      scalars: [0, 1, rows, D],
      ...shared,
    },
    { kernel: "addStep", operands: [zeros(n), x, g], scalars: [0, 1, n], ...shared },
    {
      kernel: "stepWithin",
      operands: [x, g, zeros(D).fill(0.01), zeros(n), zeros(n).fill(0.5)],
      scalars: [rows, D],
      ...shared,
    },
    { kernel: "clampWithin", operands: [x, x, zeros(n), zeros(n).fill(0.5)], scalars: [n], ...shared },
    { kernel: "l2Direction", operands: [zeros(n), g], scalars: [1, rows, D], ...shared },
    { kernel: "l1Direction", operands: [zeros(n), g], scalars: [1, rows, D], ...shared },
  ];
}
