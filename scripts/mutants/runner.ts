/**
 * Runs tests again and again in one process, each time with the fault that the next line of standard input names. Its arguments
 * are the fault that is there while files are loaded, the highest number of a fault, and the files of tests.
 *
 * @module
 */

import process from "node:process";
import { TextLineStream } from "../bench/peers/lines.ts";
import type { Answer, Order, Ready } from "./session.ts";
import type { Watched } from "./watch.ts";

interface Test {
  readonly file: string;
  readonly name: string;
  readonly run: (context: unknown) => unknown;
}

const [first, most, ...paths] = Deno.args;
const tests: Test[] = [];
const reached = new Uint8Array(Number(most) + 1);
let file = "";
const say = (answer: Ready | Answer) =>
  void Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(answer)}\n`));
/** Milliseconds of the processor so far, which other work does not disturb. */
const spent = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const numbersReached = () => Array.from(reached.keys()).filter((number) => reached[number] === 1);

Object.assign(globalThis, { plantedFault: Number(first), reachedFaults: reached });
for (const name of ["log", "error", "warn", "info"] as const) console[name] = () => {};
globalThis.addEventListener("unhandledrejection", (event) => event.preventDefault());
Object.defineProperty(Deno, "test", {
  value: (name: string, run: Test["run"]) => void tests.push({ file, name, run }),
});

/** Milliseconds of the processor that the current test may take, and a number that changes with each test. */
const watched: Watched = new Float64Array(new SharedArrayBuffer(16)).fill(Infinity, 0, 1);
new Worker(new URL("watch.ts", import.meta.url), { type: "module" }).postMessage(watched);

let problem: string | undefined;
try {
  for (file of paths) await import(new URL(`../../${file}`, import.meta.url).href);
} catch (error) {
  problem = String(error);
}
say({ tests: tests.map(({ file, name }) => ({ file, name })), problem, reached: numbersReached() });
for await (
  const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
) {
  const { fault, test, milliseconds }: Order = JSON.parse(line);
  Object.assign(globalThis, { plantedFault: fault });
  reached.fill(0);
  let failed = false;
  watched[0] = milliseconds;
  watched[1]++;
  const begun = spent();
  try {
    await tests[test].run({});
  } catch {
    failed = true;
  }
  watched[0] = Infinity;
  watched[1]++;
  say({
    failed,
    milliseconds: spent() - begun,
    ...(fault === 0 && { reached: numbersReached() }),
  });
}
