import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { decode } from "fast-png";
import type { Terminal } from "../../scripts/cli/context.ts";
import { baselinePacked } from "../../wasm/inline.ts";
import { main } from "../../scripts/web/web.ts";

/** A run of the task in this process; `interrupt` is its Ctrl-C. */
function web(...args: string[]) {
  const ran = { out: "", err: "", interrupt: () => {} };
  const printed = Promise.withResolvers<string>();
  const terminal: Terminal = {
    out(line) {
      ran.out += `${line}\n`;
      printed.resolve(line);
    },
    err: (line) => void (ran.err += `${line}\n`),
    width: 80,
    now: () => 0,
    onInterrupt(listener) {
      ran.interrupt = listener;
      return () => {};
    },
    exit: () => {},
  };
  return Object.assign(ran, { code: main(args, terminal), printed: printed.promise });
}

Deno.test("web --build --out writes one page that asks for nothing and whose policy names its script and style", async () => {
  const folder = await Deno.makeTempDir();
  const ran = web("--build", "--out", `${folder}/deep/site`);
  assertEquals([await ran.code, ran.err], [0, ""]);
  const written = Array.from(Deno.readDirSync(`${folder}/deep/site`), ({ name }) => name).sort();
  assertEquals(written, ["index.html", "preview.png"]);
  const { width, height, data } = decode(await Deno.readFile(`${folder}/deep/site/preview.png`));
  assertEquals([width, height], [1200, 630]);
  assert(new Set(data).size > 20, "it shows something");
  const page = await Deno.readTextFile(`${folder}/deep/site/index.html`);
  assertStringIncludes(ran.out, `${folder}/deep/site/index.html`);
  const policy = page.match(/Content-Security-Policy"\s+content="([^"]*)"/)![1];
  assertMatch(policy, /^default-src 'none'; /);
  for (const tag of ["script", "style"]) {
    const [, text] = page.match(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`))!;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
    assertStringIncludes(policy, `${tag}-src 'sha256-${digest.toBase64()}'`);
  }
  assertEquals(page.match(/<(script|link|img)[^>]*\s(src|href)="(?!data:)[^"]*"/g), null);
  for (const name of ["Preact Team", "Jason Miller", "Leon Sorokin"]) assert(page.includes(name), name);
  // once, in the worker: the page itself only looks
  assertEquals(page.split(baselinePacked).length, 2);
  assertStringIncludes(page, '<meta property="og:image" content="preview.png">');
  const found = web("--build", "--out", folder, "--address", "https://example.org/play");
  assertEquals([await found.code, found.err], [0, ""]);
  const absolute = '<meta property="og:image" content="https://example.org/play/preview.png">';
  assertStringIncludes(await Deno.readTextFile(`${folder}/index.html`), absolute);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("web serves the page and nothing else, until it is interrupted", async () => {
  const ran = web("--port", "0");
  const address = await ran.printed;
  const [page, other] = await Promise.all([fetch(address), fetch(`${address}other.js`)]);
  assertEquals([page.status, page.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  assertStringIncludes(await page.text(), "<title>Gibbon: fool a model</title>");
  assertEquals([other.status, await other.text()], [404, "Not found\n"]);
  ran.interrupt();
  assertEquals([await ran.code, ran.err], [0, ""]);
});

Deno.test("web refuses in one sentence what it cannot do", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const file = await Deno.makeTempFile();
  const wrong: [string[], number, string][] = [
    [["--port", `${port}`], 1, `Cannot serve at port ${port}: something else is there\n`],
    [
      ["--build", "--out", `${file}/site`],
      1,
      `Cannot write ${file}/site: part of its path is not a folder\n`,
    ],
    [["--port", "70000"], 2, "--port must be a whole number in [0, 65535], not 70000\n"],
    [["--build", "--address", "mine"], 1, "--address must be an http or https address, not mine\n"],
    [["--prot", "1"], 2, "web has no option --prot; did you mean --port?\n"],
  ];
  for (const [args, code, message] of wrong) {
    const ran = web(...args);
    assertEquals([await ran.code, ran.out, ran.err], [code, "", message]);
  }
  await Deno.remove(file);
});

Deno.test("web --help shows its options", async () => {
  const ran = web("--help");
  assertEquals(await ran.code, 0);
  for (const option of ["--port N", "--build", "--out DIR", "deno task web --build --out site"]) {
    assert(ran.out.includes(option), option);
  }
});
