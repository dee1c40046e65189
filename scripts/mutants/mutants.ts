/** `deno task mutants`: faults planted one at a time in a copy of the project, and those that no test notices. @module */

import { type Command, command } from "../cli/command.ts";
import { flag, integerOption, number, text } from "../cli/options.ts";
import { runTask } from "../cli/run.ts";
import { rng } from "../../src/mod.ts";
import { EXIT, reason, UserError } from "../errors.ts";
import { makeFolder } from "../files.ts";
import { sha256 } from "../sha256.ts";
import { changeOf, type Fault, faultsIn, switchable } from "./faults.ts";
import { type Judged, type Outcome, Suite } from "./suite.ts";

/** Where faults are planted by default: the code that computes numbers. */
const PLACES = ["src/loss.ts", "src/predict.ts", "src/train", "src/attacks", "src/evaluate", "src/paper"];

/** How many faults are judged, and written down, together. */
const TOGETHER = 16;

const ROOT = new URL("../../", import.meta.url).pathname;

/** Where the copy is. */
const COPY = `${ROOT}.cache/mutants`;

/** What the copy holds; the rest is not needed by the tests of src/. */
const COPIED = ["src", "tests", "scripts", "wasm", "deno.json", "deno.lock", "LICENSE", "README.md"];

/** A fault of a file, and its number there. */
type Numbered = Fault & { readonly place: string; readonly file: string; readonly number: number };

/** A fault, its result, and the SHA-256 of its unchanged file and of all faults that can be planted there. */
interface Mutant extends Judged {
  readonly file: string;
  readonly sha256: string;
  readonly number: number;
  readonly line: number;
  readonly change: string;
}

/** Plants faults and runs the tests that reach them. */
export const mutants: Command = command({
  name: "mutants",
  summary:
    "Plant faults in a copy of src/ one at a time, run the tests that reach each, and list those that no test notices",
  options: {
    only: text({ placeholder: "PATH,…", help: `Files or folders; by default ${PLACES.join(", ")}` }),
    sample: integerOption({ help: "Faults of each path to plant, chosen at random; by default all", min: 1 }),
    seed: integerOption({ help: "Seed of the choice", min: 0, default: 1 }),
    effort: number({
      help: "Maximum seconds of tests for a fault, by the time that they take without it",
      above: 0,
      default: 20,
    }),
    longest: number({
      help: "Maximum seconds of a test; those that take longer are left out",
      above: 0,
      default: 20,
    }),
    results: text({
      placeholder: "FILE",
      help: "File of JSON lines: the result of each fault, so that a stopped run can be resumed",
      default: ".cache/mutants/results.jsonl",
    }),
    near: flag(
      "Run only the tests that mirror a file or import it; other tests may notice what survives them",
    ),
    retry: flag("Try surviving faults again"),
  },
  notes:
    "A test runs once without a fault, which shows the faults that it reaches; a fault is noticed if a test that reaches it fails " +
    "or takes too long. Faults that change nothing a caller could see are listed, each with its reason, in " +
    "scripts/mutants/equivalent.json, and are not planted. The exit code is 1 if any fault survives.",
  run(
    { only, sample, seed, effort, longest, results, near, retry },
    { print, note, progress, interruptible },
  ) {
    const places = only?.split(",").map((path) => path.trim()) ?? PLACES;
    const files = places.flatMap(filesIn);
    const texts = new Map(files.map((file) => [file, Deno.readTextFileSync(ROOT + file)]));
    const faults = new Map(files.map((file) => [file, faultsIn(texts.get(file)!)]));
    const all = places.flatMap((place) =>
      filesIn(place).flatMap((file) =>
        faults.get(file)!.map((fault, i): Numbered => ({ place, file, number: i + 1, ...fault }))
      )
    );
    if (all.length === 0) throw new UserError("There is nowhere to plant a fault");
    // neighbours follow each other, because the same test often notices them
    const chosen = places.flatMap((place) => {
      const own = all.filter((each) => each.place === place);
      return Array.from(rng(seed).permutation(own.length).slice(0, sample ?? own.length)).sort((a, b) =>
        a - b
      )
        .map((i) => own[i]);
    });
    return interruptible(async (signal) => {
      const hashes = new Map<string, string>();
      for (const file of files) {
        const what = JSON.stringify([texts.get(file), faults.get(file)]);
        hashes.set(file, await sha256(new TextEncoder().encode(what)));
      }
      const keyOf = ({ file, number }: Pick<Mutant, "file" | "number">) => `${file} ${number}`;
      const known = new Map<string, Mutant>();
      for (const each of await resultsIn(results)) {
        if (hashes.get(each.file) === each.sha256) known.set(keyOf(each), each);
      }
      const isListed = (each: Numbered) => isEquivalent(each.file, texts.get(each.file)!, each);
      const open = chosen.filter((each) => {
        const outcome = known.get(keyOf(each))?.outcome;
        return !isListed(each) &&
          (outcome === undefined || retry && (outcome === "survived" || outcome === "unreached"));
      });
      await copyTo(COPY);
      try {
        Deno.writeTextFileSync(results, "", { append: true });
      } catch (error) {
        const where = "this task writes below .cache/mutants alone";
        throw new UserError(`Cannot keep results in ${results}: ${reason(error)}; ${where}`, EXIT.usage);
      }
      const tests = new Map(files.map((file) => [file, testsOf(file)]));
      const groups = Map.groupBy(open, ({ file }) => {
        const { near: nearest, all } = tests.get(file)!;
        return (near && nearest.length > 0 ? nearest : all).join(",");
      });
      using line = progress("mutants", 0, { plain: true });
      let done = 0;
      for (const [paths, group] of groups) {
        if (signal.aborted) break;
        // all faults of the files are planted at once, counted on from file to file
        const planted = [...new Set(group.map(({ file }) => file))], offsets = new Map<string, number>();
        let most = 0;
        for (const file of planted) {
          offsets.set(file, most);
          await Deno.writeTextFile(`${COPY}/${file}`, switchable(texts.get(file)!, faults.get(file)!, most));
          most += faults.get(file)!.length;
        }
        await using suite = await Suite.open(COPY, {
          files: paths.split(","),
          most,
          longest: 1000 * longest,
          onLeftOut: (test) => note(`Left out: ${test}`),
        });
        for (let at = 0; at < group.length && !signal.aborted; at += TOGETHER) {
          const part = group.slice(at, at + TOGETHER);
          const judged = await suite.judge(part.map(({ file, number, leader }) => {
            const offset = offsets.get(file)!;
            return {
              ...{ fault: offset + number, leader: offset + leader, milliseconds: 1000 * effort },
              all: faults.get(file)!.map(({ leader }) => offset + leader),
              near: tests.get(file)!.near,
            };
          }));
          part.forEach((each, i) => {
            const { file, number } = each, change = `${each.operator}: ${changeOf(each)}`;
            const made = { file, sha256: hashes.get(file)!, number, line: each.line, change, ...judged[i] };
            known.set(keyOf(each), made);
            Deno.writeTextFileSync(results, `${JSON.stringify(made)}\n`, { append: true });
          });
          done += part.length;
          line.update(done / open.length, part.at(-1)!.file);
        }
        for (const file of planted) await Deno.writeTextFile(`${COPY}/${file}`, texts.get(file)!);
      }
      line.end();
      let survived = 0;
      for (const place of places) {
        const own = chosen.filter((each) => each.place === place);
        const [listed, planted] = [own.filter(isListed), own.filter((each) => !isListed(each))];
        const found = planted.flatMap((each) => known.get(keyOf(each)) ?? []);
        survived += tell(place, found, {
          ...{ print, seed, listed: listed.length, planted: planted.length },
          possible: all.filter((each) => each.place === place).length,
        });
      }
      if (signal.aborted) note(`Stopped; results are kept in ${results}, and the same command resumes`);
      return signal.aborted ? EXIT.interrupted : Number(survived > 0);
    });
  },
});

