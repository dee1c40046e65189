/** Model families: options to a graph, first weights and a recipe. @module */

import type { Batch } from "../data/batch.ts";
import { InputError } from "../errors.ts";
import { type CheckedGraph, checkGraph, type Graph, type Operations } from "../graph/graph.ts";
import type { Tensors } from "../graph/steps.ts";
import type { Head } from "../heads.ts";
import { type Matrix, matrix } from "../matrix.ts";
import { type Rng, rng } from "../rng.ts";
import { integer, type Resolved, type Schema } from "../schema.ts";
import { checkList, checkObject, resolve } from "../checks.ts";
import type { Recipe } from "./recipe.ts";

/** A kind of model with its sizes: what is computed, from what parameters, and how these are found. */
export interface Family {
  /** Registry key; `"graph"` for a graph of no family. */
  readonly name: string;
  /** Number of inputs, D. */
  readonly inputs: number;
  /** Number of classes, C. */
  readonly classes: number;
  /** What the scores mean. */
  readonly head: Head;
  /** The options that make this family again, as JSON would hold them. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What is computed. */
  readonly graph: Graph;
  /**
   * The graph after its checks: sources, widths and tensors of every node.
   * @internal
   */
  readonly checked: CheckedGraph;
  /** Whether no registry has it: its files hold the graph. */
  readonly custom?: boolean;
  /** Shape of each tensor by name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** How it is trained unless said otherwise. */
  readonly recipe: Recipe;
  /** Parameters to begin training with, drawn from `from`; some families look at the data. */
  initial(from: Rng, data?: Batch): Tensors;
}

/** A kind of families: a function from options to a family. */
export interface FamilyKind<O> {
  (options: O): Family;
  /** Its options. */
  readonly options: Schema<O>;
  /** One line on what its models compute. */
  readonly summary: string;
}

/** The parts of a family, made from its options. */
export interface FamilyParts {
  /** What is computed. */
  readonly graph: Graph;
  /** How it is trained unless said otherwise. */
  readonly recipe: Recipe;
  /** What files say of the options; default all of them. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Fills the tensor called `name`, zeros, as rows of its last dimension, with what training begins from. */
  fill?(name: string, out: Matrix, random: Rng): void;
  /** All tensors to begin training with, where they are not found one by one. */
  initial?(from: Rng, data?: Batch): Readonly<Record<string, Matrix>>;
}

/** The options that nearly all families have. */
export const SIZES = {
  inputs: integer("Number of inputs", { required: true, min: 1 }),
  classes: integer("Number of classes", { required: true, min: 2 }),
} as const;

/** The families called `name`, with their operations: what the registry of this library is made of. */
export function builtIn<O extends object>(): <const S extends Schema<O>>(
  parts: {
    /** Registry key. */
    name: string;
    /** One line on what its models compute. */
    summary: string;
    /** Its options. */
    options: S & Schema<O>;
    /** The operations that its graphs are made of: a program that uses this family holds no others. */
    ops: Operations;
    /** What they make. @throws {InputError} if they do not go together */
    make(options: Resolved<O, S>): FamilyParts;
  },
) => FamilyKind<O> {
  return ({ name, summary, options: schema, ops, make }) => {
    const kind = (sizes: O): Family => {
      const options = resolve(`make a model of family ${name}`, schema, sizes);
      const parts = make(options as never);
      const { graph, recipe, config = options as Readonly<Record<string, unknown>> } = parts;
      const checked = checkGraph(graph, ops);
      return { name, config, recipe, ...described(checked), initial: firstTensors(checked, parts) };
    };
    return Object.assign(kind, { options: schema as Schema<O>, summary });
  };
}

/** What a graph says of a family. */
export function described(
  checked: CheckedGraph,
): Pick<Family, "graph" | "checked" | "inputs" | "classes" | "head" | "shapes"> {
  const { graph, inputs, classes, head, shapes } = checked;
  return { graph, checked, inputs, classes, head, shapes };
}

/** How a family finds its first tensors: all at once, one by one, or else as the operations do. */
export function firstTensors(
  { nodes, shapes }: CheckedGraph,
  { initial, fill }: Pick<FamilyParts, "initial" | "fill">,
): Family["initial"] {
  return (from = rng(0), data) => {
    const all = initial?.(from, data) ?? {};
    return Object.fromEntries(
      nodes.flatMap(({ op, tensors }) =>
        tensors.map(({ role, name }) => {
          const shape = shapes[name], cols = shape.at(-1)!;
          const value = (Object.hasOwn(all, name) ? all[name] : undefined) ??
            matrix(shape.reduce((a, b) => a * b) / cols, cols);
          if (!Object.hasOwn(all, name)) {
            const random = from.split(name);
            if (fill) fill(name, value, random);
            else op.initial?.[role]?.(value, random, shape);
          }
          return [name, { shape, data: value.data }];
        })
      ),
    );
  };
}

/** @throws {InputError} unless there is a tensor for each of the family's, of its shape, and no other */
export function checkTensors(family: Family, tensors: Tensors): void {
  const action = `make a model of family ${family.name}`;
  checkObject(action, tensors, "tensors");
  const refuse = (reason: string): never => {
    throw new InputError("shape", action, reason);
  };
  for (const [name, shape] of Object.entries(family.shapes)) {
    if (!Object.hasOwn(tensors, name)) refuse(`tensor ${name} is missing`);
    const tensor = tensors[name];
    checkList(action, tensor?.shape, `the shape of ${name}`);
    if (!(tensor.data instanceof Float32Array) || tensor.shape.join() !== shape.join()) {
      refuse(
        `expected ${name} as float32 of shape (${shape.join(", ")}), got (${tensor.shape.join(", ")})`,
      );
    }
    const length = shape.reduce((a, b) => a * b, 1);
    if (tensor.data.length !== length) {
      refuse(`expected ${length} numbers in ${name}, got ${tensor.data.length}`);
    }
  }
  const unknown = Object.keys(tensors).find((name) => !Object.hasOwn(family.shapes, name));
  if (unknown !== undefined) refuse(`it has no tensor ${unknown}`);
  for (const { op, tensors: own } of family.checked.nodes) {
    const bad = op.check?.(Object.fromEntries(own.map(({ role, name }) => [role, tensors[name]])));
    if (!bad) continue;
    const { name } = own.find(({ role }) => role === bad.role)!;
    throw new InputError("value", `${action} with ${name} ${bad.value}`, `must be ${bad.wanted}`);
  }
}
