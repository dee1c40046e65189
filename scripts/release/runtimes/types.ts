/** The package's types, as a program in TypeScript sees them. @module */

import type { Check } from "./check.ts";
import { run } from "./command.ts";
import { folderOf } from "./shells.ts";
import { tools } from "./tools.ts";

const PROGRAM = `
import { digits, type Model, fgsm, init, measure, softmaxLinear, train } from "@gibbon/gibbon";
import * as module from "@gibbon/gibbon/module";
import { createHandler } from "@gibbon/gibbon/edge";
import { threads } from "@gibbon/gibbon/threads";
import { main } from "@gibbon/gibbon/cli";
import wasm from "@gibbon/gibbon/gibbon.wasm";
import relaxed from "@gibbon/gibbon/gibbon.relaxed.threads.wasm";

const binaries: WebAssembly.Module[] = [wasm, relaxed];
init({ module: binaries[0], kernels: "baseline", threads: 1 });
const data = digits({ seed: 1 });
const model: Model = await train(softmaxLinear({ inputs: 784, classes: 10 }), data.train, { epochs: 1 });
export const computing: number = threads();
export const error: number = measure(model, fgsm(model, data.test, { epsilon: 0.25 })).errorRate;
export const code: Promise<number> = main(["--help"]);
export const handler = createHandler({ models: { model } });
model[Symbol.dispose]();
// @ts-expect-error there is no such build
module.init({ kernels: "fast" });
`;

/** What resolves imports: Node, or a bundler. */
function resolution(module: "nodenext" | "preserve", form: string): Check {
  return {
    host: "TypeScript",
    form,
    needs: [tools.node, tools.npm],
    async run(setting) {
      const cwd = await folderOf(setting, "npm");
      const file = `types-${module}.ts`;
      await Deno.writeTextFile(`${cwd}/${file}`, PROGRAM);
      const args = [
        "node_modules/.bin/tsc",
        "--noEmit",
        "--strict",
        "--module",
        module,
        "--target",
        "es2022",
      ];
      await run(setting.paths.get(tools.node)!.path, { args: [...args, file], cwd, signal: setting.signal });
    },
  };
}

/** Both kinds of resolution. */
export const types: readonly Check[] = [
  resolution("nodenext", "types, nodenext"),
  resolution("preserve", "types, bundler"),
];