/** Prints the surviving faults of a place and their counts; returns how many survived. */
function tell(
  place: string,
  found: readonly Mutant[],
  { print, seed, listed, planted, possible }: {
    print: (text: string) => void;
    seed: number;
    listed: number;
    planted: number;
    possible: number;
  },
): number {
  const survivors = found.filter(({ outcome }) => outcome === "survived" || outcome === "unreached");
  for (const { file, line, change, outcome, ran, of } of survivors) {
    const why = outcome === "unreached"
      ? "no test meets it"
      : `not noticed by ${of > ran ? `the first ${ran}` : `the ${ran}`} tests that meet it`;
    print(`${file}:${line}  ${change}  (${why})`);
  }
  const count = (of: Outcome) => found.filter(({ outcome }) => outcome === of).length;
  const all = listed + planted < possible
    ? `${listed + planted} of ${possible}, seed ${seed}`
    : `all ${possible}`;
  print(
    `${place}: ${all}: ${count("noticed")} noticed, ${
      count("slow")
    } took too long, ${survivors.length} survived, ` +
      `${listed} known to change nothing, ${planted - found.length} not run`,
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

/** Faults that no test can notice, and why: each the line as it stands without the fault, and the change. */
const EQUIVALENT: readonly { file: string; why: string; faults: readonly (readonly [string, string])[] }[] =
  JSON
    .parse(Deno.readTextFileSync(new URL("equivalent.json", import.meta.url)));

/** Whether `fault` is listed as one that changes nothing. */
function isEquivalent(file: string, text: string, fault: Fault): boolean {
  const own = text.split("\n")[fault.line - 1].trim();
  return EQUIVALENT.some((each) =>
    each.file === file && each.faults.some(([code, change]) => code === own && change === changeOf(fault))
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
