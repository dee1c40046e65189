/** The project's files, and the copy that faults are planted in. @module */

import { UserError } from "../errors.ts";
import { makeFolder } from "../files.ts";

/** The project. */
export const ROOT = new URL("../../", import.meta.url).pathname;

/** Where the copy is. */
export const COPY = `${ROOT}.cache/mutants`;

/** What the copy holds; the rest is not needed by the tests of src/. */
const COPIED = ["src", "tests", "scripts", "wasm", "deno.json", "deno.lock", "LICENSE", "README.md"];

/** The TypeScript files at or below `path`. */
export function filesIn(path: string): string[] {
  let isFile: boolean;
  try {
    ({ isFile } = Deno.statSync(ROOT + path));
  } catch {
    throw new UserError(`There is no ${path} in the project`, 2);
  }
  if (isFile) return [path];
  return [...Deno.readDirSync(ROOT + path)].flatMap(({ name, isDirectory }) =>
    isDirectory || name.endsWith(".ts") ? filesIn(`${path}/${name}`) : []
  );
}

/** Makes the copy. */
export async function copyProject(): Promise<void> {
  await makeFolder(COPY);
  for (const name of COPIED) await copied(ROOT + name, `${COPY}/${name}`);
}

async function copied(from: string, to: string): Promise<void> {
  const { isDirectory } = await Deno.stat(from);
  if (!isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copied(`${from}/${name}`, `${to}/${name}`);
}
