/** The npm package, made from `deno pack`'s. @module */

import { stop } from "esbuild";
import { create, extract } from "tar";
import { writeFileWhole } from "../../files.ts";
import { bundled, dependencies, lowerSyntax } from "./built.ts";
import { entries } from "./entries.ts";
import { manifest } from "./manifest.ts";

const root = new URL("../../../", import.meta.url).pathname;

/** What is in a tarball. */
export interface Packed {
  /** Bytes of the tarball. */
  readonly size: number;
  /** Bytes of each file by its path in the package. */
  readonly files: Readonly<Record<string, number>>;
}

/**
 * Writes the package as a tarball to `path`.
 *
 * @throws {UserError} if it cannot be written
 */
export async function pack(path: string): Promise<Packed> {
  const work = await Deno.makeTempDir();
  try {
    await denoPack(`${work}/deno.tgz`);
    await extract({ file: `${work}/deno.tgz`, cwd: work });
    const folder = `${work}/package`;
    await complete(folder, await packages(`${work}/packages`));
    const files = await filesBelow(folder);
    const tarball = `${work}/npm.tgz`;
    // the same bytes from the same sources, whoever packs and when
    await create(
      {
        file: tarball,
        cwd: work,
        gzip: { level: 9 },
        portable: true,
        mtime: new Date("2000-01-01T00:00:00Z"),
      },
      Object.keys(files).map((file) => `package/${file}`),
    );
    const bytes = await Deno.readFile(tarball);
    await writeFileWhole(path, bytes);
    return { size: bytes.length, files };
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function denoPack(output: string): Promise<void> {
  await deno(["pack", "--allow-dirty", "--no-source-maps", "-o", output], root);
}

/** The folder, with the project's packages as esbuild looks for them. */
async function packages(folder: string): Promise<string> {
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ dependencies: dependencies() }));
  await deno(["install", "-q", "--no-lock"], folder);
  return folder;
}

async function deno(args: string[], cwd: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd, stdout: "null" }).output();
  if (!success) throw new Error(`Cannot ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}

/** Adds to the package what `deno pack` does not make, and takes away sources that nothing imports. */
async function complete(folder: string, packages: string): Promise<void> {
  const packed = Object.keys(await filesBelow(folder));
  const typed = (file: string) => file.endsWith(".d.ts");
  const kept = packed.filter((file) => typed(file) || !(file.endsWith(".ts") || file.startsWith("scripts/")));
  const library = kept.filter((file) => file.endsWith(".js"));
  for (const file of packed.filter((file) => !kept.includes(file))) await Deno.remove(`${folder}/${file}`);

  const imported = await importedBy(library.map((file) => `${folder}/${file}`));
  try {
    await bundled(folder, packages);
    await lowerSyntax(folder, library);
  } finally {
    await stop();
  }
  for (const [file, text] of Object.entries(entries)) await Deno.writeTextFile(`${folder}/${file}`, text);
  await Deno.chmod(`${folder}/bin/gibbon.js`, 0o755);
  await changed(
    `${folder}/package.json`,
    (text) => JSON.stringify(manifest(JSON.parse(text), imported), null, 2) + "\n",
  );
  // `using` a model needs types that a program's own settings may leave out
  await changed(`${folder}/src/module.d.ts`, (text) => `/// <reference lib="esnext.disposable" />\n${text}`);
}

/** The packages that `files` import. */
async function importedBy(files: readonly string[]): Promise<Set<string>> {
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(file)));
  const specifiers = texts.flatMap((text) => [...text.matchAll(/ from "((?:@[^/"]+\/)?[^/".]+)/g)]);
  return new Set(specifiers.map(([, name]) => name));
}

async function changed(file: string, change: (text: string) => string): Promise<void> {
  await Deno.writeTextFile(file, change(await Deno.readTextFile(file)));
}

async function filesBelow(folder: string, prefix = ""): Promise<Record<string, number>> {
  const files: Record<string, number> = {};
  const entries = await Array.fromAsync(Deno.readDir(`${folder}/${prefix}`));
  for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = prefix + name;
    if (isDirectory) Object.assign(files, await filesBelow(folder, `${path}/`));
    else files[path] = (await Deno.stat(`${folder}/${path}`)).size;
  }
  return files;
}
