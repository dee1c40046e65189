/** `deno task mutants`: faults planted one at a time in a copy of the project, and those that no test notices. @module */

import { type Command, command } from "../cli/command.ts";
import { flag, integerOption, number, text } from "../cli/options.ts";
import { runTask } from "../cli/run.ts";
import { rng } from "../../src/mod.ts";
import { EXIT, reason, UserError } from "../errors.ts";
import { sha256 } from "../sha256.ts";
import { testsOf } from "./tests_of.ts";
import { isEquivalent } from "./equivalent.ts";
import { changeOf, type Fault, faultsIn, switchable } from "./faults.ts";
import { COPY, copyProject, filesIn, ROOT } from "./project.ts";
import { type Mutant, printSurvivors, resultsIn } from "./results.ts";
import { Suite } from "./suite.ts";

/** Where faults are planted by default: the code that computes numbers. */
const PLACES = ["src/loss.ts", "src/predict.ts", "src/train", "src/attacks", "src/evaluate", "src/paper"];

/** How many faults are judged, and written down, together. */
const TOGETHER = 16;

/** A fault of a file, and its number there. */
type Numbered = Fault & { readonly place: string; readonly file: string; readonly number: number };

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
        const contents = JSON.stringify([texts.get(file), faults.get(file)]);
        hashes.set(file, await sha256(new TextEncoder().encode(contents)));
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
      await copyProject();
      try {
        Deno.writeTextFileSync(results, "", { append: true });
      } catch (error) {
        const hint = "this task writes below .cache/mutants alone";
        throw new UserError(`Cannot keep results in ${results}: ${reason(error)}; ${hint}`, EXIT.usage);
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
        survived += printSurvivors(place, found, {
          ...{ print, seed, listed: listed.length, planted: planted.length },
          possible: all.filter((each) => each.place === place).length,
        });
      }
      if (signal.aborted) note(`Stopped; results are kept in ${results}, and the same command resumes`);
      return signal.aborted ? EXIT.interrupted : Number(survived > 0);
    });
  },
});

if (import.meta.main) Deno.exit(await runTask(mutants, Deno.args));
