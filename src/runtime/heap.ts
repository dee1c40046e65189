/**
 * The one place that knows addresses: a heap is an instance of the binary with its memory.
 *
 * A resident matrix lives in a heap; an ordinary one is copied in for a call, and out again if the kernel
 * writes it.
 *
 * @module
 */

import { InputError } from "../errors.ts";
import type { Exports, ThreadExports } from "../../wasm/exports.ts";
import { type Matrix, shape } from "../matrix.ts";
import { Team } from "./team.ts";

/** What a kernel takes: a matrix, or a vector, or whole numbers. */
export type Operand = Matrix | Float32Array | Int32Array;

type Functions = {
  [K in keyof Exports as Exports[K] extends (...a: never[]) => number | void ? K : never]: Exports[K];
};

/** The version of the binary's interface that this code speaks. */
const ABI_VERSION = 2;

/** A matrix in a heap's memory. Its views are made anew when the memory has grown. */
export class Resident implements Matrix {
  #floats?: Float32Array;
  #ints?: Int32Array;

  constructor(
    readonly heap: Heap,
    readonly address: number,
    readonly rows: number,
    readonly cols: number,
    /** Kept so that what a part lies in is not collected before it. */
    readonly whole?: Resident,
  ) {}

  get data(): Float32Array {
    const { buffer } = this.heap.exports.memory;
    if (this.#floats?.buffer !== buffer) {
      this.#floats = new Float32Array(buffer, this.address, this.rows * this.cols);
    }
    return this.#floats!;
  }

  /** The same bytes as whole numbers. */
  get ints(): Int32Array {
    const { buffer } = this.heap.exports.memory;
    if (this.#ints?.buffer !== buffer) {
      this.#ints = new Int32Array(buffer, this.address, this.rows * this.cols);
    }
    return this.#ints!;
  }

  /** Rows `from` to `to` (exclusive), in the same memory. */
  part(from: number, to: number): Resident {
    return new Resident(
      this.heap,
      this.address + from * this.cols * 4,
      to - from,
      this.cols,
      this.whole ?? this,
    );
  }

  /** Gives the memory back; the matrix must not be used after. */
  [Symbol.dispose](): void {
    if (!this.whole) this.heap.free(this);
  }
}

/** Pages of 64 KiB that a memory has at first, and may have, as the threaded binaries declare them. */
const PAGES = { initial: 16, maximum: 32768 };

/** Workers do not outlive the memory that they work on. */
const forgotten = new FinalizationRegistry<Team>((team) => team.close());

/**
 * An instance of the binary, and its workers. Everything that it allocates is freed by hand, or when its owner is
 * collected.
 */
export class Heap implements Disposable {
  readonly exports: Exports;
  /** Which kernels run here, and on how many threads if on several. */
  readonly kernels: string;
  /** The workers, of a threaded binary. */
  readonly team?: Team;
  readonly #owned = new FinalizationRegistry<number>((address) => this.exports.free(address));

  /**
   * @throws {InputError} if the module is not one of Gibbon's, or of another version
   * @throws if it is a threaded one, and this host does not share memory with workers
   */
  constructor(
    module: WebAssembly.Module,
    readonly variant: string,
    { threads = 1 }: { threads?: number } = {},
  ) {
    const shared = WebAssembly.Module.imports(module).length > 0;
    const env: WebAssembly.ModuleImports = shared
      ? { memory: new WebAssembly.Memory({ ...PAGES, shared }) }
      : {};
    this.exports = new WebAssembly.Instance(module, { env }).exports as unknown as Exports;
    const version = this.exports.abiVersion?.();
    if (version !== ABI_VERSION) {
      throw new InputError(
        "host",
        "use this WebAssembly module",
        `expected ABI version ${ABI_VERSION}, got ${version}`,
      );
    }
    if (shared) {
      this.team = new Team(module, this.exports as ThreadExports, threads - 1);
      forgotten.register(this, this.team);
    }
    this.kernels = shared && threads > 1 ? `${variant} × ${threads} threads` : variant;
  }

  /** Ends the workers; what lives here goes on with one thread. */
  [Symbol.dispose](): void {
    this.team?.close();
  }

  /** What `kernel` returns, called with these addresses and numbers; on several threads where that is faster. */
  call(kernel: keyof Functions, args: readonly number[]): number | void {
    if (this.team) return this.team.run(kernel, args);
    return (this.exports[kernel] as (...args: number[]) => number | void)(...args);
  }

  /** The address of so many bytes; beyond 2 GiB JavaScript is given it as a negative number. */
  #alloc(bytes: number): number {
    return this.exports.alloc(bytes) >>> 0;
  }

  /** A fresh matrix of zeros. */
  matrix(rows: number, cols: number): Resident {
    const resident = new Resident(this, this.#alloc(Math.max(rows * cols * 4, 16)), rows, cols);
    resident.data.fill(0);
    this.#owned.register(resident, resident.address, resident);
    return resident;
  }

  /** A copy of `m` in this heap. */
  copy(m: Matrix): Resident {
    const resident = this.matrix(m.rows, m.cols);
    resident.data.set(m.data);
    return resident;
  }

  free(resident: Resident): void {
    if (this.#owned.unregister(resident)) this.exports.free(resident.address);
  }

  /**
   * Calls `kernel` with the addresses of `operands`, of which the first `outputs` are written, and then `scalars`;
   * returns what it returns, or 0.
   */
  run(kernel: keyof Functions, outputs: number, operands: readonly Operand[], ...scalars: number[]): number {
    const staged: number[] = [];
    const addresses = operands.map((operand) => {
      if (operand instanceof Resident && operand.heap === this) return operand.address;
      const data = "data" in operand ? operand.data : operand;
      const address = this.#alloc(Math.max(data.byteLength, 16));
      staged.push(address);
      const { buffer } = this.exports.memory;
      if (data instanceof Int32Array) new Int32Array(buffer, address, data.length).set(data);
      else new Float32Array(buffer, address, data.length).set(data);
      return address;
    });
    const result = this.call(kernel, [...addresses, ...scalars]);
    for (let i = 0, j = 0; i < operands.length; i++) {
      const operand = operands[i];
      if (operand instanceof Resident && operand.heap === this) continue;
      const data = "data" in operand ? operand.data : operand;
      const { buffer } = this.exports.memory;
      if (i < outputs && data instanceof Int32Array) data.set(new Int32Array(buffer, staged[j], data.length));
      else if (i < outputs) data.set(new Float32Array(buffer, staged[j], data.length));
      this.exports.free(staged[j++]);
    }
    return result ?? 0;
  }
}

/** Throws unless `m` has the shape given; `action` begins the message. */
export function checkShape(action: string, name: string, m: Matrix, rows: number, cols: number): void {
  if (m.rows !== rows || m.cols !== cols) {
    throw new InputError(
      "shape",
      `${action}`,
      `expected ${name} of shape (${rows}, ${cols}), got ${shape(m)}`,
    );
  }
}
