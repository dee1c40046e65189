/** Parts and forms of the examples that several experiments use. @module */

import { type Batch, select, slice } from "../data/batch.ts";
import { matrix } from "../matrix.ts";
import type { ExperimentContext } from "./experiment.ts";

/** The test images that comparisons of many models look at: the first 2,000, in a quick run 500. */
export function testSample({ test, budget }: Pick<ExperimentContext, "test" | "budget">): Batch {
  return slice(test, 0, budget.name === "quick" ? 500 : 2000);
}

/** The same square images with each square of `side` × `side` pixels as one, their mean. */
export function averagePool({ x, labels, classes }: Batch, side: number): Batch {
  const width = Math.sqrt(x.cols);
  const across = width / side;
  const places = Int32Array.from(
    { length: x.cols },
    (_, i) => Math.floor(Math.floor(i / width) / side) * across + Math.floor(i % width / side),
  );
  const out = matrix(x.rows, across * across);
  const [pixels, means, area] = [x.data, out.data, side * side];
  for (let row = 0; row < x.rows; row++) {
    const [from, to] = [row * x.cols, row * out.cols];
    for (let i = 0; i < x.cols; i++) means[to + places[i]] += pixels[from + i] / area;
  }
  return { x: out, labels, classes };
}

/** Digits that the logistic regression tells apart. */
export const PAIR = [3, 7];

/** The examples of 3 and 7 alone, as classes 0 and 1. */
export function threesAndSevens({ x, labels }: Batch): Batch {
  const chosen = Array.from(labels.keys()).filter((i) => PAIR.includes(labels[i]));
  const all = select({ x, labels, classes: 10 }, chosen);
  return { ...all, labels: all.labels.map((label) => PAIR.indexOf(label)), classes: 2 };
}
