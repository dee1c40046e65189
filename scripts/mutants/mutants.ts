/** `deno task mutants`: faults planted one at a time in a copy of the project, and those that no test notices. @module */

import { type Command, command } from "../cli/command.ts";
import { flag, integerOption, number, text } from "../cli/options.ts";
import { runTask } from "../cli/run.ts";
import { rng } from "../../src/mod.ts";
import { UserError } from "../errors.ts";
import { makeFolder } from "../files.ts";
import { type Fault, faultsIn, planted } from "./faults.ts";

/** Where faults are planted by default: what numbers come from. */
const PLACES = ["src/attacks", "src/evaluate", "src/loss.ts", "src/train", "src/paper"];

const ROOT = new URL("../../", import.meta.url).pathname;

/** What the copy holds; the rest is not needed by the tests of src/. */
const COPIED = ["src", "tests", "scripts", "wasm", "deno.json", "deno.lock", "LICENSE", "README.md"];

/** A fault of a file, and what became of it. */
interface Mutant extends Fault {
  readonly file: string;
  readonly outcome: "noticed" | "survived" | "slow";
}

/** Plants faults and runs the tests that mirror their files. */
export const mutants: Command = command({
  name: "mutants",
  summary:
    "Plant faults in a copy of src/ one at a time, run the tests of each file, and list what no test notices",
  options: {
    only: text({ placeholder: "PATH,…", help: `Files or folders; by default ${PLACES.join(", ")}` }),
    sample: integerOption({ help: "Faults to plant, chosen at random; by default all", min: 1 }),
    seed: integerOption({ help: "Seed of the choice", min: 0, default: 1 }),
    timeout: number({ help: "Seconds that the tests of a fault may take", above: 0, default: 120 }),
    tests: text({ placeholder: "PATH,…", help: "Tests to run; by default those that mirror the file" }),
    json: flag("Print one JSON object"),
  },
  notes:
    "A fault that makes the tests fail or take too long is noticed. A survivor either changes nothing, such as a faster " +
    "way to the same numbers, or lacks a test. The exit code is 1 if there are any.",
  async run({ only, sample, seed, timeout, tests, json }, { print, progress }) {
    const files = (only?.split(",") ?? PLACES).flatMap((path) => filesIn(path.trim())).sort();
    const all = files.flatMap((file) =>
      faultsIn(Deno.readTextFileSync(ROOT + file)).map((fault) => ({ file, ...fault }))
    );
    if (all.length === 0) throw new UserError("There is nowhere to plant a fault");
    const order = rng(seed).permutation(all.length);
    const chosen = Array.from(order.slice(0, sample ?? all.length)).sort((a, b) => a - b).map((i) => all[i]);
    const copy = `${ROOT}.cache/mutants`;
    await copyTo(copy);
    const testsFor = (file: string) => tests?.split(",") ?? mirrorOf(file);
    for (const file of new Set(chosen.map(({ file }) => file))) {
      if (await outcomeOf(copy, testsFor(file), timeout) === "survived") continue;
      throw new UserError(`The tests of ${file} fail without a fault too, or take more than ${timeout} s`);
    }
    const found: Mutant[] = [];
    using line = progress("mutants");
    for (const { file, ...fault } of chosen) {
      const text = await Deno.readTextFile(ROOT + file);
      await Deno.writeTextFile(`${copy}/${file}`, planted(text, fault));
      const outcome = await outcomeOf(copy, testsFor(file), timeout);
      await Deno.writeTextFile(`${copy}/${file}`, text);
      found.push({ file, ...fault, outcome });
      line.update(found.length / chosen.length);
    }
    const survivors = found.filter(({ outcome }) => outcome === "survived");
    if (json) print(JSON.stringify({ seed, possible: all.length, planted: found.length, mutants: found }));
    else {
      for (const { file, line, before, after, operator } of survivors) {
        print(`${file}:${line}  ${operator}: ${before} → ${after}`.replace(/\s+/g, " "));
      }
      print(`${survivors.length} of ${found.length} faults survived, ${all.length} can be planted`);
    }
    return Number(survivors.length > 0);
  },
});

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

/** The tests that mirror `file`: its own, or else those of its folder. */
function mirrorOf(file: string): string[] {
  const stem = file.replace(/^src\//, "tests/").replace(/\.ts$/, "");
  const own = `${stem}_test.ts`, folder = stem.slice(0, stem.lastIndexOf("/"));
  const exists = (path: string) => {
    try {
      return Deno.statSync(ROOT + path) !== undefined;
    } catch {
      return false;
    }
  };
  // src/loss.ts has no test of its own: what is measured and attacked goes by it
  if (file === "src/loss.ts") {
    return ["tests/evaluate", "tests/attacks/fgsm_test.ts", "tests/models/gradients_test.ts"];
  }
  return [exists(own) ? own : folder];
}

async function outcomeOf(
  cwd: string,
  tests: readonly string[],
  seconds: number,
): Promise<Mutant["outcome"]> {
  const child = new Deno.Command("deno", {
    args: ["test", "-P=test", "-q", "--no-check", "--fail-fast", ...tests],
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, 1000 * seconds);
  const { success } = await child.status;
  clearTimeout(timer);
  return late ? "slow" : success ? "survived" : "noticed";
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
