import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Check } from "../../../scripts/release/runtimes/check.ts";
import type { Outcome } from "../../../scripts/release/runtimes/programs/outcome.ts";
import { findAll, passed, type Row, rowOf, tableOf } from "../../../scripts/release/runtimes/rows.ts";
import { findTool, type Tool } from "../../../scripts/release/runtimes/tools.ts";

const TABLE = { a: "1", b: "2" };
const OUTCOME: Outcome = { hashes: TABLE, kernels: "baseline", threads: 2 };

/** What becomes of a check that does `run` on a host that needs `needs`. */
async function row(run: Check["run"], { needs = [], threads }: Partial<Check> = {}): Promise<Row> {
  const check: Check = { host: "Host", form: "form", needs, threads, run };
  return await rowOf(check, {
    table: TABLE,
    found: await findAll([check]),
    project: { folder: "", size: 0, files: new Set() },
  });
}

/** Does `use` in a folder with a program of this version. */
async function withTool(version: string, use: (tool: Tool, path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = Deno.env.get("PATH")!;
  try {
    await Deno.writeTextFile(`${folder}/gibbon-host`, `#!/bin/sh\necho host ${version}\n`, { mode: 0o755 });
    Deno.env.set("PATH", `${folder}:${path}`);
    await use({ name: "Host", commands: ["none-such", "gibbon-host"], install: "install it" }, folder);
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("rowOf() distinguishes equal from different hashes, and too few threads from enough", async () => {
  const result = async (outcome: Outcome, threads?: number) => {
    const { result, detail } = await row(() => Promise.resolve(outcome), { threads });
    return [result, detail];
  };
  assertEquals(await result(OUTCOME), ["equal", undefined]);
  assertEquals(await result({ ...OUTCOME, hashes: { a: "1", b: "3", c: "4" } }), ["differs", "b, c"]);
  assertEquals(await result({ ...OUTCOME, hashes: { a: "1" } }), ["differs", "b"]);
  assertEquals(await result(OUTCOME, 2), ["equal", undefined]);
  assertEquals(await result({ ...OUTCOME, threads: 1 }, 2), ["failed", "expected 2 threads, got 1"]);
});

Deno.test("rowOf() reports failures and successes", async () => {
  assertEquals((await row(() => Promise.reject(new Error("it fell over")))).detail, "it fell over");
  assertEquals((await row(() => Promise.resolve())).result, "holds");
});

Deno.test("rowOf() says how to install a missing tool, and gives the version of one that is found", () =>
  withTool("1.2.3", async (tool) => {
    const run = () => Promise.resolve(OUTCOME);
    assertEquals((await row(run, { needs: [tool] })).version, "1.2.3");
    const missing = await row(run, { needs: [{ ...tool, commands: ["none-such"] }] });
    assertEquals([missing.result, missing.detail], ["not found", "Host: install it"]);
    assertStringIncludes(tableOf([missing]), "Host, form: not found; to install Host: install it");
  }));

Deno.test("findTool() takes the first command that is there, and none that is too old", () =>
  withTool("18.20.1", async (tool, folder) => {
    assertEquals(await findTool(tool), { path: `${folder}/gibbon-host`, version: "18.20.1" });
    assertEquals((await findTool({ ...tool, least: 18 }))?.version, "18.20.1");
    assertEquals(await findTool({ ...tool, least: 20 }), undefined);
  }));

Deno.test("passed() tolerates missing hosts only, and none where all are required", () => {
  const rows = (...results: Row["result"][]) => results.map((result) => ({ host: "", form: "", result }));
  assertEquals(passed(rows("equal", "holds", "not found")), true);
  assertEquals(passed(rows("equal", "holds", "not found"), { all: true }), false);
  for (const bad of ["differs", "failed"] as const) assertEquals(passed(rows("equal", bad)), false);
});
