/** One attacked image, for timing a cold start. @module */

import { batch, fgsm, matrix, maxout, model, softmaxLinear } from "../../../src/mod.ts";

/** One image, attacked. */
export function first(family: string): number[] {
  const sizes = { inputs: 784, classes: 10 };
  const { shapes } = family === "maxout" ? maxout(sizes) : softmaxLinear(sizes);
  const tensors = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b));
      for (let i = 0; i < data.length; i++) data[i] = (i * 7919 % 101 - 50) / 1000;
      return [name, { shape, data }];
    }),
  );
  using made = model(family === "maxout" ? maxout(sizes) : softmaxLinear(sizes), { tensors });
  const x = matrix(
    1,
    784,
    Float32Array.from({ length: 784 }, (_, i) => Math.max(0, i * 31 % 255 - 200) / 255),
  );
  return [...fgsm(made, batch({ x, labels: [3], classes: 10 }), { epsilon: 0.25, bounds: [0, 1] }).x.data];
}
