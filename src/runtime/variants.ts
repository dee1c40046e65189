/** Which binary runs. @module */

import { InputError } from "../errors.ts";
import { isFaster } from "./choice.ts";
import { Heap, type Kernels, Resident } from "./heap.ts";
import { type Kernel, learn, parametersOf } from "./kernel.ts";
import { NO_THREADS } from "./threading.ts";

/** The builds of the kernels: `baseline` gives the same bytes on every engine, `relaxed` fuses multiply and add. */
export type Variant = "baseline" | "relaxed";

/** The build with more kernels, from the baseline one without them. */
export type Additions = (base: Uint8Array, variant: Variant) => Uint8Array<ArrayBuffer>;

/** The builds that the program holds, compiled when they are asked for, with more kernels if there are some. */
export type Builds = (variant: Variant, more?: Additions) => WebAssembly.Module | undefined;

/**
 * Starts a heap with workers, of the program's build or of `module`; nothing where this host has no workers, or does not let them
 * share memory.
 */
export type StartThreads = (
  variant: Variant,
  threads: number,
  module?: WebAssembly.Module,
) => Heap | undefined;

let builds: Builds = () => undefined;
let more: Additions | undefined;
let startThreads: StartThreads | undefined;
let current: Heap | undefined;
let chosen: Variant | undefined;

/** Modules of one thread that were compiled. */
const modules = new Map<Variant, WebAssembly.Module>();

/** Gives `init` the builds to start when it is given no module. */
export function provide(held: Builds): void {
  builds = held;
}

/** Adds kernels to the builds of one thread; a heap in use that lacks them is left to the models that are in it. */
export function add(additions: Additions, operands: Readonly<Record<string, string>>): void {
  more = additions;
  modules.clear();
  learn(operands);
  if (current && Object.keys(operands).some((name) => !Object.hasOwn(current!.exports, name))) {
    current = started(current.variant as Variant, 1);
  }
}

/** Gives `init` what it needs to start more than one thread. */
export function provideThreads(start: StartThreads): void {
  startThreads = start;
}

/** What `init` takes. */
export interface InitOptions {
  /** Build to use; default `"auto"`: the relaxed one where this engine runs it faster. */
  kernels?: Variant | "auto";
  /**
   * Threads that compute, this one included; default 1. More need the import of `@gibbon/gibbon/threads`, and workers
   * and shared memory: where a host lacks these, there is one. The bits are the same.
   */
  threads?: number;
  /**
   * A compiled module, for hosts that forbid compiling at run time: `kernels` says of which build, by default the
   * baseline one, and more than one thread needs a threaded module.
   */
  module?: WebAssembly.Module;
}

/**
 * Chooses the kernels for everything made from now on. Without it, they are chosen by default at first use. Models
 * made before go on as they were, on one thread.
 *
 * @example
 * ```ts
 * import { init, kernels } from "@gibbon/gibbon";
 * import { assertEquals } from "@std/assert";
 *
 * init({ kernels: "baseline" });
 * assertEquals(kernels(), "baseline");
 * ```
 *
 * @throws {InputError} if `kernels` is none of the builds, the engine lacks what the build needs, or the program does not
 * hold it and there is no module
 * @throws {InputError} if `threads` is not a whole number ≥ 1, or more than 1 and `@gibbon/gibbon/threads` was not imported
 */
export function init({ kernels = "auto", threads = 1, module }: InitOptions = {}): void {
  if (kernels !== "auto" && kernels !== "baseline" && kernels !== "relaxed") {
    throw new InputError("value", `start kernels "${kernels}"`, "expected baseline, relaxed or auto");
  }
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new InputError("value", `start ${threads} threads`, "must be a whole number ≥ 1");
  }
  if (threads > 1 && !startThreads) throw new InputError("host", `start ${threads} threads`, NO_THREADS);
  const variant = kernels !== "auto" ? kernels : module ? "baseline" : chosen ??= choose();
  try {
    const next = module ? ofModule(module, { variant, threads }) : started(variant, threads);
    current?.team?.close();
    current = next;
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    throw new InputError(
      "host",
      `start kernels "${variant}"`,
      `this engine does not run them (${error.message})`,
    );
  }
}

/** The build in use, and on how many threads if on several: `relaxed × 2 threads`. */
export function kernels(): string {
  return heap().kernels;
}

/** How many threads compute now, this one included: workers that `init` started count once they have begun. */
export function threads(): number {
  return 1 + (heap().team?.ready ?? 0);
}

/** The build in use, which settles the bits of every result; threads do not. */
export function variant(): string {
  return heap().variant;
}

/** The heap in use, started if need be. */
export function heap(): Heap {
  if (!current) init();
  return current!;
}

/**
 * Calls `kernel` with its operands by name, on the heap that the first resident one lives in, or on the one in use;
 * returns what it returns, or 0.
 *
 * @throws {RangeError} if the memory has no room for operands that have to be copied in
 */
export function run<K extends Kernel>(kernel: K, operands: Kernels[K]): number {
  // what a kernel writes comes first, and is most often resident
  for (const name of parametersOf(kernel)) {
    const operand: unknown = operands[name as keyof Kernels[K]];
    if (operand instanceof Resident) return operand.heap.run(kernel, operands);
  }
  return heap().run(kernel, operands);
}

function started(variant: Variant, threads: number): Heap {
  return (threads > 1 ? startThreads!(variant, threads) : undefined) ?? new Heap(alone(variant), variant);
}

/** The module of a build, if the program holds it. */
function compiled(variant: Variant): WebAssembly.Module | undefined {
  const module = modules.get(variant) ?? builds(variant, more);
  if (module) modules.set(variant, module);
  return module;
}

/** @throws {InputError} if the program does not hold it */
function alone(variant: Variant): WebAssembly.Module {
  const module = compiled(variant);
  if (module) return module;
  throw new InputError(
    "host",
    `start kernels "${variant}"`,
    "they are not part of this program, and init was given no module",
  );
}

function ofModule(
  module: WebAssembly.Module,
  { variant, threads }: { variant: Variant; threads: number },
): Heap {
  const threaded = WebAssembly.Module.imports(module).length > 0;
  return (threaded ? startThreads?.(variant, threads, module) : undefined) ?? new Heap(module, variant);
}

function choose(): Variant {
  try {
    const relaxed = compiled("relaxed");
    return relaxed && isFaster(relaxed, () => alone("baseline")) ? "relaxed" : "baseline";
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return "baseline";
    throw error;
  }
}
