/** `deno task mutants`: faults planted one at a time in a copy of the project, and those that no test notices. @module */

import { type Command, command } from "../cli/command.ts";
import { flag, integerOption, number, text } from "../cli/options.ts";
import { runTask } from "../cli/run.ts";
import { rng } from "../../src/mod.ts";
import { EXIT, UserError } from "../errors.ts";
import { makeFolder } from "../files.ts";
import { type Fault, faultsIn, switchable } from "./faults.ts";
import { type Said, Session } from "./session.ts";

/** Where faults are planted by default: what numbers come from. */
const PLACES = ["src/attacks", "src/evaluate", "src/loss.ts", "src/train", "src/paper"];

const ROOT = new URL("../../", import.meta.url).pathname;

/** Where the copy is. */
const COPY = `${ROOT}.cache/mutants`;

/** What the copy holds; the rest is not needed by the tests of src/. */
const COPIED = ["src", "tests", "scripts", "wasm", "deno.json", "deno.lock", "LICENSE", "README.md"];

/** A fault of a file, what became of it, and by which tests. */
interface Mutant extends Fault {
  readonly file: string;
  readonly outcome: "noticed" | "survived" | "slow" | "equivalent";
  readonly tests: readonly string[];
}

/** Plants faults and runs the tests that concern their files. */
export const mutants: Command = command({
  name: "mutants",
  summary:
    "Plant faults in a copy of src/ one at a time, run the tests that concern each, and list what no test notices",
  options: {
    only: text({ placeholder: "PATH,…", help: `Files or folders; by default ${PLACES.join(", ")}` }),
    sample: integerOption({ help: "Faults to plant, chosen at random; by default all", min: 1 }),
    seed: integerOption({ help: "Seed of the choice", min: 0, default: 1 }),
    from: integerOption({
      help: "Faults of the choice to leave out, for a run that was stopped",
      min: 0,
      default: 0,
    }),
    timeout: number({ help: "Seconds that the tests of a fault may take", above: 0, default: 120 }),
    tests: text({ placeholder: "PATH,…", help: "Tests to run; by default those that concern the file" }),
    json: flag("Print one JSON object"),
  },
  notes:
    "A fault is noticed if the tests that mirror its file or import it fail, or take too long; if they pass, those of " +
    "the folder are run too. Faults that change nothing a caller could see are listed, each with its reason, in " +
    "scripts/mutants/equivalent.json, and are not planted. The exit code is 1 if any fault survives.",
  run({ only, sample, seed, from, timeout, tests, json }, { print, note, progress, interruptible }) {
    const files = (only?.split(",") ?? PLACES).flatMap((path) => filesIn(path.trim())).sort();
    const texts = new Map(files.map((file) => [file, Deno.readTextFileSync(ROOT + file)]));
    const all: Numbered[] = files.flatMap((file) =>
      faultsIn(texts.get(file)!).map((fault, i) => ({ file, number: i + 1, ...fault }))
    );
    if (all.length === 0) throw new UserError("There is nowhere to plant a fault");
    // file by file, for each is loaded once
    const chosen = Array.from(rng(seed).permutation(all.length).slice(0, sample ?? all.length)).sort((a, b) =>
      a - b
    )
      .map((i) => all[i]).slice(from);
    return interruptible(async (signal) => {
      await copyTo(COPY);
      const found: Mutant[] = [];
      using line = progress("mutants", 0, { plain: true });
      for (const file of new Set(chosen.map((each) => each.file))) {
        const text = texts.get(file)!, own = chosen.filter((each) => each.file === file);
        await Deno.writeTextFile(`${COPY}/${file}`, switchable(text, faultsIn(text)));
        let open: readonly Numbered[] = own.filter((each) => !isEquivalent(file, text, each));
        found.push(
          ...own.filter((each) => !open.includes(each)).map((each) => ({
            ...each,
            outcome: "equivalent" as const,
            tests: [],
          })),
        );
        const ran: string[] = [];
        const stages = tests ? [tests.split(",")] : testsOf(file);
        for (const [k, paths] of stages.entries()) {
          if (open.length === 0 || signal.aborted) break;
          ran.push(...paths);
          await using of = new FileTests(file, paths);
          await of.start(timeout);
          const survivors: Numbered[] = [];
          for (const each of open) {
            if (signal.aborted) break;
            const outcome = await of.outcomeOf(each);
            if (outcome === "survived" && k + 1 < stages.length) survivors.push(each);
            else found.push({ ...each, outcome, tests: [...ran] });
            line.update(found.length / chosen.length, `${file}, ${survivorsOf(found).length} survived`);
          }
          open = survivors;
        }
        await Deno.writeTextFile(`${COPY}/${file}`, text);
        if (signal.aborted) break;
      }
      line.end();
      if (json) print(JSON.stringify({ seed, from, possible: all.length, mutants: found }));
      else tell(found, { print, possible: all.length });
      if (signal.aborted) note(`Stopped; --seed ${seed} --from ${from + found.length} goes on with the rest`);
      return signal.aborted ? EXIT.interrupted : Number(survivorsOf(found).length > 0);
    });
  },
});

