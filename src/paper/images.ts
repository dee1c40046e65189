/** Images for figures: of examples, of weights, of what models take them for. @module */

import { fgsm } from "../attacks/fgsm.ts";
import { type Batch, select } from "../data/batch.ts";
import type { Tensor } from "../data/safetensors.ts";
import { added } from "../evaluate/perturbations.ts";
import { predict } from "../predict.ts";
import { type Matrix, rowsOf } from "../matrix.ts";
import type { Differentiable } from "../models/classifier.ts";
import { EPSILON } from "./experiment.ts";
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

/** The class whose first image is taken apart, as in the paper's figure 4. */
const SUMMED = 4;

/** The first test image of each class before and after the attack on `model`, with what it takes them for. */
export function digitsFigure(model: Differentiable, test: Batch): ImagesFigure {
  const shown = select(test, firstOfEach(test, 1));
  const attacked = fgsm(model, shown, { epsilon: EPSILON });
  return imagesFigure(
    {
      id: "digits",
      title: "Digits before and after the attack",
      caption:
        "The first test image of each class, above as it is and below with every pixel moved by ε = .25 up or down. Under each: what the " +
        "network takes it for, and how surely; framed where it is right.",
    },
    [...answered(model, shown), ...answered(model, attacked)],
    { columns: 10, range: [-EPSILON, 1 + EPSILON] },
  );
}

/** A test image, the sign of its gradient times ε, and their sum, with what `model` takes each for. */
export function sumFigure(model: Differentiable, test: Batch): ImagesFigure {
  const one = select(test, [firstOfEach(test, 1)[SUMMED] ?? 0]);
  const attacked = fgsm(model, one, { epsilon: EPSILON });
  const pattern = { x: added(attacked), labels: one.labels };
  const [clean, sign, sum] = [one, pattern, attacked].map((each) => answered(model, each)[0]);
  return imagesFigure(
    {
      id: "sum",
      title: "A digit, plus ε times a sign pattern",
      caption:
        `The first ${
          one.labels[0]
        } among the test images; the sign of the loss's gradient, times ε = ${EPSILON}; and ` +
        "the sum. Under each: what the maxout network takes it for, and how surely; framed where that is right.",
    },
    [clean, { ...sign, marked: false, label: `+ ε · sign: ${sign.label}` }, {
      ...sum,
      label: `= ${sum.label}`,
    }],
    { columns: 3, range: [-EPSILON, 1 + EPSILON] },
  );
}
