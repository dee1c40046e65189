import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Terminal } from "../../../scripts/cli/context.ts";
import { main } from "../../../scripts/bench/bench.ts";
import { cases } from "../../../scripts/bench/kernels.ts";
import { measure, type Subject } from "../../../scripts/bench/measure.ts";
import { rowsOf } from "../../../scripts/bench/rows.ts";
import { prepareVerified } from "../../../scripts/bench/verify.ts";
import * as reference from "../../reference/mod.ts";
import { freshHeaps } from "../../support.ts";

/** A run of the benchmark in this process. */
async function bench(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const ran = { code: -1, out: "", err: "" };
  const terminal: Terminal = {
    out: (line) => void (ran.out += `${line}\n`),
    err: (line) => void (ran.err += `${line}\n`),
    width: 80,
    now: () => performance.now(),
    onInterrupt: () => () => {},
    exit: () => {},
  };
  ran.code = await main(args, terminal);
  return ran;
}

Deno.test("bench --quick --json writes a row for every kernel, and the machine", async () => {
  const file = await Deno.makeTempFile();
  const only = ["--only", "kernels", "--kernels", "relaxed"];
  const { code, out, err } = await bench("--quick", ...only, "--json", file);
  assertEquals([code, err], [0, ""]);
  const { machine, quick, rows } = JSON.parse(await Deno.readTextFile(file));
  assertEquals(quick, true);
  assert(machine.cores > 0);
  for (const { name } of cases()) {
    assertStringIncludes(out, name);
    const found = rows.filter((row: { name: string }) => row.name === name);
    assertEquals(found.length, 1, name);
    const [{ median, quartiles: [low, high], kernels, threads }] = found;
    assert(median > 0 && low <= median && median <= high, name);
    assertEquals([kernels, threads], ["relaxed", 1]);
  }
  await Deno.remove(file);
});

Deno.test("every kernel has a case, except for products and kernels that give one number", () => {
  const elsewhere = [
    "gemmNN",
    "gemmNT",
    "gemmTN",
    "randomKey",
    "randomNumber",
    "countBeyond",
    "countNotFinite",
    // of certificates, which have a benchmark of their own
    "doubleSpread",
    "doubleGather",
  ];
  const found = new Set<string>([...cases().map(({ kernel }) => kernel), ...elsewhere]);
  assertEquals(Object.keys(reference).filter((name) => !found.has(name)), []);
});

Deno.test("bench --help and errors speak of the task", async () => {
  assertStringIncludes((await bench("--help")).out, "Usage: deno task bench [options]");
  const { code, err } = await bench("--only", "kernel");
  assertEquals(code, 2);
  assertStringIncludes(err, "did you mean kernels?");
});

Deno.test("prepareVerified() refuses a kernel that is wrong in one element", () => {
  const few = cases().filter(({ kernel }) => ["exp", "gatherRows", "listNonZero"].includes(kernel));
  const [heap] = freshHeaps();
  for (const one of few) prepareVerified(one, heap);
  const right = heap.call.bind(heap);
  heap.call = (kernel, args) => {
    const result = right(kernel, args);
    const data = new Float32Array(heap.exports.memory.buffer, args[0]);
    // not only added to: a large number would not show it
    data[7] = 2 * data[7] + 1;
    return result;
  };
  for (const one of few) assertThrows(() => prepareVerified(one, heap), Error, `Cannot time ${one.name}`);
});

Deno.test("measure() interleaves, and rowsOf() takes shares and differences round by round", async () => {
  const seen: string[] = [];
  const subject = (name: string, seconds: readonly number[], more: Partial<Subject> = {}): Subject => {
    let round = 0;
    const sample = (calls: number) => {
      seen.push(name);
      return calls * seconds[round++ % seconds.length];
    };
    return { name, unit: "ms", amount: 1, sample, ...more };
  };
  // the first sample of each is its warm-up
  const limit = subject("limit", [9, 1, 2, 4]);
  const half = subject("half", [9, 2, 4, 8], { limits: [limit] });
  const more = subject("more", [9, 1.5, 2.5, 4.5], { beyond: limit });
  const subjects = [limit, half, more];
  const timings = await measure(subjects, { rounds: 3, budget: 1000, sample: 0, warmUp: 0 });
  assertEquals(seen.slice(3, 9), ["limit", "half", "more", "limit", "half", "more"]);
  const rows = rowsOf("part", subjects, timings);
  assertEquals(rows.map(({ median }) => median), [2000, 4000, 500]);
  assertEquals(rows[1].share, 0.5);
});

Deno.test("bench results writes each part of several runs once, by build, and refuses a file that is not of results", async () => {
  const [file, page] = [await Deno.makeTempFile(), await Deno.makeTempFile()];
  assertEquals((await bench("--quick", "--only", "latency", "--json", file)).code, 0);
  assertEquals((await bench("results", "--from", `${file},${file}`, "--out", page)).code, 0);
  const text = await Deno.readTextFile(page);
  assertEquals(text.match(/^## latency$/gm)?.length, 1);
  for (const build of ["baseline", "relaxed"]) {
    assertEquals(text.match(new RegExp(`^\\| softmax, scores +\\| ${build} +\\|`, "gm"))?.length, 2);
  }
  assertStringIncludes(text, "their times do not count");
  const { code, err } = await bench("results", "--from", page);
  assertEquals(code, 1);
  assertStringIncludes(err, `Cannot read ${page}`);
  for (const path of [file, page]) await Deno.remove(path);
});
