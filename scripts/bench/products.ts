/** Matrix products of the shapes that the models use. @module */

import type { Subject } from "./measure.ts";
import { forEachConfig, images, type Part, subjectOf, uniformFloats } from "./part.ts";
import { peaks } from "./peak.ts";
import type { Case } from "./verify.ts";
import { listsOf, tight } from "./lists.ts";

/** A product's shape, and how its operands lie. */
export interface Shape {
  readonly name: string;
  readonly form: "gemmNN" | "gemmNT" | "gemmTN";
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** The shapes: forward, gradient in the inputs and in the weights of a maxout layer, linear forward, and a square. */
export function shapes(quick: boolean): Shape[] {
  const [rows, side] = quick ? [1000, 256] : [10000, 1024];
  return [
    { name: "a 100×784 · 784×1200", form: "gemmNN", m: 100, n: 1200, k: 784 },
    { name: "b 100×1200 · (784×1200)ᵀ", form: "gemmNT", m: 100, n: 784, k: 1200 },
    { name: "c (100×784)ᵀ · 100×1200", form: "gemmTN", m: 784, n: 1200, k: 100 },
    { name: `d ${rows}×784 · 784×10`, form: "gemmNN", m: rows, n: 10, k: 784 },
    { name: `e ${side}×${side} · ${side}×${side}`, form: "gemmNN", m: side, n: side, k: side },
  ];
}

/** The products, the last but one on digits too, by lists of their pixels. */
export const products: Part = async (setting) => {
  const all = shapes(setting.quick);
  const cases = all.map(product);
  const sparse = sparseCases(all[3]);
  const limits = await peaks();
  const measured = await forEachConfig(
    setting,
    (config, heap) =>
      [...cases, ...sparse].map((one): Subject => ({
        ...subjectOf(one, config, heap),
        limits: limits[config.kernels],
      })),
  );
  const builds = new Set(setting.configs.map(({ kernels }) => kernels));
  return [...[...builds].flatMap((build) => limits[build]), ...measured];
};

/** The loops in registers alone. */
export const peak: Part = async ({ configs }) => {
  const limits = await peaks();
  return [...new Set(configs.map(({ kernels }) => kernels))].flatMap((build) => limits[build]);
};

function product({ name, form, m, n, k }: Shape): Case {
  const rows = Math.min(m, 32);
  return {
    name,
    kernel: form,
    operands: [new Float32Array(m * n), uniformFloats(m * k), uniformFloats(k * n)],
    scalars: [0, m, n, k],
    unit: "GFLOP/s",
    amount: 2 * m * n * k,
    // the first rows of a transposed operand are not contiguous
    ...(form !== "gemmTN" && { excerpt: { scalars: [0, rows, n, k], length: rows * n } }),
  };
}

/** The operations of the dense product are counted. */
function sparseCases({ m, n, k }: Shape): Case[] {
  const { data } = images(m).x;
  const { lists, capacity } = tight(listsOf(data, m, k));
  return [
    {
      name: "d on digits, lists made before",
      kernel: "gatherRows",
      operands: [new Float32Array(m * n), ...lists, uniformFloats(k * n)],
      scalars: [0, m, n, k, capacity],
      unit: "GFLOP/s",
      amount: 2 * m * n * k,
    },
  ];
}
