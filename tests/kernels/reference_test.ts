import { assert, assertEquals } from "@std/assert";
import { split, splitting } from "../../src/runtime/split.ts";
import * as reference from "../reference/mod.ts";
import { assertWithin, threadedHeap, VARIANTS } from "../support.ts";
import { call, heaps, type Kernel, refer, type Row, type Trial, writesOf } from "./trial.ts";
import { rows as attack } from "./rows/attack.ts";
import { rows as double } from "./rows/double.ts";
import { rows as elementwise } from "./rows/elementwise.ts";
import { rows as heads } from "./rows/heads.ts";
import { rows as gemm } from "./rows/gemm.ts";
import { rows as images } from "./rows/images.ts";
import { rows as maxout } from "./rows/maxout.ts";
import { rows as sparse } from "./rows/sparse.ts";
import { rows as optimizer } from "./rows/optimizer.ts";
import { rows as random } from "./rows/random.ts";
import { rows as rbf } from "./rows/rbf.ts";

/** Below this a kernel may give 0. */
const TINY = 1e-30;

/** An operation's largest relative error, in float32 and in float64. */
const ROUNDING = 2 ** -24, DOUBLE_ROUNDING = 2 ** -53;

const { abs, fround } = Math;

/** For each build, heaps on several threads, of which its results may not depend. */
const teams = VARIANTS.map((variant) => [2, 3].map((threads) => threadedHeap(variant, threads)));
Deno.test.afterAll(() => teams.flat().forEach((heap) => heap[Symbol.dispose]()));

const table: Record<Kernel, Row> = {
  ...attack,
  ...double,
  ...elementwise,
  ...heads,
  ...gemm,
  ...images,
  ...maxout,
  ...sparse,
  ...optimizer,
  ...random,
  ...rbf,
};

/** For each kernel the outputs and inputs that its documentation allows to lie at the same address. */
async function documentedAliases(): Promise<Map<string, [number, number][]>> {
  const aliases = new Map<string, [number, number][]>();
  const asm = new URL("../../asm/", import.meta.url);
  for await (const file of Deno.readDir(asm)) {
    if (!file.name.endsWith(".ts")) continue;
    const text = await Deno.readTextFile(new URL(file.name, asm));
    for (
      const [, doc, name, list] of text.matchAll(
        /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*export function (\w+)\(([^)]*)/g,
      )
    ) {
      const parameters = list.split(",").map((parameter) => parameter.split(":")[0].trim());
      const pairs: [number, number][] = [];
      for (const [, out, ...inputs] of doc.matchAll(/(\w+) may be (\w+)(?: or (\w+))?/g)) {
        for (const input of inputs.filter(Boolean)) {
          pairs.push([parameters.indexOf(out), parameters.indexOf(input)]);
        }
      }
      aliases.set(name, pairs);
    }
  }
  return aliases;
}

/** Those pairs, by kernel. */
const aliases = await documentedAliases();

/**
 * Tries both builds against the reference; and, in `turn`, against one of them itself on two or three threads, and every
 * documented way to share an address.
 */
function attempt(kernel: Kernel, trial: Trial, { row, turn }: { row: Row; turn: number }): void {
  const writes = writesOf(kernel);
  const expected = refer(kernel, trial.operands, trial.scalars, writes);
  const sums = trial.terms > 0 && row.sums?.(trial, expected.outputs) || expected.outputs;
  for (const [i, heap] of heaps.entries()) {
    const actual = call(heap, kernel, trial, writes);
    const team = (i + turn) % 2 === 0 ? [teams[i][(turn >> 1) % 2]] : [];
    const what = `${kernel}(${trial.scalars}) on ${heap.kernels}`;
    assertEquals(actual.value, expected.value, what);
    for (let i = 0; i < writes; i++) {
      // what overflows float32 is infinite
      const wanted = expected.outputs[i].map((value) => isFinite(fround(value)) ? value : fround(value));
      const rounding = trial.operands[i] instanceof Float64Array ? DOUBLE_ROUNDING : ROUNDING;
      const tolerance = (j: number) => 4 * trial.terms * rounding * abs(sums[i][j]) + TINY;
      assertWithin(actual.outputs[i], wanted, tolerance, `${what}, output ${i}`);
    }
    for (const [output, input] of aliases.get(kernel)!) {
      const operands = trial.operands.with(output, trial.operands[input]);
      for (const each of [heap, ...team]) {
        const shared = call(each, kernel, { ...trial, operands }, writes, [output, input]);
        assertEquals(shared, actual, `${what}, operand ${output} at ${input}, ${each.kernels}`);
      }
    }
    for (const each of team) {
      assertEquals(call(each, kernel, trial, writes), actual, `${what}, ${each.kernels}`);
    }
  }
}

for (const [name, row] of Object.entries(table)) {
  const kernel = name as Kernel;
  Deno.test(`${kernel}() is its reference, and writes nothing but its outputs`, () => {
    row.sizes.forEach((sizes, i) =>
      row.trials(...sizes).forEach((trial, j) => attempt(kernel, trial, { row, turn: i + j }))
    );
  });
}

Deno.test("kernels have a reference with the same parameters, and trials", () => {
  const { memory: _, abiVersion: __, alloc: ___, free: ____, ...kernels } = heaps[0].exports;
  const names = Object.keys(kernels).sort();
  assertEquals(Object.keys(reference).sort(), names);
  assertEquals(Object.keys(table).sort(), names);
  for (const [name, kernel] of Object.entries(kernels)) {
    assertEquals(reference[name as Kernel].length, kernel.length, name);
    const row = table[name as Kernel];
    assert(row.trials(...row.sizes[0]).length > 0, name);
  }
});

Deno.test("kernels that split are tried in parts", () => {
  for (const kernel of splitting) {
    const { sizes, trials } = table[kernel];
    const tried = sizes.some((each) =>
      trials(...each).some(({ operands, scalars }) =>
        split(kernel, [...operands.map(() => 0), ...scalars], { parts: 2, least: 0 })
      )
    );
    assert(tried, `${kernel} is never tried in parts`);
  }
});

Deno.test("the operands that may share an address are read from the kernels' documentation", () => {
  assertEquals(aliases.get("signStep"), [[0, 1], [0, 2]]);
  assertEquals(aliases.get("softmaxLoss"), [[1, 2]]);
  assertEquals(aliases.get("gemmNN"), []);
  for (const pairs of aliases.values()) assert(pairs.flat().every((operand) => operand >= 0));
});
