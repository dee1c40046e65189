import { InputError } from "../../src/errors.ts";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { fgsm, init, kernels, type Matrix, maxout, perturbation, train } from "../../src/mod.ts";
import { Heap } from "../../src/runtime/heap.ts";
import { workers } from "../../src/runtime/team.ts";
import "../../src/threads.ts";
import { heap } from "../../src/runtime/variants.ts";
import { matrix } from "../../src/matrix.ts";
import { compiled, randomLabels, threadedHeap, uniformMatrix, VARIANTS } from "../support.ts";

const library = new URL("../../src/mod.ts", import.meta.url).href;

/** What a program says that may do nothing but compute, and how it ends. */
async function run(program: string): Promise<{ code: number; out: string; err: string }> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      program.replaceAll("LIBRARY", library).replaceAll("THREADS", library.replace("mod.ts", "threads.ts")),
    );
    const args = ["run", "--quiet", "--no-config", "--no-prompt", file];
    const signal = AbortSignal.timeout(60_000);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, signal }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
    return { code, out, err };
  } finally {
    await Deno.remove(file);
  }
}

/** Waits until the workers of the heap in use are ready, and lets them take part in every call. */
async function allTakePart(workers: number): Promise<void> {
  const { team } = heap();
  while (team!.ready < workers) await new Promise((resolve) => setTimeout(resolve, 1));
  team!.least = 0;
}

const x = uniformMatrix(60, 30, 1), labels = randomLabels(60, 3, 2);
const family = maxout({ inputs: 30, classes: 3, units: [40, 33], pieces: 3, initialRange: 0.1 });

async function trained(): Promise<Record<string, Float32Array>> {
  using model = await train(family, { x, labels, classes: 3 }, {
    epochs: 3,
    batchSize: 20,
    perturbation: perturbation(fgsm, { epsilon: 0.1 }),
  });
  const { x: adversarial } = fgsm(model, { x, labels, classes: 3 }, { epsilon: 0.2 });
  const tensors = Object.entries(model.tensors()).map(([name, { data }]) => [name, data]);
  return Object.fromEntries([...tensors, ["adversarial", adversarial.data]]);
}

for (const variant of VARIANTS) {
  Deno.test(`train() and fgsm() give the same bytes with 1, 2 and 3 threads, ${variant}`, async () => {
    init({ kernels: variant });
    const alone = await trained();
    for (const threads of [2, 3]) {
      init({ kernels: variant, threads });
      assertEquals(kernels(), `${variant} × ${threads} threads`);
      await allTakePart(threads - 1);
      assertEquals(await trained(), alone);
      assertEquals(heap().team!.ready, threads - 1);
    }
    init({ kernels: variant });
    assertEquals(kernels(), variant);
  });
}

Deno.test("init() with other threads ends the workers of before, whose models go on", async () => {
  init({ kernels: "baseline", threads: 2 });
  await allTakePart(1);
  const { team } = heap();
  using model = await train(family, { x, labels, classes: 3 }, { epochs: 1 });
  const before = model.scores(x).data;
  init({ kernels: "baseline" });
  assertEquals(team!.ready, 0);
  assertEquals(model.scores(x).data, before);
});

Deno.test("init() compiles a build once, since the engine improves its code while it runs", () => {
  const { Module } = WebAssembly;
  let count = 0;
  init({ kernels: "baseline", threads: 2 });
  init({ kernels: "baseline" });
  try {
    WebAssembly.Module = new Proxy(Module, {
      construct: (target, args) => (count++, Reflect.construct(target, args)),
    });
    init({ kernels: "baseline", threads: 2 });
    init({ kernels: "baseline" });
    assertEquals(count, 0);
    compiled("baseline");
    assertEquals(count, 1);
  } finally {
    WebAssembly.Module = Module;
  }
});

Deno.test("init() refuses a number of threads that is not a positive whole number", () => {
  for (const threads of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(
      () => init({ threads }),
      InputError,
      `Cannot start ${threads} threads: must be a whole number ≥ 1`,
    );
  }
});

Deno.test("init() asks for the import of threads where a program lacks it, and only then", async () => {
  const { out } = await run(`
    import { init, kernels } from "LIBRARY";
    try { init({ threads: 2 }); } catch ({ name, code, message }) { console.log(name, code, message); }
    init({ threads: 1, kernels: "baseline" });
    console.log(kernels());
  `);
  const reason =
    "threads are apart, so that programs of one thread stay small; import @gibbon/gibbon/threads first";
  assertEquals(out, `InputError host Cannot start 2 threads: ${reason}\nbaseline`);
});

Deno.test("Heap() refuses a threaded module without a team", () => {
  const module = compiled("baseline", { threads: 2 });
  const error = assertThrows(() => new Heap(module, "baseline"), InputError);
  assertEquals(error.code, "host");
});

Deno.test("init() takes a threaded module, and a single-threaded one for one thread only", () => {
  init({ module: compiled("baseline", { threads: 2 }), threads: 2, kernels: "baseline" });
  assertEquals(kernels(), "baseline × 2 threads");
  init({ module: compiled("relaxed"), threads: 2, kernels: "relaxed" });
  assertEquals(kernels(), "relaxed");
  init({ kernels: "baseline" });
});

