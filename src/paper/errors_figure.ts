/** Bars of clean and attacked errors. @module */

import { EPSILON, type Measurements } from "./experiment.ts";
import type { BarsFigure } from "./figure.ts";

/** Clean and attacked error, each with its name in the legend. */
const CLEAN_AND_ATTACKED = [["clean.error", "clean"], ["fgsm.error", `attacked, ε = ${EPSILON}`]] as const;

/** What an errors' figure says beside its bars. */
export interface ErrorsFigure extends Pick<BarsFigure, "title" | "caption"> {
  /** What the models differ in. */
  readonly label: string;
  /** Measured errors, and their names in the legend; default clean and attacked. */
  readonly quantities?: readonly (readonly [quantity: string, name: string])[];
}

/** Bars of the errors of `models`, given by their name in `measurements` and that in the figure. */
export function errorsFigure(
  models: readonly (readonly [name: string, x: string, ...rest: unknown[]])[],
  measurements: Measurements,
  { label, quantities = CLEAN_AND_ATTACKED, ...said }: ErrorsFigure,
): BarsFigure {
  return {
    kind: "bars",
    id: "errors",
    ...said,
    x: { label },
    y: { label: "Error", unit: "%", domain: [0, 100] },
    groups: quantities.map(([quantity, name]) => ({
      name,
      values: models.map(([short, x]) => ({ x, value: measurements[`${short}.${quantity}`] ?? null })),
    })),
  };
}
