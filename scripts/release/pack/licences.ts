/** The licences of what is bundled. @module */

import type { Metafile } from "esbuild";

/** The text that goes with the bundle `metafile`: each package in it, with its licence as it came. */
export async function licences({ inputs }: Metafile, root: string): Promise<string> {
  const folders = new Set(
    Object.keys(inputs).flatMap((file) => file.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []),
  );

  const texts = await Promise.all([...folders].map(async (folder) => {
    const { name, version, license } = JSON.parse(await Deno.readTextFile(`${root}${folder}/package.json`));
    return `${name} ${version} (${license})\n\n${await licenceIn(`${root}${folder}`)}`;
  }));
  return [...new Set(texts)].sort().join(`\n\n${"-".repeat(72)}\n\n`) + "\n";
}

async function licenceIn(folder: string): Promise<string> {
  for await (const { name } of Deno.readDir(folder)) {
    if (/^licen[cs]e/i.test(name)) return (await Deno.readTextFile(`${folder}/${name}`)).trim();
  }
  return "The package holds no text of it.";
}