Deno.test("Heap with workers is right in memory that has grown since they began", () => {
  for (const variant of VARIANTS) {
    using heap = threadedHeap(variant, 3);
    const fillers: Matrix[] = [];
    for (let i = 0; i < 5; i++) {
      const size = heap.exports.memory.buffer.byteLength;
      while (heap.exports.memory.buffer.byteLength === size) fillers.push(heap.matrix(512, 512));
      using a = heap.copy(uniformMatrix(200, 300, i)), out = heap.matrix(200, 300);
      heap.run("multiply", { out, a, b: a, n: 60_000 });
      assert(out.data.every((value, j) => value === Math.fround(a.data[j] * a.data[j])));
    }
  }
});

Deno.test("Heap with workers leaves nothing allocated", () => {
  using heap = threadedHeap("baseline", 2);
  const out = matrix(100, 100), a = uniformMatrix(100, 100, 1);
  heap.run("gemmNN", { out, a, b: a, accumulate: 0, m: 100, n: 100, k: 100 });
  const size = heap.exports.memory.buffer.byteLength;
  for (let i = 0; i < 1000; i++) heap.run("gemmNN", { out, a, b: a, accumulate: 0, m: 100, n: 100, k: 10 });
  assertEquals(heap.exports.memory.buffer.byteLength, size);
});

Deno.test("Heap.call() reports a failed worker, and continues without it", () => {
  using heap = threadedHeap("baseline", 2);
  const end = heap.exports.memory.buffer.byteLength, n = 1024;
  // the second half lies outside of memory
  assertThrows(
    () => heap.call("multiply", [end - 2 * n, 0, 0, n]),
    Error,
    "Cannot run multiply: a worker failed",
  );
  assertEquals(heap.team!.ready, 0);
  const out = matrix(1, n);
  heap.run("multiply", { out, a: matrix(1, n, new Float32Array(n).fill(3)), b: out, n });
  assertEquals(out.data, new Float32Array(n));
});

Deno.test("Heap[Symbol.dispose]() ends workers that have not begun", () => {
  const heap = new Heap(compiled("baseline", { threads: 2 }), "baseline", { threads: 2, workers });
  heap[Symbol.dispose]();
  assertEquals(heap.team!.ready, 0);
});

const PROGRAM = `
  import { init, kernels, softmaxLinear, train, digits } from "LIBRARY";
  import "THREADS";
  init({ kernels: "baseline", threads: 2 });
  const data = digits({ seed: 1, train: 200, test: 1 });
  const model = await train(softmaxLinear({ inputs: 784, classes: 10 }), data.train, { epochs: 2 });
  console.log(kernels());
`;

Deno.test("a program with threads needs no permission, and ends whether or not it closes them", async () => {
  for (const last of ["", "model[Symbol.dispose](); init();", "Deno.exit(0);"]) {
    assertEquals(await run(PROGRAM + last), { code: 0, out: "baseline × 2 threads", err: "" });
  }
});

Deno.test("init() falls back to one thread where there are no workers or no shared memory", async () => {
  const lacking = [
    "delete globalThis.SharedArrayBuffer;",
    "delete globalThis.process; delete globalThis.Worker;",
    "process.getBuiltinModule = () => { throw new Error('none') };",
    "process.getBuiltinModule = () => ({});",
    "globalThis.crossOriginIsolated = false;",
  ];
  for (const lack of lacking) {
    assertEquals(await run(lack + PROGRAM), { code: 0, out: "baseline", err: "" }, lack);
  }
});

Deno.test("a program whose workers never start continues on one thread", async () => {
  const dead = "process.getBuiltinModule = () => ({ Worker: class { on() {} unref() {} terminate() {} } });";
  const { code, out } = await run(dead + PROGRAM);
  assertEquals(code, 0);
  assertMatch(out, /^baseline/);
});

Deno.test("workers of browsers compute too, and need no Node", async () => {
  const { code, out, err } = await run(`
    delete globalThis.process;
    const { Heap } = await import("${new URL("../../src/runtime/heap.ts", import.meta.url)}");
    const builds = await import("${new URL("../../wasm/threads.ts", import.meta.url)}");
    const { bytesOf } = await import("${new URL("../../src/runtime/binary.ts", import.meta.url)}");
    const { workers } = await import("${new URL("../../src/runtime/team.ts", import.meta.url)}");
    const module = new WebAssembly.Module(bytesOf(builds, "baseline"));
    const heap = new Heap(module, "baseline", { threads: 2, workers });
    while (heap.team.ready < 1) await new Promise((resolve) => setTimeout(resolve, 1));
    heap.team.least = 0;
    const a = heap.matrix(1, 999), out = heap.matrix(1, 999);
    a.data.fill(3);
    heap.run("multiply", { out, a, b: a, n: 999 });
    console.log(out.data.every((value) => value === 9));
    heap[Symbol.dispose]();
  `);
  assertEquals({ code, out, err }, { code: 0, out: "true", err: "" });
});
