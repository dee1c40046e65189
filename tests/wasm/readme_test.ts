import { assert, assertEquals } from "@std/assert";
import { jobs } from "../../wasm/jobs.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, root));
const page = read("wasm/README.md");

/** A function's parameters with the types that are not i32, and its result if there is one. */
interface Signature {
  parameters: string[];
  result: string;
}

/** The signatures in `text` that `pattern` finds as name, parameters, result. */
function signatures(text: string, pattern: RegExp): Map<string, Signature> {
  const found = Array.from(text.matchAll(pattern), ([, name, list, result]): [string, Signature] => [name, {
    parameters: list.split(",").map((each) =>
      each.trim().replace(/: (usize|i32|number|(Int|Double)?(In|Out))$/, "")
    )
      .filter(
        Boolean,
      ),
    result: (result ?? "").replace(/^void$/, "").replace(/^(usize|number)$/, "i32"),
  }]);
  assertEquals(new Set(found.map(([name]) => name)).size, found.length, "a function twice");
  return new Map(found);
}

const documented = signatures(page, /^\| `(\w+)\(([^)]*)\)`(?: → (\w+))?/gm);
const declared = read("wasm/exports.ts").matchAll(/^ {2}(\w+)\(/gm);
const names = Array.from(declared, ([, name]) => name).sort();
const assembly = signatures(
  [...Deno.readDirSync(new URL("asm", root))].map(({ name }) => read(`asm/${name}`)).join("\n"),
  /^export function (\w+)\(([^)]*)\): (\w+)/gm,
);

Deno.test("wasm/README.md lists every exported function, and no other", () => {
  assert(names.length > 50);
  assertEquals([...documented.keys()].sort(), names);
});

Deno.test("wasm/README.md gives each function the parameters, types and result of its source", () => {
  for (const name of names) assertEquals(documented.get(name), assembly.get(name), name);
});

Deno.test("wasm/README.md says which binaries there are and what they import", () => {
  const rows = Array.from(page.matchAll(/^\| `(gibbon[\w.]*\.wasm)` +\| (nothing|`env\.memory`)/gm));
  const files = [...Deno.readDirSync(new URL("wasm", root))].map(({ name }) => name);
  assertEquals(rows.map(([, file]) => file).sort(), files.filter((name) => name.endsWith(".wasm")).sort());
  for (const [, file, imported] of rows) {
    const module = new WebAssembly.Module(Deno.readFileSync(new URL(`wasm/${file}`, root)));
    const imports = WebAssembly.Module.imports(module).map(({ module, name }) => `\`${module}.${name}\``);
    assertEquals(imports.join() || "nothing", imported, file);
  }
});

Deno.test("wasm/README.md numbers the jobs of a worker as the binary does", () => {
  const [, list] = page.match(/A job's number is its place in this list, from 0: ([^.]*)\./)!;
  assertEquals(Array.from(list.matchAll(/`(\w+)`/g), ([, name]) => name), [...jobs]);
});

const baseline = new WebAssembly.Module(Deno.readFileSync(new URL("wasm/gibbon.wasm", root)));

/** A fresh instance, as a host that knows only the page sees it. */
function fresh() {
  const { memory, ...functions } = new WebAssembly.Instance(baseline).exports;
  return {
    memory: memory as WebAssembly.Memory,
    ...functions as Record<string, (...args: number[]) => number>,
  } as { memory: WebAssembly.Memory } & Record<string, (...args: number[]) => number>;
}

Deno.test("the rules of memory in wasm/README.md hold", () => {
  const { memory, alloc, free, abiVersion, exp } = fresh();
  assertEquals(abiVersion(), Number(page.match(/`abiVersion\(\)` is (\d+)/)![1]));
  assertEquals(memory.buffer.byteLength, 2 ** 20);
  for (const bytes of [0, 1, 12, 13, 100]) assertEquals(alloc(bytes) % 16, 0);

  const most = Number(page.match(/one `alloc` gives at most ([\d,]+) bytes/)![1].replaceAll(",", ""));
  traps(() => alloc(most + 1));
  const address = alloc(most);
  assert(memory.buffer.byteLength > most);
  free(address);
  traps(() => exp(memory.buffer.byteLength - 4, address, 4));
  assertEquals(alloc(16) % 16, 0);
});

function traps(call: () => void): void {
  let trapped = false;
  try {
    call();
  } catch (error) {
    trapped = error instanceof WebAssembly.RuntimeError;
  }
  assert(trapped);
}

Deno.test("kernels take unaligned addresses", () => {
  const { memory, alloc, exp } = fresh();
  const address = alloc(64) + 2;
  const view = new DataView(memory.buffer, address, 20);
  for (let i = 0; i < 5; i++) view.setFloat32(4 * i, 0, true);
  exp(address, address, 5);
  assertEquals(Array.from({ length: 5 }, (_, i) => view.getFloat32(4 * i, true)), [1, 1, 1, 1, 1]);
});
