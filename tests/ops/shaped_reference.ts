/** Operations on several dimensions once more, from nested arrays of numbers, in double. */

import type { Operation } from "./reference.ts";

type Nested = number | Nested[];

/** Numbers in rows of a shape. */
function nested(values: ArrayLike<number>, shape: readonly number[]): Nested {
  if (shape.length === 0) return values[0];
  const each = values.length / shape[0];
  return Array.from(
    { length: shape[0] },
    (_, i) => nested(Array.from(values).slice(i * each, (i + 1) * each), shape.slice(1)),
  );
}

const flat = (value: Nested): number[] => typeof value === "number" ? [value] : value.flatMap(flat);

/** The entry at `at`, the last one found of a dimension of size 1. */
const entry = (value: Nested, [first, ...rest]: readonly number[]): Nested =>
  first === undefined
    ? value
    : entry((value as Nested[])[Math.min(first, (value as Nested[]).length - 1)], rest);

/** All places in a shape, in order. */
function places([first, ...rest]: readonly number[]): number[][] {
  if (first === undefined) return [[]];
  return Array.from({ length: first }, (_, i) => places(rest).map((place) => [i, ...place])).flat();
}

const ELEMENTWISE: Readonly<Record<string, (z: number, at: Readonly<Record<string, number>>) => number>> = {
  abs: Math.abs,
  clip: (z, { min = -Infinity, max = Infinity }) => Math.min(max, Math.max(min, z)),
  negative: (z) => Number(z < 0),
  elu: (z, { alpha }) => z > 0 ? z : alpha * Math.expm1(z),
  log: Math.log,
  pow: (z, { exponent }) => z ** exponent,
  reciprocal: (z) => 1 / z,
  softplus: (z) => Math.log1p(Math.exp(z)),
  sqrt: Math.sqrt,
};

/** What windows see: for each output place the entries of the window, undefined in the padding. */
function windows(
  channel: Nested,
  [height, width]: readonly number[],
  { kernel, stride, padding, dilation }: Readonly<Record<string, readonly number[]>>,
) {
  const seen: (number | undefined)[][] = [];
  const last = (n: number, k: number) => n + padding[k] + padding[k + 2] - dilation[k] * (kernel[k] - 1) - 1;
  for (let top = 0; top <= last(height, 0); top += stride[0]) {
    for (let left = 0; left <= last(width, 1); left += stride[1]) {
      seen.push(
        places(kernel).map(([i, j]) => {
          const [y, x] = [top - padding[0] + i * dilation[0], left - padding[1] + j * dilation[1]];
          return y >= 0 && y < height && x >= 0 && x < width ? entry(channel, [y, x]) as number : undefined;
        }),
      );
    }
  }
  return seen;
}

