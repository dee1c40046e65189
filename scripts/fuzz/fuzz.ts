/** `deno task fuzz`: hostile inputs to everything that reads untrusted data. @module */

import { type Command, command } from "../cli/command.ts";
import type { Progress } from "../cli/progress.ts";
import { choicesOf, integerOption, number, text } from "../cli/options.ts";
import { runTask } from "../cli/run.ts";
import { EXIT, UserError } from "../errors.ts";
import { makeFolder, writeFileWhole } from "../files.ts";
import { sha256 } from "../sha256.ts";
import { CORPUS, encode } from "./corpus.ts";
import { subjects } from "./mod.ts";
import { type Find, inputAt, type Searched } from "./search.ts";
import { spent } from "./subject.ts";
import type { Answer, Order } from "./worker.ts";

const NAMES = Object.keys(subjects);

/**
 * Milliseconds without a new input after which a search counts as hung: of processor time, because other programs may
 * keep the machine busy, and of the clock, for a search that only waits.
 */
const PATIENCE = { processor: 20_000, clock: 1_200_000 } as const;

/** Tries hostile inputs. */
export const fuzz: Command = command({
  name: "fuzz",
  summary: "Try hostile inputs; each has to be answered, or refused in one clear sentence within a second",
  options: {
    runs: integerOption({ help: "Inputs for each subject", min: 1, default: 2000 }),
    seed: integerOption({ help: "Seed of all inputs", min: 0, max: 2 ** 30, default: 1 }),
    only: choicesOf(NAMES, { help: "Subjects; by default all" }),
    time: number({ help: "Seconds for each subject at most; by default as long as it takes", above: 0 }),
    tally: text({
      placeholder: "FILE",
      help:
        "JSON file that counts the inputs of all runs: each subject continues from its count, up to --runs",
    }),
    scratch: text({
      placeholder: "FOLDER",
      help: "Folder for files of the command line's runs",
      default: ".cache/fuzz",
    }),
  },
  notes: "An input that fails is shrunk, printed with its seed, and kept in tests/fuzz/corpus, which " +
    "tests/fuzz/corpus_test.ts tries again. The exit code is 1 if anything is found.",
  run({ runs, seed, only = NAMES, time, tally, scratch }, { print, note, progress, interruptible }) {
    return interruptible(async (signal) => {
      await makeFolder(scratch);
      const counted = tally === undefined ? {} : await readTally(tally);
      print(row("subject", "inputs", "refused", "unclear", "slow", "large"));
      let found = 0, tried = 0;
      for (const [k, name] of only.entries()) {
        const line = progress(`fuzz ${name}`, 0, { plain: true });
        const before = totalOf(counted[name] ?? {});
        if (before >= runs) continue;
        const order = { name, runs: runs - before, seed: seed + before, seconds: time, folder: scratch };
        const { counts, finds, stopped } = await searched(order, line, signal);
        line.end();
        const total = stopped ?? totalOf(counts);
        tried += total;
        if (stopped === undefined) {
          print(row(name, total, counts.refused, counts.unclear, counts.slow, counts.large));
          counted[name] = sumOf(counted[name] ?? {}, counts);
          if (tally !== undefined) await writeFileWhole(tally, `${JSON.stringify(counted, null, 2)}\n`);
        }
        for (const find of finds) {
          note(`${name}, seed ${find.seed}: ${find.problem}\n${await keep(name, find)}`);
        }
        found += finds.length;
        if (stopped === undefined) continue;
        note(
          `Stopped after ${stopped} inputs of ${name}, ${tried} in all; finds before it are kept in tests/fuzz/corpus, and ` +
            (tally === undefined
              ? `--seed ${seed + stopped} --only ${only.slice(k).join(",")} continues`
              : `--tally ${tally} starts ${name} over`),
        );
        return EXIT.interrupted;
      }
      const all = Object.values(counted).reduce((sum, counts) => sum + totalOf(counts), 0);
      print(
        `${tried} inputs, ${found} finds${tally === undefined ? "" : `; ${all} inputs in all of ${tally}`}`,
      );
      return Number(found > 0);
    });
  },
});

type Counts = Readonly<Record<string, number>>;

const totalOf = (counts: Counts) => Object.values(counts).reduce((a, b) => a + b, 0);

const sumOf = (a: Counts, b: Counts): Counts =>
  Object.fromEntries(Object.entries(b).map(([key, each]) => [key, each + (a[key] ?? 0)]));

/** The counts of each subject that earlier runs left in `path`; none if it is not there. */
async function readTally(path: string): Promise<Record<string, Counts>> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw new UserError(`${path} is no tally of earlier runs: ${(error as Error).message}`);
  }
}

/** What a worker finds; an input that hangs it is a find too. */
function searched(order: Omit<Order, "at">, line: Progress, signal: AbortSignal): Promise<Searched> {
  const at = new Int32Array(new SharedArrayBuffer(16));
  const worker = new Worker(new URL("worker.ts", import.meta.url), { type: "module" });
  let tried = -1, since = { clock: performance.now(), processor: spent() };
  return new Promise<Searched>((resolve, reject) => {
    const timer = setInterval(async () => {
      line.update(at[2] / order.runs, `${at[2]} inputs`);
      // loading counts as no input
      if (at[2] + at[3] !== tried || at[2] === 0) {
        [tried, since] = [at[2] + at[3], { clock: performance.now(), processor: spent() }];
      } else if (
        spent() - since.processor > PATIENCE.processor || performance.now() - since.clock > PATIENCE.clock
      ) {
        end();
        const input = await inputAt(subjects[order.name], at[0], at[1]);
        const problem = `no answer within ${PATIENCE.processor / 1000} s`;
        const counts = { answered: at[2] - 1, refused: 0, unclear: 0, slow: 1, large: 0 };
        resolve({ counts, finds: [{ input, problem, seed: at[0] }] });
      }
    }, 250);
    const stop = () => {
      end();
      resolve({
        counts: { answered: 0, refused: 0, unclear: 0, slow: 0, large: 0 },
        finds: [],
        stopped: at[2],
      });
    };
    const end = () => {
      clearInterval(timer);
      signal.removeEventListener("abort", stop);
      worker.terminate();
    };
    signal.addEventListener("abort", stop);
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      end();
      resolve(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end();
      reject(new Error(`the worker of ${order.name} ended: ${event.message}`));
    };
    worker.postMessage({ ...order, at } satisfies Order);
  });
}

/** Writes the input into the corpus; the text of it. */
async function keep(subject: string, { input, problem }: Find): Promise<string> {
  const text = encode({ subject, problem: problem.split("\n")[0], input });
  const name = `${subject}-${(await sha256(new TextEncoder().encode(text))).slice(0, 8)}.json`;
  await Deno.writeTextFile(new URL(name, CORPUS), text);
  return `kept as ${name}: ${text.replace(/\s+/g, " ").slice(0, 400)}`;
}

function row(name: string, ...numbers: readonly (string | number)[]): string {
  return name.padEnd(12) + numbers.map((each) => String(each).padStart(10)).join("");
}

if (import.meta.main) Deno.exit(await runTask(fuzz, Deno.args));
