/** What tests of the command line share: a terminal that remembers, a folder to work in, small data. */

import { assertEquals } from "@std/assert";
import type { Terminal } from "../../../scripts/cli/context.ts";
import { main } from "../../../scripts/cli/gibbon.ts";

/** The result of a run of the command line. */
export interface Ran {
  code: number;
  out: string;
  err: string;
  /** The text on the terminal, if there was one. */
  drawn: string;
}

/** A run of `gibbon` in this process, on a terminal or not; Ctrl-C is pressed when `interruptAt` is drawn there. */
export async function gibbon(
  args: readonly string[],
  { interruptAt, draws = interruptAt !== undefined, answers }: {
    interruptAt?: string;
    draws?: boolean;
    /** Answers to the questions, empty for the proposed one; by default nobody answers. */
    answers?: string[];
  } = {},
): Promise<Ran> {
  const ran: Ran = { code: -1, out: "", err: "", drawn: "" };
  let now = 0;
  let interrupt = () => {};
  const terminal: Terminal = {
    out: (line) => void (ran.out += `${line}\n`),
    err: (line) => void (ran.err += `${line}\n`),
    draw: !draws ? undefined : (text) => {
      ran.drawn += text;
      if (interruptAt !== undefined && text.includes(interruptAt)) interrupt();
    },
    ask: answers && ((question, fallback = "") => {
      ran.drawn += `${question} [${fallback}]\n`;
      return answers.shift() || fallback || null;
    }),
    width: 80,
    now: () => now += 3000,
    onInterrupt(listener) {
      interrupt = listener;
      return () => void (interrupt = () => {});
    },
    exit: () => {},
  };
  ran.code = await main([...args], terminal);
  return ran;
}

/** What a run that must succeed printed; models of tests need not have learnt anything. */
export async function printed(...args: string[]): Promise<string> {
  const { code, out, err } = await gibbon(args);
  assertEquals([code, err.replace(/^Warning: the model has learnt nothing: .*\n$/, "")], [0, ""]);
  return out;
}

/** The one JSON object that a run printed. */
// deno-lint-ignore no-explicit-any
export async function json(...args: string[]): Promise<any> {
  const out = await printed(...args, "--json");
  assertEquals(out.trimEnd().split("\n").length, 1);
  return JSON.parse(out);
}

/** Passes if the run ends with `code` and this one sentence on standard error, and nothing on standard output. */
export async function assertRefused(args: readonly string[], code: number, sentence: string): Promise<void> {
  const ran = await gibbon(args);
  assertEquals([ran.code, ran.err, ran.out], [code, `gibbon: ${sentence}\n`, ""]);
}

/** Runs `run` with a folder of its own. */
export async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The files in `folder`. */
export function filesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), (entry) => entry.name).sort();
}

/** A folder of 300 digits to learn from and 60 to test on, below `folder`. */
export async function smallDigits(folder: string): Promise<string> {
  await printed("data", "digits", "--train", "300", "--test", "60", "--out", `${folder}/digits`);
  return `${folder}/digits`;
}

/** Runs `run` with a folder, small data and a linear model trained on them. */
export function withModel(
  run: (paths: { folder: string; data: string; model: string }) => Promise<void>,
): Promise<void> {
  return inFolder(async (folder) => {
    const data = await smallDigits(folder);
    const model = `${folder}/linear.safetensors`;
    await printed("train", "--model", "softmaxLinear", "--data", data, "--epochs", "3", "--out", model);
    await run({ folder, data, model });
  });
}

/** How the files of `smallDigits` are read, in JSON. */
export const SMALL_READING = {
  format: "IDX",
  scale: "255",
  units: "scaled inputs",
  range: [0, 255],
  classes: 10,
};
