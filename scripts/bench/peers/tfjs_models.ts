// deno-lint-ignore-file no-explicit-any -- a library that is no dependency of this project has no types here

import type { Tensors } from "../../../src/mod.ts";
import type { Numbers } from "./peer.ts";

/** A model as TensorFlow.js trains it. */
export interface Net {
  readonly variables: Readonly<Record<string, any>>;
  /** The mean loss on inputs and one-hot labels. */
  loss(x: any, y: any, dropout?: boolean): any;
  /** The parameters as Gibbon holds them. */
  read(): Numbers;
}

/** Linear and maxout layers. Weights are (inputs, outputs), which its forward products prefer. */
export function layers(tf: any, tensors: Tensors): Net {
  const names = Object.keys(tensors).filter((name) => name.endsWith("W")).map((name) => name.slice(0, -1));
  const variables: Record<string, any> = {};
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    const inputs = shape.at(-1)!;
    variables[name] = tf.variable(
      name.endsWith("W")
        ? tf.transpose(tf.tensor2d(data, [data.length / inputs, inputs]))
        : tf.tensor1d(data),
    );
  }
  const scores = (x: any, dropout: boolean) =>
    names.reduce((h, name, i) => {
      if (dropout) h = tf.dropout(h, i === 0 ? 0.2 : 0.5);
      const { shape } = tensors[`${name}W`];
      const z = tf.add(tf.matMul(h, variables[`${name}W`]), variables[`${name}b`]);
      return shape.length === 3 ? tf.max(tf.reshape(z, [-1, shape[0], shape[1]]), 1) : z;
    }, x);
  return {
    variables,
    loss: (x, y, dropout = false) => tf.losses.softmaxCrossEntropy(y, scores(x, dropout)),
    read: () => Object.fromEntries(Object.entries(variables).map(([name, v]) => [name, numbers(tf, v)])),
  };
}

/** Convolutions as large as their inputs, rectified, with maxima of 2 × 2, and a linear top. Channels come last here. */
export function convolutions(tf: any, tensors: Tensors): Net {
  const variables: Record<string, any> = {};
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    variables[name] = tf.variable(
      shape.length === 4
        ? tf.transpose(tf.tensor4d(data, shape), [2, 3, 1, 0])
        : shape.length === 2
        ? tf.transpose(tf.tensor2d(data, shape))
        : tf.tensor1d(data),
    );
  }
  const scores = (x: any) => {
    let h = tf.reshape(x, [-1, 28, 28, 1]);
    for (const layer of ["conv0", "conv1"]) {
      const z = tf.add(tf.conv2d(h, variables[`${layer}.W`], 1, "same"), variables[`${layer}.b`]);
      h = tf.maxPool(tf.relu(z), 2, 2, "valid");
    }
    const flat = tf.reshape(tf.transpose(h, [0, 3, 1, 2]), [x.shape[0], -1]);
    return tf.add(tf.matMul(flat, variables["top.W"]), variables["top.b"]);
  };
  return {
    variables,
    loss: (x, y) => tf.losses.softmaxCrossEntropy(y, scores(x)),
    read: () =>
      Object.fromEntries(
        Object.entries(variables).map(([name, v]) => [
          name,
          v.rank === 4 ? { data: tf.transpose(v, [3, 2, 0, 1]).dataSync().slice() } : numbers(tf, v),
        ]),
      ),
  };
}

/** RBF units, by x², x and 1. */
export function rbf(tf: any, { mu, beta }: Tensors): Net {
  const turned = (data: any, shape: readonly number[]) => tf.variable(tf.transpose(tf.tensor2d(data, shape)));
  const rho = Float32Array.from(beta.data as Float32Array, (b) => Math.log(Math.expm1(b)));
  const variables = { mu: turned(mu.data, mu.shape), rho: turned(rho, beta.shape) };
  return {
    variables,
    loss(x, y) {
      const precision = tf.softplus(variables.rho);
      const weighted = tf.mul(precision, variables.mu);
      const far = tf.add(
        tf.sub(tf.matMul(tf.square(x), precision), tf.mul(2, tf.matMul(x, weighted))),
        tf.sum(tf.mul(weighted, variables.mu), 0),
      );
      const rest = tf.log(tf.maximum(tf.sub(1, tf.exp(tf.neg(far))), 1e-6));
      return tf.mean(tf.sum(tf.sub(tf.mul(y, far), tf.mul(tf.sub(1, y), rest)), 1));
    },
    read: () => ({ mu: numbers(tf, variables.mu), beta: numbers(tf, tf.softplus(variables.rho)) }),
  };
}

function numbers(tf: any, tensor: any): { data: Float32Array } {
  return { data: (tensor.rank === 2 ? tf.transpose(tensor) : tensor).dataSync().slice() };
}
