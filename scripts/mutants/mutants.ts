/** `deno task mutants`: faults planted one at a time in a copy of the project, and those that no test notices. @module */

import { type Command, command } from "../cli/command.ts";
import { flag, integerOption, number, text } from "../cli/options.ts";
import { runTask } from "../cli/run.ts";
import { rng } from "../../src/mod.ts";
import { EXIT, UserError } from "../errors.ts";
import { makeFolder } from "../files.ts";
import { sha256 } from "../sha256.ts";
import { type Fault, faultsIn, switchable } from "./faults.ts";
import { type Judged, type Outcome, Suite } from "./suite.ts";

/** Where faults are planted by default: what numbers come from. */
const PLACES = ["src/attacks", "src/evaluate", "src/loss.ts", "src/train", "src/paper"];

const ROOT = new URL("../../", import.meta.url).pathname;

/** Where the copy is. */
const COPY = `${ROOT}.cache/mutants`;

/** What the copy holds; the rest is not needed by the tests of src/. */
const COPIED = ["src", "tests", "scripts", "wasm", "deno.json", "deno.lock", "LICENSE", "README.md"];

/** A fault of a file, and its number there. */
type Numbered = Fault & { readonly file: string; readonly number: number };

/** A fault, what became of it, and the SHA-256 of its file without it. */
interface Mutant extends Judged {
  readonly file: string;
  readonly sha256: string;
  readonly number: number;
  readonly line: number;
  readonly change: string;
}

/** Plants faults and runs the tests that meet them. */
export const mutants: Command = command({
  name: "mutants",
  summary:
    "Plant faults in a copy of src/ one at a time, run the tests that meet each, and list what no test notices",
  options: {
    only: text({ placeholder: "PATH,…", help: `Files or folders; by default ${PLACES.join(", ")}` }),
    sample: integerOption({ help: "Faults to plant, chosen at random; by default all", min: 1 }),
    seed: integerOption({ help: "Seed of the choice", min: 0, default: 1 }),
    effort: number({
      help: "Seconds of tests for a fault, as long as they take without it",
      above: 0,
      default: 60,
    }),
    results: text({
      placeholder: "FILE",
      help: "Lines of JSON: what became of each fault, so that a run goes on where one was stopped",
      default: ".cache/mutants/results.jsonl",
    }),
    near: flag("Run the tests alone that mirror a file or import it; others may notice what survives them"),
    retry: flag("Try faults again that have survived"),
  },
  notes:
    "Each test of a folder runs once without a fault, which shows the faults that it meets; a fault is noticed if a test that " +
    "meets it fails or takes too long. Faults that change nothing a caller could see are listed, each with its reason, in " +
    "scripts/mutants/equivalent.json, and are not planted. The exit code is 1 if any fault survives.",
  run({ only, sample, seed, effort, results, near, retry }, { print, note, progress, interruptible }) {
    const files = (only?.split(",") ?? PLACES).flatMap((path) => filesIn(path.trim())).sort();
    const texts = new Map(files.map((file) => [file, Deno.readTextFileSync(ROOT + file)]));
    const faults = new Map(files.map((file) => [file, faultsIn(texts.get(file)!)]));
    const all = files.flatMap((file) =>
      faults.get(file)!.map((fault, i): Numbered => ({ file, number: i + 1, ...fault }))
    );
    if (all.length === 0) throw new UserError("There is nowhere to plant a fault");
    const chosen = Array.from(
      rng(seed).permutation(all.length).slice(0, sample ?? all.length),
      (i) => all[i],
    );
    return interruptible(async (signal) => {
      const hashes = new Map<string, string>();
      for (const file of files) hashes.set(file, await sha256(new TextEncoder().encode(texts.get(file))));
      const keyOf = ({ file, number }: Pick<Mutant, "file" | "number">) => `${file} ${number}`;
      const known = new Map<string, Mutant>();
      for (const each of await resultsIn(results)) {
        if (hashes.get(each.file) === each.sha256) known.set(keyOf(each), each);
      }
      const open = chosen.filter((each) => {
        const outcome = known.get(keyOf(each))?.outcome;
        return !isEquivalent(each.file, texts.get(each.file)!, each) &&
          (outcome === undefined || retry && (outcome === "survived" || outcome === "unreached"));
      });
      await copyTo(COPY);
      const groups = Map.groupBy(open, ({ file }) => {
        const tests = testsOf(file);
        return (near && tests.near.length > 0 ? tests.near : tests.all).join(",");
      });
      using line = progress("mutants", 0, { plain: true });
      let done = 0;
      for (const [tests, group] of groups) {
        if (signal.aborted) break;
        // all faults of the files are planted at once, counted on from file to file
        const planted = [...new Set(group.map(({ file }) => file))].sort(),
          offsets = new Map<string, number>();
        let most = 0;
        for (const file of planted) {
          offsets.set(file, most);
          await Deno.writeTextFile(`${COPY}/${file}`, switchable(texts.get(file)!, faults.get(file)!, most));
          most += faults.get(file)!.length;
        }
        await using suite = await Suite.open(COPY, {
          ...{ files: tests.split(","), most, signal },
          onTest: (share, name) => line.update(done / open.length, `${Math.round(100 * share)} % of ${name}`),
        });
        for (const name of suite.failing) note(`Left out, as it fails without a fault: ${name}`);
        for (const each of group) {
          if (signal.aborted) break;
          const { file, number, before, after } = each, offset = offsets.get(file)!;
          const judged = await suite.judge(offset + number, {
            leader: offset + each.leader,
            all: faults.get(file)!.map(({ leader }) => offset + leader),
            near: testsOf(file).near,
            milliseconds: 1000 * effort,
          });
          const change = `${each.operator}: ${before} → ${after}`.replace(/\s+/g, " ");
          const mutant = { file, sha256: hashes.get(file)!, number, line: each.line, change, ...judged };
          known.set(keyOf(each), mutant);
          await Deno.writeTextFile(results, `${JSON.stringify(mutant)}\n`, { append: true });
          line.update(++done / open.length, file);
        }
        for (const file of planted) await Deno.writeTextFile(`${COPY}/${file}`, texts.get(file)!);
      }
      line.end();
      const found = chosen.flatMap((each) => known.get(keyOf(each)) ?? []).filter((each) =>
        !isEquivalent(each.file, texts.get(each.file)!, faults.get(each.file)![each.number - 1])
      );
      const equivalent = chosen.filter((each) => isEquivalent(each.file, texts.get(each.file)!, each)).length;
      const survivors = tell(found, { print, equivalent, possible: all.length });
      if (signal.aborted) note(`Stopped; what is known is kept in ${results}, and the same command goes on`);
      return signal.aborted ? EXIT.interrupted : Number(survivors > 0);
    });
  },
});

