import { assertEquals } from "@std/assert";
import { Heap, type Kernels } from "../../src/runtime/heap.ts";
import { type Kernel, parametersOf } from "../../src/runtime/kernel.ts";
import { run } from "../../src/runtime/variants.ts";
import { matrix } from "../../src/matrix.ts";
import { compiled } from "../support.ts";

const heap = new Heap(compiled("baseline"), "baseline");
const m = matrix(2, 2), v = new Float32Array(2), labels = new Int32Array(2);

/** Calls that the compiler refuses, every one beside the one that it accepts; `deno check` fails where it does not. */
export function refused(): void {
  const step = { x: m, g: m, epsilon: v, lo: 0, hi: 1, rows: 2, cols: 2 };
  heap.run("signStep", { out: m, ...step });
  // @ts-expect-error out is missing
  heap.run("signStep", step);
  // @ts-expect-error there is no result: it is called out
  heap.run("signStep", { result: m, ...step });
  // @ts-expect-error a surplus operand
  heap.run("signStep", { out: m, momentum: 0, ...step });
  // @ts-expect-error a number where a matrix belongs
  heap.run("signStep", { out: 0, ...step });
  // @ts-expect-error a matrix where a number belongs
  heap.run("signStep", { out: m, ...step, rows: m });
  // @ts-expect-error operands without names
  heap.run("signStep", [m, m, m, v, 0, 1, 2, 2]);
  // @ts-expect-error no such kernel
  heap.run("signSteps", { out: m, ...step });

  const loss = { loss: m, dScores: m, scores: m, scale: 1, rows: 2, cols: 2 };
  run("softmaxLoss", { ...loss, labels });
  // @ts-expect-error whole numbers where float32 numbers belong
  run("softmaxLoss", { ...loss, scores: labels, labels });
  // @ts-expect-error float32 numbers where whole numbers belong
  run("softmaxLoss", { ...loss, labels: v });
  // @ts-expect-error the operands of another kernel
  run("softmaxLoss", { out: m, scores: m, rows: 2, cols: 2 });

  const decay = { l1: 0, weightDecay: 0 };
  run("sgdStep", { p: m, v: m, g: m, learningRate: 0.1, momentum: 0, ...decay, n: 4 });
  // @ts-expect-error another name for the learning rate
  run("sgdStep", { p: m, v: m, g: m, rate: 0.1, momentum: 0, ...decay, n: 4 });
}

Deno.test("Heap.run() takes the operands in any order, and a kernel gets them in its own", () => {
  const out = matrix(1, 2), a = matrix(1, 2, [3, 4]), b = matrix(1, 2, [5, 6]);
  heap.run("multiply", { n: 2, b, out, a });
  assertEquals([...out.data], [15, 24]);
  const product = matrix(1, 1);
  heap.run("gemmNN", { k: 2, n: 1, m: 1, accumulate: 0, b: matrix(2, 1, [5, 6]), a, out: product });
  assertEquals([...product.data], [39]);
});

Deno.test("parametersOf() are as many as each kernel has", () => {
  const { memory: _, abiVersion: __, alloc: ___, free: ____, ...kernels } = heap.exports;
  for (const [name, kernel] of Object.entries(kernels)) {
    assertEquals(parametersOf(name as Kernel).length, kernel.length, name);
  }
  assertEquals(parametersOf("addBias" satisfies keyof Kernels), ["out", "bias", "rows", "cols"]);
});
