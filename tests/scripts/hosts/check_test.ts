import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Terminal } from "../../../scripts/cli/context.ts";
import { runTask } from "../../../scripts/cli/run.ts";
import { checkOf } from "../../../scripts/hosts/check.ts";
import { committed } from "../../../scripts/hosts/expected.ts";
import { type Host, isInstalled, runner } from "../../../scripts/hosts/host.ts";
import { hosts } from "../../../scripts/hosts/registry.ts";
import { compiled } from "../../support.ts";

/** A host that is `code`, run by Deno with the binary and the folder as its arguments. */
function fake(name: string, code: string): Host {
  return {
    name,
    probe: [Deno.execPath(), "--version"],
    install: "nothing",
    kernels: ["baseline"],
    async prepare(_run, folder) {
      const path = `${folder}/host.ts`;
      await Deno.writeTextFile(path, code);
      return { command: [Deno.execPath(), "run", "-q", "--no-config", "--allow-read", path] };
    },
  };
}

const printing = (hashes: Record<string, string>) =>
  `console.log(${JSON.stringify(JSON.stringify({ hashes, microseconds: { fgsm: 1 } }))})`;

/** Exit code and lines of the command that checks `hosts`. */
async function check(hosts: readonly Host[], ...args: string[]) {
  const out: string[] = [], err: string[] = [];
  const terminal: Terminal = {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    width: 80,
    now: () => 0,
    onInterrupt: () => () => {},
    exit: () => {},
  };
  const code = await runTask(checkOf(hosts), args, terminal);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

const good = fake("good", printing(committed()));
const bad = fake("bad", printing({ ...committed(), "maxout.scores": "0", more: "1" }));
const missing: Host = { ...good, name: "missing", probe: ["no-such-program"], install: "Nought" };
const broken = fake("broken", 'console.error("no luck"); Deno.exit(3)');

Deno.test("test:hosts passes where all hashes are equal, and names what is not installed", async () => {
  assertEquals(Object.keys(committed()).length, 6);
  const { code, out, err } = await check([good, missing]);
  assertEquals([code, out], [0, "good, baseline: 6 hashes equal; an attack on one digit takes 1 µs"]);
  assertEquals(err, "Cannot check the missing host: install Nought");
});

Deno.test("test:hosts fails on a difference, on one asked for that is not there, and where none is", async () => {
  const { code, out } = await check([bad, good], "--json");
  assertEquals(code, 1);
  const rows: { different: string[] }[] = JSON.parse(out);
  assertEquals(rows.map(({ different }) => different), [["maxout.scores", "more"], []]);
  assertEquals((await check([good, missing], "--only", "good,missing")).code, 1);
  const none = await check([missing]);
  assertEquals([none.code, none.err.split("\n").at(-1)], [1, "No host was checked"]);
});

Deno.test("test:hosts names the program that failed and its message, and knows its hosts", async () => {
  const { code, err } = await check([broken]);
  assertEquals(code, 1);
  assertMatch(err, /^Cannot run .*host\.ts.*: it ended with 3\nno luck$/);
  const wrong = await check([good], "--only", "cobol");
  assertEquals([wrong.code, wrong.err], [2, "--only must be good, not cobol"]);
});

Deno.test("a host's programs get the binary and the folder of files, and can be stopped", async () => {
  const here = fake(
    "here",
    `const [wasm, folder] = Deno.args;
    new WebAssembly.Module(Deno.readFileSync(wasm));
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    console.log(JSON.stringify({ hashes: { files: files.join() }, microseconds: {} }));`,
  );
  const { out } = await check([here], "--json");
  const files = "examples.safetensors,maxout.safetensors,softmaxLinear.safetensors";
  assertEquals(JSON.parse(out)[0].hashes.files, files);

  const run = runner({ signal: AbortSignal.timeout(500), loud: false, temporary: "/tmp" });
  const start = performance.now();
  await assertRejects(
    () => run([Deno.execPath(), "eval", "await new Promise((r) => setTimeout(r, 60_000))"]),
    DOMException,
  );
  assert(performance.now() - start < 30_000);
});

Deno.test("the registry has what its folders hold, and asks for tools by programs there may be", async () => {
  const folder = new URL("../../../scripts/hosts/", import.meta.url);
  const folders = [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory).map(({ name }) =>
    name
  );
  assertEquals(hosts.map(({ name }) => name).sort(), folders.sort());
  assertEquals(await isInstalled({ probe: ["no-such-program"] }), false);
  assertEquals(await isInstalled({ probe: [Deno.execPath(), "no-such-command-or-file"] }), false);
  assertEquals(await isInstalled({ probe: [Deno.execPath(), "--version"] }), true);
});

Deno.test("every host speaks the version of the binaries", () => {
  const sources = { python: "python/gibbon/kernels.py", go: "go/kernels.go", rust: "rust/src/kernels.rs" };
  assertEquals(Object.keys(sources).sort(), hosts.map(({ name }) => name).sort());
  const { abiVersion } = new WebAssembly.Instance(compiled("baseline")).exports;
  for (const [name, path] of Object.entries(sources)) {
    const text = Deno.readTextFileSync(new URL(`../../../scripts/hosts/${path}`, import.meta.url));
    const [, version] = text.match(/^(?:const )?ABI_?VERSION(?:: i32)? = (\d+)/mi)!;
    assertEquals(Number(version), (abiVersion as () => number)(), name);
  }
});
