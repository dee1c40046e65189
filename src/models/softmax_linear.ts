import { type Head, softmax } from "../heads.ts";
import { matrix } from "../matrix.ts";
import { asMatrix, checkSizes, type Family, type Tensors } from "./family.ts";
import { linearLayer } from "./linear_layer.ts";
import { type Network, network } from "./network.ts";
import type { Recipe } from "./recipe.ts";

/** Sizes of a linear model of several classes. */
export interface SoftmaxLinearOptions {
  /** Number of inputs, D. */
  inputs: number;
  /** Number of classes, C, at least 2. */
  classes: number;
}

/**
 * The family of softmax regressions, p = softmax(x·Wᵀ + b) with W (C, D) and b (C): the paper's shallow
 * softmax (section 4). It starts from zeros. Its weights' norms are limited as in the maxout recipe, without
 * which its confidence would pass the paper's.
 *
 * @throws {InputError} if a size is not a whole number, or there are fewer than two classes
 */
export function softmaxLinear({ inputs, classes }: SoftmaxLinearOptions): Family {
  checkSizes("softmaxLinear", { inputs });
  checkSizes("softmaxLinear", { classes }, 2);
  return linearFamily("softmaxLinear", {
    inputs,
    classes,
    head: softmax,
    config: { inputs, classes },
    recipe: {
      optimizer: { name: "sgd", learningRate: 0.1, momentum: 0.5 },
      batchSize: 100,
      maxNorm: 1.9365,
    },
  });
}

/** A family of models with one linear layer. */
export function linearFamily(
  name: string,
  settled: {
    inputs: number;
    classes: number;
    head: Head;
    config: Readonly<Record<string, unknown>>;
    recipe: Recipe;
  },
): Family {
  const { inputs, classes, head } = settled;
  const outputs = head.width(classes);
  return {
    name,
    ...settled,
    shapes: { W: [outputs, inputs], b: [outputs] },
    initial: () => ({
      W: { shape: [outputs, inputs], data: new Float32Array(outputs * inputs) },
      b: { shape: [outputs], data: new Float32Array(outputs) },
    }),
    network: ({ W, b }) =>
      network((workspace) => [
        linearLayer(workspace, "", {
          W: asMatrix(W, outputs),
          b: matrix(1, outputs, b.data as Float32Array),
        }),
      ]),
    tensors(network) {
      return namedTensors(this, network);
    },
  };
}

/** The network's parameters by their own names, in the family's shapes. */
export function namedTensors(family: Family, { parameters }: Network): Tensors {
  return Object.fromEntries(
    parameters.map(({ name, value }) => [name, { shape: family.shapes[name], data: value.data.slice() }]),
  );
}
