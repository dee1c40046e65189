/** Images for figures: of examples, of weights, of what models take them for. @module */

import type { Batch } from "../data/batch.ts";
import type { Tensor } from "../data/safetensors.ts";
import { predict } from "../loss.ts";
import { type Matrix, rowsOf } from "../matrix.ts";
import type { Differentiable } from "../models/classifier.ts";
import { type ImagesFigure, pixels } from "./figure.ts";

/** One image of a figure. */
export interface Image {
  readonly values: ArrayLike<number>;
  readonly label?: string;
  readonly marked?: boolean;
}

/** A figure of square images; `range` says which values are the two ends of the scale. */
export function imagesFigure(
  about: Pick<ImagesFigure, "id" | "title" | "caption">,
  images: readonly Image[],
  { columns, range, scale = "gray" }: Pick<ImagesFigure, "columns" | "range"> & Partial<ImagesFigure>,
): ImagesFigure {
  const side = Math.sqrt(images[0].values.length);
  return {
    kind: "images",
    ...about,
    width: side,
    height: side,
    columns,
    scale,
    range,
    images: images.map(({ values, ...rest }) => ({ pixels: pixels(values, range), ...rest })),
  };
}

/** Weights in two colors about 0, as far as the largest of them goes. */
export function weightsFigure(
  about: Pick<ImagesFigure, "id" | "title" | "caption">,
  images: readonly Image[],
  { columns }: Pick<ImagesFigure, "columns">,
): ImagesFigure {
  const most = images.reduce(
    (m, { values }) => Array.from(values).reduce((a, value) => Math.max(a, Math.abs(value)), m),
    1e-9,
  );
  return imagesFigure(about, images, { columns, range: [-most, most], scale: "diverging" });
}

/** The rows of `x` with what `model` takes them for and how surely; those marked that it gets right. */
export function answered(model: Differentiable, { x, labels }: Pick<Batch, "x" | "labels">): Image[] {
  const { predicted, confidence } = predict(model, x);
  return Array.from(labels, (label, i) => ({
    values: rowOf(x, i),
    label: `${predicted[i]} (${Math.round(100 * confidence[i])} %)`,
    marked: predicted[i] === label,
  }));
}

/** The rows of a tensor (C, D) of a model, labelled by their class. */
export function rowPerClass({ shape: [classes, inputs], data }: Tensor): Image[] {
  return Array.from({ length: classes }, (_, c) => ({
    values: data.subarray(c * inputs, (c + 1) * inputs),
    label: `${c}`,
  }));
}

/** Row `i` of `x`. */
export function rowOf(x: Matrix, i: number): Float32Array {
  return rowsOf(x, i, i + 1).data;
}

/** The places of the first `count` examples of each class, class by class. */
export function firstOfEach({ labels, classes }: Batch, count: number): number[] {
  const all = Array.from(labels.keys());
  return Array.from({ length: classes }, (_, c) => all.filter((i) => labels[i] === c).slice(0, count)).flat();
}