const survivorsOf = (found: readonly Mutant[]) => found.filter(({ outcome }) => outcome === "survived");

function tell(
  found: readonly Mutant[],
  { print, possible }: { print: (text: string) => void; possible: number },
): void {
  for (const { file, line, before, after, operator, tests } of survivorsOf(found)) {
    print(`${file}:${line}  ${operator}: ${before} → ${after}`.replace(/\s+/g, " "));
    print(`  not noticed by ${tests.join(", ")}`);
  }
  const count = (of: Mutant["outcome"]) => found.filter(({ outcome }) => outcome === of).length;
  print(
    `${count("survived")} of ${found.length} faults survived, ${count("noticed")} were noticed, ${
      count("slow")
    } took too long, ${count("equivalent")} are known to change nothing; ${possible} can be planted`,
  );
}

/** A fault of a file, and its number there. */
type Numbered = Fault & { readonly file: string; readonly number: number };

/** How many times as long as without a fault tests may take, and seconds more. */
const PATIENCE = { times: 10, seconds: 10 };

/** The tests of one file, in processes that are opened as they are needed. */
class FileTests implements AsyncDisposable {
  #session?: Session;
  /** Seconds that the tests may take. */
  #limit = 0;

  constructor(readonly file: string, readonly tests: readonly string[]) {}

  /** Writes all faults of the file into the copy, and makes sure that the tests pass without one. */
  async start(timeout: number): Promise<void> {
    this.#session = await Session.open(COPY, 0, this.tests);
    const begun = performance.now(), said = await this.#session.run(0, timeout);
    if (said === "late" || said.failed !== null) {
      const why = said === "late" ? `take more than ${timeout} s` : `fail without a fault: ${said.failed}`;
      throw new UserError(`The tests ${this.tests.join(", ")} ${why}`);
    }
    this.#limit = Math.min(timeout, PATIENCE.times * (performance.now() - begun) / 1000 + PATIENCE.seconds);
  }

  /** Whether the tests notice the fault. What one fault has left behind must not fail the tests of the next. */
  async outcomeOf({ number, atLoad }: Numbered): Promise<Mutant["outcome"]> {
    if (atLoad) {
      await using session = await Session.open(COPY, number, this.tests);
      return outcome(await session.run(number, this.#limit));
    }
    this.#session ??= await Session.open(COPY, 0, this.tests);
    const said = await this.#session.run(number, this.#limit);
    if (said !== "late" && said.failed === null) return "survived";
    const after = said === "late" ? said : await this.#session.run(0, this.#limit);
    if (after !== "late" && after.failed === null) return outcome(said);
    await this[Symbol.asyncDispose]();
    if (said === "late") return "slow";
    await using fresh = await Session.open(COPY, 0, this.tests);
    return outcome(await fresh.run(number, this.#limit));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session?.[Symbol.asyncDispose]();
    this.#session = undefined;
  }
}

const outcome = (said: Said) => said === "late" ? "slow" : said.failed === null ? "survived" : "noticed";

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

/** The tests that concern `file`: those that mirror it or import it, then all of its folder. */
export function testsOf(file: string): string[][] {
  const folder = file.replace(/^src/, "tests").replace(/\/[^/]*$/, "");
  const name = file.slice(file.lastIndexOf("/") + 1).replace(/\.ts$/, "");
  const beside = folder === "tests" ? [] : testsIn(folder);
  const near = CONCERNED[file] ??
    beside.filter((path) =>
      path.endsWith(`/${name}_test.ts`) || Deno.readTextFileSync(ROOT + path).includes(`/${file}"`)
    );
  const rest = beside.filter((path) => !near.includes(path));
  return [[...near], rest].filter((each) => each.length > 0);
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
