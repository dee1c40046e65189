import { assertEquals } from "@std/assert";
import * as whole from "../src/mod.ts";
import * as module from "../src/module.ts";

const root = new URL("../", import.meta.url);

Deno.test("the module entry exports what the default one does", () => {
  assertEquals(Object.keys(module).sort(), Object.keys(whole).sort());
});

Deno.test("the module entry starts with a module alone, and says so without", async () => {
  const code = `
    import { init, kernels, matrix, model, predict, softmaxLinear } from "${new URL("src/module.ts", root)}";
    const use = () => model(softmaxLinear({ inputs: 2, classes: 2 })).scores(matrix(1, 2));
    for (const start of [use, () => init(), () => init({ kernels: "baseline" })]) {
      try { start(); } catch (error) { console.log(error.name, error.message); }
    }
    const compiled = async (file) => new WebAssembly.Module(await Deno.readFile(new URL(file, "${root}wasm/")));
    init({ module: await compiled("gibbon.wasm") });
    console.log(kernels(), use().data.join());
    await import("${new URL("src/threads.ts", root)}");
    init({ module: await compiled("gibbon.relaxed.threads.wasm"), kernels: "relaxed", threads: 2 });
    console.log(kernels(), use().data.join());
  `;
  const file = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(file, code);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--allow-read", file],
  }).output();
  await Deno.remove(file);
  const none =
    'InputError Cannot start kernels "baseline": they are not part of this program, and init was given no module';
  const lines = [none, none, none, "baseline 0,0", "relaxed × 2 threads 0,0", ""];
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals([out, err], [lines.join("\n"), ""]);
});
