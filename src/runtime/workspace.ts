/** Memory that a model keeps while it is in use. @module */

import { InputError } from "../errors.ts";
import type { Matrix } from "../matrix.ts";
import { type Heap, Resident } from "./heap.ts";
import { heap } from "./variants.ts";

/**
 * Resident matrices by name. Asking again for the same name gives the same memory, grown if it must be:
 * what is in it stays only as long as the shape does.
 */
export class Workspace implements Disposable {
  readonly #heap: Heap;
  readonly #kept = new Map<string, { whole: Resident; shown: Resident }>();
  readonly #scopes = new Set<Workspace>();
  #disposed = false;

  constructor(within: Heap = heap()) {
    this.#heap = within;
  }

  /** A workspace with names of its own, which is given back with this one, or before. */
  scope(): Workspace {
    this.check();
    const scope = new Workspace(this.#heap);
    this.#scopes.add(scope);
    return scope;
  }

  /** The name of the kernels that work on this memory. */
  get kernels(): string {
    return this.#heap.kernels;
  }

  /** Nothing, while its memory is its own. @throws {InputError} if everything was given back */
  check(): void {
    if (this.#disposed) throw new InputError("state", "use the model", "it was disposed");
  }

  /** The matrix called `name`, of this shape; zeros when new. */
  matrix(name: string, rows: number, cols: number): Matrix {
    this.check();
    const kept = this.#kept.get(name);
    if (kept && kept.shown.rows === rows && kept.shown.cols === cols) return kept.shown;
    let whole = kept?.whole;
    if (!whole || whole.cols !== cols || whole.rows < rows) {
      whole?.[Symbol.dispose]();
      whole = this.#heap.matrix(rows, cols);
    }
    const shown = whole.rows === rows ? whole : whole.part(0, rows);
    this.#kept.set(name, { whole, shown });
    return shown;
  }

  /** Whether `m` lies in the same memory as these. */
  holds(m: Matrix): boolean {
    return m instanceof Resident && m.heap === this.#heap;
  }

  /** A copy of `m`, kept under `name`. */
  copy(name: string, m: Matrix): Matrix {
    const resident = this.matrix(name, m.rows, m.cols);
    resident.data.set(m.data);
    return resident;
  }

  /** Gives the memory of all its matrices back, those of its scopes included; both stay usable. */
  clear(): void {
    for (const { whole } of this.#kept.values()) whole[Symbol.dispose]();
    this.#kept.clear();
    for (const scope of this.#scopes) scope.clear();
  }

  /** Gives everything back. */
  [Symbol.dispose](): void {
    this.clear();
    for (const scope of this.#scopes) scope[Symbol.dispose]();
    this.#scopes.clear();
    this.#disposed = true;
  }
}

/** The rows `from` to `to` (exclusive) of a resident matrix, in the same memory. */
export function part(m: Matrix, from: number, to: number): Matrix {
  return (m as Resident).part(from, to);
}

/** The same memory in another shape of as many elements. */
export function reshaped(m: Matrix, rows: number, cols: number): Matrix {
  return (m as Resident).reshaped(rows, cols);
}

/** These whole numbers as a resident row called `name`. */
export function integers(workspace: Workspace, name: string, values: Int32Array): Matrix {
  const row = workspace.matrix(name, 1, values.length);
  (row as Resident).ints.set(values);
  return row;
}
