import { assert, assertEquals } from "@std/assert";
import { reals } from "./draws.ts";
import { call, heaps, type Kernel, type Operand } from "./trial.ts";

const { abs, fround } = Math;

Deno.test("optimizers and multiply() leave nothing denormal, and let a NaN be seen", () => {
  const decaying: [Kernel, number, number[]][] = [
    ["sgdStep", 2, [0.125, 0.5, 0, 0, 9]],
    ["adamStep", 3, [0, 0.5, 0.5, 1, 1, 1e-8, 0, 0, 9].map(fround)],
    ["multiply", 1, [9]],
  ];
  for (const [kernel, writes, scalars] of decaying) {
    for (const heap of heaps) {
      let outputs: Operand[] = Array.from({ length: writes }, () => reals(9, 0.5, 1));
      const rest = kernel === "multiply" ? [outputs[0], reals(9, 0.25, 0.5)] : [new Float32Array(9)];
      for (let step = 0; step < 200; step++) {
        if (kernel === "multiply") rest[0] = outputs[0];
        outputs = call(heap, kernel, { operands: [...outputs, ...rest], scalars, terms: 0 }, writes).outputs;
        for (const value of outputs.flatMap((output) => [...output])) {
          assert(value === 0 || abs(value) > 0.9e-30, `${kernel} on ${heap.kernels} leaves ${value}`);
        }
      }
      assert(outputs.at(-1)!.every((value) => value === 0), `${kernel} on ${heap.kernels} does not decay`);
      rest[0] = new Float32Array(9).fill(NaN);
      const after =
        call(heap, kernel, { operands: [...outputs, ...rest], scalars, terms: 0 }, writes).outputs;
      assert(after.every((output) => output.every(Number.isNaN)), `${kernel} on ${heap.kernels} hides a NaN`);
    }
  }
});

Deno.test("limitRowNorms() and sgdGather() make NaN of rows whose norm overflows, and only of them", () => {
  const rows = Float32Array.of(1e20, 1, 2, 3, 4, 3, 4, 0, 0, 0);
  const [still, none] = [new Float32Array(10), new Int32Array(2)];
  for (const heap of heaps) {
    const limited = call(heap, "limitRowNorms", { operands: [rows], scalars: [2, 2, 5], terms: 0 }, 1);
    const lists = [none, new Float32Array(2), none, new Float32Array(5)];
    const operands = [rows, still, new Float32Array(5), still, ...lists];
    const scalars = [1, 0.5, 0, 0, 0, 2, 2, 5, 1, 1];
    for (const { outputs } of [limited, call(heap, "sgdGather", { operands, scalars, terms: 0 }, 3)]) {
      assert(outputs[0].subarray(0, 5).every(Number.isNaN), heap.kernels);
      assertEquals(
        outputs[0].subarray(5),
        Float32Array.of(3, 4, 0, 0, 0).map((value) => value * fround(0.4)),
      );
    }
  }
});
