/**
 * Runs the tests of some files again and again in one process, each time with the fault whose number stands in the next line
 * of standard input. Its arguments are the fault that is there while files are loaded, and the files.
 *
 * @module
 */

import { TextLineStream } from "../bench/peers/lines.ts";

interface Test {
  readonly name: string;
  readonly run: (context: unknown) => unknown;
}

const [first, ...paths] = Deno.args;
const tests: Test[] = [];
const say = (answer: unknown) =>
  void Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(answer)}\n`));

Object.assign(globalThis, { fault: Number(first) });
for (const name of ["log", "error", "warn", "info"] as const) console[name] = () => {};
globalThis.addEventListener("unhandledrejection", (event) => event.preventDefault());
Object.defineProperty(Deno, "test", {
  value: (name: string, run: Test["run"]) => void tests.push({ name, run }),
});

let broken: string | undefined;
try {
  for (const path of paths) await import(new URL(`../../${path}`, import.meta.url).href);
} catch (error) {
  broken = `loading: ${error}`;
}
say({ ready: tests.length });
for await (
  const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
) {
  Object.assign(globalThis, { fault: Number(line) });
  let failed = broken;
  for (const { name, run } of failed === undefined ? tests : []) {
    try {
      await run({});
    } catch {
      failed = name;
      break;
    }
  }
  say({ fault: Number(line), failed: failed ?? null });
}
