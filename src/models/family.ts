/** Model families, and the models that they make. @module */

import { InputError } from "../errors.ts";
import type { Batch } from "../data/batch.ts";
import type { Tensor } from "../data/safetensors.ts";
import type { Head } from "../heads.ts";
import { type Matrix, matrix, rowsOf } from "../matrix.ts";
import { type Rng, rng } from "../rng.ts";
import { checkInputs, type Differentiable, type Pass } from "./classifier.ts";
import type { Network } from "./network.ts";
import type { Recipe } from "./recipe.ts";

/** A model's parameters by name, in the shapes that files hold. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A kind of model with its sizes settled: what its parameters are and how they become scores. */
export interface Family {
  /** Registry key. */
  readonly name: string;
  /** Number of inputs, D. */
  readonly inputs: number;
  /** Number of classes, C. */
  readonly classes: number;
  /** What the scores mean. */
  readonly head: Head;
  /** The options that make this family again, as JSON would hold them. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Shape of each tensor by name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** How it is trained unless said otherwise. */
  readonly recipe: Recipe;
  /** Parameters to begin training with, drawn from `from`; some families look at the data. */
  initial(from: Rng, data?: Batch): Tensors;
  /** A network with these parameters. */
  network(tensors: Tensors): Network;
  /** The parameters that a network of this family now has, copied. */
  tensors(network: Network): Tensors;
}

/** A model of one of the families. Its parameters lie in WebAssembly memory until it is disposed or collected. */
export interface Model extends Differentiable, Disposable {
  /** The family, with its sizes. */
  readonly family: Family;
  /** How it came about, in words by topic: recipe, seed, epochs, kernels. */
  readonly record: Readonly<Record<string, string>>;
  /** A copy of its parameters. */
  tensors(): Tensors;
}

/** Rows that a network takes at once: enough for the matrix product, small enough to stay in cache. */
const CHUNK = 250;

/**
 * A model of `family`: with the parameters `tensors`, or fresh ones drawn from `seed`.
 *
 * @example
 * ```ts
 * import { matrix, model, softmaxLinear } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * using fresh = model(softmaxLinear({ inputs: 2, classes: 3 }), { seed: 1 });
 * assertEquals(fresh.scores(matrix(4, 2)).cols, 3);
 * ```
 *
 * @throws {InputError} if a tensor is missing, unknown, or of another shape
 */
export function model(
  family: Family,
  { tensors, seed = 0, record = {} }: {
    /** Parameters by name; default fresh ones. */
    tensors?: Tensors;
    /** Seed of fresh parameters; default 0. */
    seed?: number;
    /** What `record` is to say; default nothing. */
    record?: Readonly<Record<string, string>>;
  } = {},
): Model {
  if (tensors) checkTensors(family, tensors);
  return bind(family, family.network(tensors ?? family.initial(rng(seed))), record);
}

/** `network` as a model of `family`, sharing its memory. */
export function bind(
  family: Family,
  network: Network,
  record: Readonly<Record<string, string>>,
): Model {
  return {
    ...asModel(network, family),
    family,
    record,
    tensors() {
      network.workspace.check();
      return family.tensors(network);
    },
    [Symbol.dispose]: () => network[Symbol.dispose](),
  };
}

/** `network` as a model, sharing its memory. */
export function asModel(
  network: Network,
  { inputs, classes, head }: Pick<Differentiable, "inputs" | "classes" | "head">,
): Differentiable {
  const { workspace } = network;
  const slots = new Set<number>();

  function pass(): Pass {
    workspace.check();
    let slot = 0;
    while (slots.has(slot)) slot++;
    slots.add(slot);
    const own = (name: string) => `pass ${slot} ${name}`;
    let x: Matrix | undefined, count = 0;
    const forward = (): Matrix => {
      const scores = network.forward(x!);
      count = network.passes.count;
      return scores;
    };
    return {
      matrix: (name, rows, cols) => workspace.matrix(own(`of ${name}`), rows, cols),
      forward(given) {
        checkInputs("classify", { inputs }, given);
        x = workspace.holds(given) ? given : workspace.copy(own("x"), given);
        // a copy: the model may be asked something else before they are read
        return workspace.copy(own("scores"), forward());
      },
      backward(dScores) {
        if (!x) throw new InputError("state", "differentiate", "there was no forward pass");
        const d = workspace.holds(dScores) ? dScores : workspace.copy(own("dScores"), dScores);
        if (count !== network.passes.count) forward();
        return network.backward(d, { inputs: true, parameters: "none" })!;
      },
      [Symbol.dispose]: () => void slots.delete(slot),
    };
  }

  return {
    inputs,
    classes,
    head,
    pass,
    scores(x) {
      checkInputs("classify", { inputs }, x);
      const out = matrix(x.rows, head.width(classes));
      for (let first = 0; first < x.rows; first += CHUNK) {
        const h = workspace.copy("x", rowsOf(x, first, Math.min(first + CHUNK, x.rows)));
        out.data.set(network.forward(h).data, first * out.cols);
      }
      return out;
    },
    inputGradient(x, dScores) {
      return this.inputStep!(x, dScores, () => {});
    },
    inputStep(x, dScores, finish) {
      checkInputs("differentiate", { inputs }, x);
      const out = matrix(x.rows, x.cols);
      using run = pass();
      for (let first = 0; first < x.rows; first += CHUNK) {
        const rows = rowsOf(x, first, Math.min(first + CHUNK, x.rows));
        const h = run.matrix("x", rows.rows, rows.cols);
        h.data.set(rows.data);
        const gradient = run.backward(dScores(run.forward(h), first));
        finish(gradient, h);
        out.data.set(gradient.data, first * x.cols);
      }
      return out;
    },
  };
}

function checkTensors(family: Family, tensors: Tensors): void {
  const action = `make a ${family.name} model`;
  for (const [name, shape] of Object.entries(family.shapes)) {
    if (!Object.hasOwn(tensors, name)) {
      throw new InputError("shape", `${action}`, `tensor ${name} is missing`);
    }
    const tensor = tensors[name];
    if (!(tensor.data instanceof Float32Array) || tensor.shape.join() !== shape.join()) {
      throw new InputError(
        "shape",
        `${action}`,
        `expected ${name} as float32 of shape (${shape.join(", ")}), got (${tensor.shape.join(", ")})`,
      );
    }
    const length = shape.reduce((a, b) => a * b, 1);
    if (tensor.data.length !== length) {
      throw new InputError(
        "shape",
        `${action}`,
        `expected ${length} numbers in ${name}, got ${tensor.data.length}`,
      );
    }
  }
  const unknown = Object.keys(tensors).find((name) => !Object.hasOwn(family.shapes, name));
  if (unknown !== undefined) throw new InputError("shape", `${action}`, `it has no tensor ${unknown}`);
}

/** A tensor as a matrix of so many rows, sharing its memory. */
export function asMatrix(tensor: Tensor, rows: number): Matrix {
  return matrix(rows, tensor.data.length / rows, tensor.data as Float32Array);
}

/** @throws {InputError} unless each of `sizes` is a whole number ≥ its least */
export function checkSizes(family: string, sizes: Readonly<Record<string, number>>, least = 1): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isSafeInteger(size) || size < least) {
      throw new InputError(
        "value",
        `make a ${family} model with ${name} ${size}`,
        `must be a whole number ≥ ${least}`,
      );
    }
  }
}
