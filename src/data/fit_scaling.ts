/** The scaling that data ask for, found from their range and kind. @module */

import { InputError } from "../errors.ts";
import type { Matrix } from "../matrix.ts";
import { imageOfWidth } from "./image.ts";
import type { Scaling } from "./scaling.ts";

export function rangeOf(xs: readonly Matrix[]): [number, number] {
  let min = Infinity, max = -Infinity;
  for (const { data } of xs) {
    for (let i = 0; i < data.length; i++) {
      if (data[i] < min) min = data[i];
      if (data[i] > max) max = data[i];
    }
  }
  return min > max ? [0, 0] : [min, max];
}

type InputTable = { readonly image?: boolean; readonly x: Matrix };

export function scaleOf(tables: readonly InputTable[], [, max]: readonly [number, number]): "none" | "255" {
  const images = tables.every(({ image, x }) => image || imageOfWidth(x.cols));
  return images && max >= 128 && areBytes(tables) ? "255" : "none";
}

function areBytes(tables: readonly InputTable[]): boolean {
  return tables.every(({ x }) =>
    x.data.every((value) => value >= 0 && value <= 255 && Number.isInteger(value))
  );
}

/** The scaling of a model's inputs for data that may be scaled already. */
export function fittedScaling(
  scale: "auto" | Scaling["kind"],
  scaling: Scaling,
  tables: readonly InputTable[],
  [, max]: readonly [number, number],
): Scaling {
  if (scale === "none" || (scale === "auto" && scaling.kind === "none")) return { kind: "none" };
  if (scale !== "auto" && scale !== scaling.kind) {
    throw new InputError(
      "value",
      `read data with scale ${scale}`,
      `the model was trained with ${scaling.kind}; use auto, or none for data that are scaled already`,
    );
  }
  if (scaling.kind === "255") {
    return { kind: scale === "255" || (max > 1 && areBytes(tables)) ? "255" : "none" };
  }
  return scaling;
}