/** Prints what survived, and counts; how many survived. */
function tell(
  found: readonly Mutant[],
  { print, equivalent, possible }: { print: (text: string) => void; equivalent: number; possible: number },
): number {
  const survivors = found.filter(({ outcome }) => outcome === "survived" || outcome === "unreached");
  for (const { file, line, change, outcome, ran, of } of survivors) {
    const why = outcome === "unreached"
      ? "no test meets it"
      : `not noticed by ${ran} of ${of} tests that meet it`;
    print(`${file}:${line}  ${change}  (${why})`);
  }
  const count = (of: Outcome) => found.filter(({ outcome }) => outcome === of).length;
  print(
    `${survivors.length} of ${found.length} faults survived, ${count("noticed")} were noticed, ${
      count("slow")
    } took too long; ${equivalent} more are known to change nothing; ${possible} can be planted`,
  );
  return survivors.length;
}

/** What an earlier run left in `path`. */
async function resultsIn(path: string): Promise<Mutant[]> {
  try {
    return (await Deno.readTextFile(path)).trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw new UserError(`${path} holds no results of an earlier run: ${(error as Error).message}`);
  }
}

/** The TypeScript files at or below `path`. */
function filesIn(path: string): string[] {
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

/** Tests of files that have none of their own name, and that no test imports alone. */
const CONCERNED: Readonly<Record<string, readonly string[]>> = {
  "src/loss.ts": [
    "tests/evaluate/measure_test.ts",
    "tests/attacks/fgsm_test.ts",
    "tests/attacks/pgd_test.ts",
    "tests/models/answers_test.ts",
    "tests/models/scores_test.ts",
    "tests/models/gradients_test.ts",
  ],
};

/** The tests that may concern `file`: those of its folder, and of them `near` those that mirror it or import it. */
export function testsOf(file: string): { readonly near: readonly string[]; readonly all: readonly string[] } {
  const own = CONCERNED[file];
  if (own) return { near: own, all: own };
  let folder = file.replace(/^src/, "tests");
  do folder = folder.replace(/\/[^/]*$/, ""); while (!isFolder(folder));
  const name = file.slice(file.lastIndexOf("/") + 1).replace(/\.ts$/, "");
  const all = testsIn(folder);
  const near = all.filter((path) =>
    path.endsWith(`/${name}_test.ts`) || Deno.readTextFileSync(ROOT + path).includes(`/${file}"`)
  );
  return { near, all };
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

/** Faults that no test can notice: the file, the line as it stands without the fault, the change, and why. */
const EQUIVALENT: readonly { file: string; code: string; before: string; after: string; why: string }[] = JSON
  .parse(Deno.readTextFileSync(new URL("equivalent.json", import.meta.url)));

/** Whether `fault` is listed as one that changes nothing. */
function isEquivalent(file: string, text: string, { line, before, after }: Fault): boolean {
  const code = text.split("\n")[line - 1].trim();
  return EQUIVALENT.some((each) =>
    each.file === file && each.code === code && each.before === before && each.after === after
  );
}

async function copyTo(folder: string): Promise<void> {
  await makeFolder(folder);
  for (const name of COPIED) await copied(ROOT + name, `${folder}/${name}`);
}

async function copied(from: string, to: string): Promise<void> {
  const { isDirectory } = await Deno.stat(from);
  if (!isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copied(`${from}/${name}`, `${to}/${name}`);
}

if (import.meta.main) Deno.exit(await runTask(mutants, Deno.args));
