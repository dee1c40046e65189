/** Memory of a training's batches, kept from step to step. @module */

import type { Batch } from "../data/batch.ts";
import type { Executor } from "../graph/executor.ts";
import { type Matrix, matrix } from "../matrix.ts";
import type { Resident } from "../runtime/heap.ts";

/** The examples of a step in ordinary memory, as perturbations are given them. */
export type Examples = Batch;

/** Inputs and labels that a pass of training runs on. */
export interface PassExamples {
  /** Inputs, (B, D), in the model's memory. */
  readonly x: Matrix;
  /** Labels, (B). */
  readonly labels: Int32Array;
  /** The same in the model's memory, (B, 1), as whole numbers. */
  readonly labelsResident: Matrix;
}

/** Where batches of at most `batchSize` of the examples `data` are gathered. */
export function batchMemory(
  { training }: Pick<Executor, "training">,
  { data, batchSize }: { data: Batch; batchSize: number },
): {
  gather(order: Int32Array, from: number, count: number): Examples;
  plain(examples: Examples): PassExamples;
} {
  const D = data.x.cols;
  const memory = training.scope();
  const inputs = new Float32Array(batchSize * D), labels = new Int32Array(batchSize);
  /** All batches but an epoch's last one have as many examples. */
  const views = new Map<number, Examples>();
  const viewOf = (count: number): Examples => {
    let view = views.get(count);
    if (!view) {
      view = {
        x: matrix(count, D, inputs.subarray(0, count * D)),
        labels: labels.subarray(0, count),
        classes: data.classes,
      };
      views.set(count, view);
    }
    return view;
  };
  return {
    gather(order, from, count) {
      for (let i = 0; i < count; i++) {
        const row = order[from + i];
        inputs.set(data.x.data.subarray(row * D, (row + 1) * D), i * D);
        labels[i] = data.labels[row];
      }
      return viewOf(count);
    },
    plain: (examples) => ({
      x: memory.copy("x", examples.x),
      labels: examples.labels,
      labelsResident: residentLabels(memory.matrix("labels", examples.labels.length, 1), examples.labels),
    }),
  };
}

/** `out`, (B, 1), filled with labels as whole numbers. */
export function residentLabels(out: Matrix, labels: Int32Array): Matrix {
  (out as Resident).ints.set(labels);
  return out;
}
