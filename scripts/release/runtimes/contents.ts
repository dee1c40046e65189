/** What is in the package. @module */

import { extract } from "tar";
import project from "../../../deno.json" with { type: "json" };
import type { Check } from "./check.ts";

/** Packages whose licences the command's bundle has to carry. */
const LICENSED = ["@deno/shim-deno", "hono", "fast-png"];

/** Places of the machine that packs, which no file may name. */
const PLACES = [new URL("../../../", import.meta.url).pathname, "/tmp/", ".cache/", "node_modules/"];

/** Every entry of the project is there, with types, and nothing that nobody needs, or that names this machine. */
export const contents: Check = {
  host: "Package",
  form: "contents",
  needs: [],
  async run({ project: { folder, files } }) {
    const cwd = `${folder}/contents`;
    await Deno.mkdir(cwd);
    await extract({ file: `${folder}/gibbon.tgz`, cwd });
    const read = (file: string) => Deno.readTextFile(`${cwd}/package/${file}`);
    const complaints = entriesAmiss(JSON.parse(await read("package.json")), files);
    const licences = await read("bin/LICENSES");
    for (const name of LICENSED) {
      const licence = new RegExp(`^${name} \\d[^\n]*\n\n(?!The package holds)`, "m");
      if (!licence.test(licences)) complaints.push(`bin/LICENSES has none of ${name}`);
    }
    for (const file of files) complaints.push(...await fileAmiss(file, { files, read }));
    if (complaints.length > 0) throw new Error(complaints.join("; "));
  },
};

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bin: { readonly gibbon: string };
}

function entriesAmiss(manifest: Manifest, files: ReadonlySet<string>): string[] {
  const complaints: string[] = [];
  const expect = (holds: boolean, complaint: string) => void (holds || complaints.push(complaint));
  const { name, version } = manifest;
  expect(name === project.name && version === project.version, `it is ${name} ${version}`);
  for (const [entry, targets] of Object.entries(manifest.exports)) {
    for (const path of Object.values(targets)) expect(files.has(path.slice(2)), `${entry} lacks ${path}`);
    expect("types" in targets || entry === "./package.json", `${entry} has no types`);
  }
  for (const entry of Object.keys(project.exports)) {
    expect(entry in manifest.exports, `${entry} is not an entry`);
  }
  for (const file of [manifest.bin.gibbon.slice(2), "README.md", "LICENSE"]) {
    expect(files.has(file), `${file} is missing`);
  }
  return complaints;
}

async function fileAmiss(
  file: string,
  { files, read }: { files: ReadonlySet<string>; read: (file: string) => Promise<string> },
): Promise<string[]> {
  if (!/\.(js|d\.ts|wasm|json|md)$|(^|\/)LICENSES?$/.test(file)) return [`${file} is not needed`];
  if (!/\.(js|ts)$/.test(file)) return [];
  const text = await read(file);
  const complaints: string[] = [];
  if (/sourceMappingURL/.test(text)) complaints.push(`${file} names a source map`);
  const named = PLACES.find((place) => text.includes(place));
  if (named) complaints.push(`${file} names ${named}`);
  if (file.endsWith(".js") && /^\s*(await )?using /m.test(text)) {
    complaints.push(`${file} has syntax that Node 20 does not know`);
  }
  for (const [, path] of text.matchAll(/^(?:import|export)[^"'\n]* from "(\.[^"]+)"/gm)) {
    const target = new URL(path, `file:///${file}`).pathname.slice(1);
    const sought = file.endsWith(".d.ts") ? target.replace(/\.js$/, ".d.ts") : target;
    if (!files.has(sought)) complaints.push(`${file} imports ${path}, which is not there`);
  }
  return complaints;
}
