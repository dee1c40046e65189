import { assertEquals } from "@std/assert";
import { jobs } from "../../wasm/jobs.ts";
import { compiled, VARIANTS } from "../support.ts";

Deno.test("kernels are the same in both builds, which import nothing and export their memory", () => {
  const modules = VARIANTS.map((variant) => compiled(variant));
  for (const module of modules) {
    assertEquals(WebAssembly.Module.imports(module), []);
    assertEquals(WebAssembly.Module.exports(module), WebAssembly.Module.exports(modules[0]));
    for (const { name, kind } of WebAssembly.Module.exports(module)) {
      assertEquals(kind, name === "memory" ? "memory" : "function");
    }
  }
});

Deno.test("threaded builds have all kernels of the others, and import a memory alone", () => {
  const kernels = WebAssembly.Module.exports(compiled("baseline"));
  const modules = VARIANTS.map((variant) => compiled(variant, { threads: 2 }));
  for (const module of modules) {
    assertEquals(WebAssembly.Module.imports(module), [{ module: "env", name: "memory", kind: "memory" }]);
    const exports = WebAssembly.Module.exports(module);
    assertEquals(exports, WebAssembly.Module.exports(modules[0]));
    const names = exports.map(({ name }) => name);
    assertEquals(kernels.filter(({ name }) => !names.includes(name)), []);
    assertEquals(jobs.filter((job) => !names.includes(job)), []);
  }
});
