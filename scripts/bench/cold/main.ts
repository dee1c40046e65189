// A program that loads the library and attacks one image.
import { init, type InitOptions, type Variant } from "../../../src/mod.ts";
import { first } from "./first.ts";

const [kernels, threads, family] = Deno.args;
const options: InitOptions & { threads: number } = { kernels: kernels as Variant, threads: Number(threads) };
if (options.threads > 1) await import("../../../src/threads.ts");
init(options);
console.log(JSON.stringify(first(family)));
