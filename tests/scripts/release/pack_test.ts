import { assert, assertEquals } from "@std/assert";
import { extract } from "tar";
import project from "../../../deno.json" with { type: "json" };
import { pack } from "../../../scripts/release/pack/tarball.ts";

Deno.test("pack() makes a package whose every entry is there, typed, and needs nothing beside", async () => {
  const folder = await Deno.makeTempDir();
  const { size, files } = await pack(`${folder}/npm.tgz`);
  assertEquals((await Deno.stat(`${folder}/npm.tgz`)).size, size);
  await extract({ file: `${folder}/npm.tgz`, cwd: folder });
  const read = (file: string) => Deno.readTextFile(`${folder}/package/${file}`);
  const manifest = JSON.parse(await read("package.json"));
  assertEquals([manifest.name, manifest.version], [project.name, project.version]);

  for (const [entry, targets] of Object.entries<Record<string, string>>(manifest.exports)) {
    for (const path of Object.values(targets)) assert(path.slice(2) in files, `${entry} is ${path}`);
    assert("types" in targets || entry === "./package.json", `${entry} has no types`);
  }
  for (const entry of Object.keys(project.exports)) assert(entry in manifest.exports, entry);
  assert(manifest.bin.gibbon.slice(2) in files);
  for (const file of ["README.md", "LICENSE"]) assert(file in files, file);
  const licences = await read("bin/LICENSES");
  for (const name of ["@deno/shim-deno", "hono", "fast-png"]) {
    assert(new RegExp(`^${name} \\d[^\n]*\n\n(?!The package holds)`, "m").test(licences), name);
  }

  const places = [new URL("../../../", import.meta.url).pathname, "/tmp/", ".cache/", "node_modules/"];
  for (const file of Object.keys(files)) {
    assert(/\.(js|d\.ts|wasm|json|md)$|(^|\/)LICENSES?$/.test(file), `${file} is of no use`);
    if (!/\.(js|ts)$/.test(file)) continue;
    const text = await read(file);
    assert(!/sourceMappingURL/.test(text), `${file} names a source map`);
    assert(!places.some((place) => text.includes(place)), `${file} names a place on this machine`);
    if (file.endsWith(".js")) {
      assert(!/^\s*(await )?using /m.test(text), `${file} has syntax that Node 20 does not know`);
    }
    for (const [, path] of text.matchAll(/^(?:import|export)[^"'\n]* from "(\.[^"]+)"/gm)) {
      const target = new URL(path, `file:///${file}`).pathname.slice(1);
      const found = file.endsWith(".d.ts") ? target.replace(/\.js$/, ".d.ts") : target;
      assert(found in files, `${file} imports ${path}`);
    }
  }
  await Deno.remove(folder, { recursive: true });
});