/** Operations by name. */
export const SHAPED_OPERATIONS: Readonly<Record<string, Operation>> = {
  affine([x], { tensors: { scale, shift }, shapes: [shape] }) {
    const [s, t] = [scale, shift].map(({ data, shape }) => nested(data, shape));
    return places(shape).map((at, i) => x[i] * (entry(s, at) as number) + (entry(t, at) as number));
  },
  batchNorm([x], { tensors, attributes, shapes: [shape] }) {
    const { scale, shift, mean, variance } = tensors, pixels = x.length / shape[0];
    return x.map((value, i) => {
      const [g, s, m, v] = [scale, shift, mean, variance].map(({ data }) => data[Math.floor(i / pixels)]);
      return (value - m) / Math.sqrt(v + (attributes.epsilon as number)) * g + s;
    });
  },
  combine: ([a, b], { attributes, kinks }) =>
    a.map((value, i) => {
      if (attributes.function === "product") return value * b[i];
      kinks.push(Number(value >= b[i]));
      return Math.max(value, b[i]);
    }),
  concat(inputs, { attributes, shapes }) {
    const join = (parts: Nested[], axis: number): Nested =>
      axis === 0
        ? parts.flatMap((part) => part as Nested[])
        : (parts[0] as Nested[]).map((_, i) => join(parts.map((part) => (part as Nested[])[i]), axis - 1));
    return flat(
      join(
        inputs.map((input, k) => nested(input, shapes[k] ?? [input.length])),
        attributes.axis as number ?? 0,
      ),
    );
  },
  conv2d([x], { tensors: { W, b }, attributes, shapes: [[channels, ...size]] }) {
    const image = nested(x, [channels, ...size]) as Nested[], kernels = nested(W.data, W.shape) as Nested[][];
    const groups = attributes.groups as number, [ins, outs] = [channels / groups, W.shape[0] / groups];
    return kernels.flatMap((kernel, o) => {
      const own = image.slice(Math.floor(o / outs) * ins, (Math.floor(o / outs) + 1) * ins);
      const each = own.map((channel) => windows(channel, size, attributes as never));
      return each[0].map((_, p) =>
        kernel.reduce<number>(
          (sum, weights, c) => flat(weights).reduce((total, w, k) => total + w * (each[c][p][k] ?? 0), sum),
          b.data[o],
        )
      );
    });
  },
  elementwise: ([z], { attributes, kinks }) =>
    z.map((value) => {
      const name = attributes.function as string,
        { min = -Infinity, max = Infinity } = attributes as { min?: number; max?: number };
      if (name === "clip") kinks.push(Number(value < min) + 2 * Number(value > max));
      else if (name === "abs" || name === "elu") kinks.push(Math.sign(value));
      return ELEMENTWISE[name](value, attributes as never);
    }),
  expand: ([x], { attributes, shapes: [shape] }) =>
    places(attributes.shape as number[]).map((at) => entry(nested(x, shape), at) as number),
  pad([x], { attributes, shapes: [shape] }) {
    const { before, after, value } = attributes as { before: number[]; after: number[]; value: number };
    return places(shape.map((n, k) => before[k] + n + after[k])).map((at) => {
      const from = at.map((c, k) => c - before[k]);
      return from.some((c, k) => c < 0 || c >= shape[k]) ? value : entry(nested(x, shape), from) as number;
    });
  },
  pool: ([x], { attributes, shapes: [[channels, ...size]], kinks }) =>
    (nested(x, [channels, ...size]) as Nested[]).flatMap((channel) =>
      windows(channel, size, attributes as never).map((seen) => {
        const there = seen.filter((value) => value !== undefined);
        if (attributes.function === "max") {
          kinks.push(there.indexOf(Math.max(...there)));
          return Math.max(...there);
        }
        return there.reduce((a, b) => a + b) / (attributes.countPadding ? seen : there).length;
      })
    ),
  reduce([x], { attributes, shapes: [shape], kinks }) {
    const axes = attributes.axes as number[], groups = new Map<string, number[]>();
    places(shape).forEach((at, i) => {
      const key = at.filter((_, k) => !axes.includes(k)).join();
      groups.set(key, [...groups.get(key) ?? [], x[i]]);
    });
    return Array.from(groups.values(), (values) => {
      const total = values.reduce((a, b) => a + b);
      if (attributes.function === "max") {
        kinks.push(values.indexOf(Math.max(...values)));
        return Math.max(...values);
      }
      return attributes.function === "sum" ? total : total / values.length;
    });
  },
  reshape: ([x]) => x,
  softmax([z], { attributes, shapes: [shape] }) {
    const n = shape.at(-1)!;
    return Array.from({ length: z.length / n }, (_, r) => z.slice(r * n, (r + 1) * n)).flatMap((row) => {
      const total = row.reduce((sum, value) => sum + Math.exp(value), 0);
      return row.map((value) => attributes.log ? value - Math.log(total) : Math.exp(value) / total);
    });
  },
  take([x], { attributes, shapes: [shape] }) {
    const { axis, indices } = attributes as { axis: number; indices: number[] };
    return places(shape.map((n, k) => k === axis ? indices.length : n))
      .map((at) => entry(nested(x, shape), at.map((c, k) => k === axis ? indices[c] : c)) as number);
  },
  transpose([x], { attributes, shapes: [shape] }) {
    const order = attributes.order as number[];
    return places(order.map((k) => shape[k])).map((at) => {
      const from = shape.map((_, k) => at[order.indexOf(k)]);
      return entry(nested(x, shape), from) as number;
    });
  },
};
