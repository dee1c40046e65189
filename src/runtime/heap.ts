/**
 * The one place that knows addresses: a heap is an instance of the binary with its memory.
 *
 * A resident matrix lives in a heap; an ordinary one is copied in for a call, and out again if the kernel
 * writes it.
 *
 * @module
 */

import { InputError } from "../errors.ts";
import type { Exports, Operands } from "../../wasm/exports.ts";
import type { Matrix } from "../matrix.ts";
import { type Kernel, signatureOf } from "./kernel.ts";
import { NO_THREADS, type Team, type Workers } from "./threading.ts";

/** What a kernel takes: a matrix, or a vector, or whole numbers. */
export type Operand = Matrix | Float32Array | Int32Array;

/** What each kernel takes, by name. */
export type Kernels = Operands<Matrix | Float32Array, Resident, Matrix | Int32Array>;

/** The version of the binary's interface that this code speaks. */
const ABI_VERSION = 2;

/** The most that the binary's allocator gives at once. */
const MAX_BYTES = 2 ** 30 - 4;

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

  /** The same bytes as half as many doubles. */
  get doubles(): Float64Array {
    return new Float64Array(this.heap.exports.memory.buffer, this.address, this.rows * this.cols / 2);
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
    const address = this.address + from * this.cols * 4;
    return new Resident(this.heap, address, to - from, this.cols, this.whole ?? this);
  }

  /** The same memory in another shape of as many elements. */
  reshaped(rows: number, cols: number): Resident {
    return new Resident(this.heap, this.address, rows, cols, this.whole ?? this);
  }

  /** Gives the memory back; the matrix must not be used after. */
  [Symbol.dispose](): void {
    if (!this.whole) this.heap.free(this);
  }
}

/** An operand that was copied into the heap for one call. */
interface Staged {
  readonly address: number;
  readonly data: Float32Array | Int32Array;
  readonly written: boolean;
}

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
  /** All of its memory, as numbers of both kinds. */
  #floats?: Float32Array;
  #ints?: Int32Array;
  readonly #owned = new FinalizationRegistry<number>((address) => this.exports.free(address));

  /**
   * @throws {InputError} if the module is not one of Gibbon's, or of another version, or a threaded one without `workers`
   * @throws if it is a threaded one, and this host does not share memory with workers
   */
  constructor(
    module: WebAssembly.Module,
    readonly variant: string,
    { threads = 1, workers }: { threads?: number; workers?: Workers } = {},
  ) {
    const shared = WebAssembly.Module.imports(module).length > 0;
    if (shared && !workers) {
      throw new InputError("host", "use a threaded WebAssembly module", NO_THREADS);
    }
    const env: WebAssembly.ModuleImports = shared ? { memory: workers!.memory() } : {};
    this.exports = new WebAssembly.Instance(module, { env }).exports as unknown as Exports;
    checkVersion(this.exports);
    if (shared) this.team = workers!.start(this, module, threads - 1);
    this.kernels = shared && threads > 1 ? `${variant} × ${threads} threads` : variant;
  }

  /** Ends the workers; what lives here goes on with one thread. */
  [Symbol.dispose](): void {
    this.team?.close();
  }

  /**
   * Calls `kernel` with its operands by name, and returns what it returns, or 0. What lies in this heap is used where it
   * lies; what else is no number is copied in for the call, and out again if the kernel writes it.
   *
   * @throws {RangeError} if the memory has no room for the copies
   */
  run<K extends Kernel>(kernel: K, operands: Kernels[K]): number {
    const { names, written } = signatureOf(kernel);
    const values = operands as Readonly<Record<string, Operand | number>>;
    const args = new Array<number>(names.length), staged: Staged[] = [];
    try {
      for (let i = 0; i < names.length; i++) args[i] = this.#argument(values[names[i]], written[i], staged);
      const result = this.call(kernel, args);
      for (const { address, data, written } of staged) {
        if (written) data.set(this.#all(data).subarray(address / 4, address / 4 + data.length));
      }
      return result ?? 0;
    } finally {
      for (const { address } of staged) this.exports.free(address);
    }
  }

  /** An operand as the kernel takes it: a number, or an address; what lies elsewhere is copied in and joins `staged`. */
  #argument(value: Operand | number, written: boolean, staged: Staged[]): number {
    if (typeof value === "number") return value;
    if (value instanceof Resident && value.heap === this) return value.address;
    const data = "data" in value ? value.data : value;
    if (data.buffer === this.exports.memory.buffer) return data.byteOffset;
    const copy = this.#stage(data, written);
    staged.push(copy);
    return copy.address;
  }

  /** What `kernel` returns, called with these addresses and numbers; on several threads where that is faster. */
  call(kernel: Kernel, args: readonly number[]): number | void {
    if (this.team) return this.team.run(kernel, args);
    return (this.exports[kernel] as (...args: number[]) => number | void)(...args);
  }

  #stage(data: Float32Array | Int32Array, written: boolean): Staged {
    const address = this.#alloc(data.byteLength);
    this.#all(data).set(data, address / 4);
    return { address, data, written };
  }

  /** All of the memory as numbers of the same kind: a view that stays, as a new one would take longer than a short copy. */
  #all({ constructor }: Float32Array | Int32Array): Float32Array | Int32Array {
    const { buffer } = this.exports.memory;
    if (this.#floats?.buffer !== buffer) {
      this.#floats = new Float32Array(buffer);
      this.#ints = new Int32Array(buffer);
    }
    return constructor === Int32Array ? this.#ints! : this.#floats;
  }

  /** The address of so many bytes; beyond 2 GiB JavaScript is given it as a negative number. */
  #alloc(bytes: number): number {
    if (bytes > MAX_BYTES) throw outOfMemory(bytes, `one matrix has at most ${MAX_BYTES} bytes`);
    try {
      return this.exports.alloc(Math.max(bytes, 16)) >>> 0;
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      const held = this.exports.memory.buffer.byteLength;
      throw outOfMemory(bytes, `it has ${held} and cannot grow; dispose of models that are no longer needed`);
    }
  }

  /** A fresh matrix of zeros. @throws {RangeError} if the memory has no room for it */
  matrix(rows: number, cols: number): Resident {
    const resident = new Resident(this, this.#alloc(rows * cols * 4), rows, cols);
    resident.data.fill(0);
    this.#owned.register(resident, resident.address, resident);
    return resident;
  }

  /** A copy of `m` in this heap. @throws {RangeError} if the memory has no room for it */
  copy(m: Matrix): Resident {
    const resident = this.matrix(m.rows, m.cols);
    resident.data.set(m.data);
    return resident;
  }

  free(resident: Resident): void {
    if (this.#owned.unregister(resident)) this.exports.free(resident.address);
  }
}

function checkVersion({ abiVersion }: Partial<Exports>): void {
  const version = abiVersion?.();
  if (version === ABI_VERSION) return;
  throw new InputError(
    "host",
    "use this WebAssembly module",
    `expected ABI version ${ABI_VERSION}, got ${version}`,
  );
}

function outOfMemory(bytes: number, reason: string): RangeError {
  return new RangeError(`Cannot allocate ${bytes} bytes of WebAssembly memory: ${reason}`);
}
