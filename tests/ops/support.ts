/** What tests of operations share: an operation at work on its own. */

import { matrix } from "../../src/matrix.ts";
import type { Op, OpInstance, Shape } from "../../src/ops/op.ts";
import { Workspace } from "../../src/runtime/workspace.ts";
import { uniformMatrix } from "../support.ts";

/** Tensors by role. */
export type Roles = Readonly<Record<string, { shape: readonly number[]; data: Float32Array }>>;

/** An operation at work; dispose it. */
export interface AtWork extends OpInstance, Disposable {
  /** Its memory. */
  readonly workspace: Workspace;
  /** Its tensors as they are now, by role. */
  readonly tensors: Readonly<Record<string, { data: Float32Array }>>;
}

/** `op` at work with these tensors and attributes, over inputs of these shapes if it looks at them. */
export function atWork(
  // deno-lint-ignore no-explicit-any
  op: Op<any>,
  tensors: Roles,
  attributes: unknown,
  inputs: readonly Shape[] = [],
): AtWork {
  const workspace = new Workspace();
  const resident = Object.fromEntries(
    Object.entries(tensors).map(([role, { shape, data }]) => {
      const cols = shape.at(-1)!;
      return [role, workspace.copy(`tensor ${role}`, matrix(data.length / cols, cols, data))];
    }),
  );
  const instance = op.instantiate({
    workspace,
    training: workspace.scope(),
    tensors: resident,
    names: Object.fromEntries(Object.keys(tensors).map((role) => [role, role])),
    attributes,
    inputs,
  });
  return Object.assign(instance, {
    workspace,
    tensors: resident,
    [Symbol.dispose]: () => workspace[Symbol.dispose](),
  });
}

/** Tensors of ordinary size for `op` over these inputs, always the same. */
// deno-lint-ignore no-explicit-any
export function rolesOf(op: Op<any>, inputs: readonly Shape[], attributes: unknown): Roles {
  const shape = op.shape(inputs, attributes);
  if (typeof shape === "string") throw new Error(shape);
  return Object.fromEntries(
    Object.entries(shape.tensors ?? {}).map(([role, shape], i) => {
      const [lo, hi] = ["beta", "variance"].includes(role) ? [0.05, 0.5] : [-0.8, 0.8];
      return [role, {
        shape,
        data: uniformMatrix(1, shape.reduce((a, b) => a * b), 100 + i, { lo, hi }).data,
      }];
    }),
  );
}
