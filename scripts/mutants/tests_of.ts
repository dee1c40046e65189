/** Which tests may notice the faults of a file. @module */

import { ROOT } from "./project.ts";

/** Tests of files that have no folder of tests, beside those of their own name. */
const CONCERNED: Readonly<Record<string, readonly string[]>> = {
  "src/loss.ts": [
    "tests/attacks/pgd_test.ts",
    "tests/models/answers_test.ts",
    "tests/models/gradients_test.ts",
  ],
  "src/predict.ts": [
    "tests/evaluate/measure_test.ts",
    "tests/models/answers_test.ts",
    "tests/models/scores_test.ts",
  ],
};

/** What is near to files that no test mirrors or imports, by how their paths begin: tests whose paths begin so. */
const BY_FOLDER = [
  ["src/paper/claims/", "tests/paper/claims_test.ts"],
  ["src/paper/recipes/", "tests/paper/recipes_test.ts"],
  ["src/paper/", "tests/paper/pins_"],
] as const;

/**
 * The tests that may concern `file`: those of its folder, and of them `near` those that mirror it or import it, or where none
 * does, what is near to its folder.
 */
export function testsOf(file: string): { readonly near: readonly string[]; readonly all: readonly string[] } {
  const own = CONCERNED[file];
  if (own) {
    const near = [file.replace(/^src/, "tests").replace(/\.ts$/, "_test.ts")];
    return { near, all: [...near, ...own] };
  }
  let folder = file.replace(/^src/, "tests");
  do folder = folder.replace(/\/[^/]*$/, ""); while (!isFolder(folder));
  const name = file.slice(file.lastIndexOf("/") + 1).replace(/\.ts$/, "");
  const all = testsIn(folder);
  const near = all.filter((path) =>
    path.endsWith(`/${name}_test.ts`) || Deno.readTextFileSync(ROOT + path).includes(`/${file}"`)
  );
  const [, shared] = BY_FOLDER.find(([beginning]) => file.startsWith(beginning)) ?? [];
  return { near: near.length === 0 && shared ? all.filter((path) => path.startsWith(shared)) : near, all };
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(ROOT + path).isDirectory;
  } catch {
    return false;
  }
}

function testsIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(ROOT + folder), ({ name }) => `${folder}/${name}`)
    .filter((path) => path.endsWith("_test.ts")).sort();
}
