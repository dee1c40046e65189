/** Arguments of the command line, run without a terminal. @module */

import fc from "fast-check";
import { model, saveModel, softmaxLinear } from "../../../src/mod.ts";
import type { Terminal } from "../../cli/context.ts";
import { main } from "../../cli/gibbon.ts";
import { UserError } from "../../errors.ts";
import { mutatedBytes, TEXTS } from "../bytes.ts";
import { type Subject, subject } from "../subject.ts";

/** Files that the arguments name, made anew for each input. */
interface Run {
  readonly command: string;
  readonly args: readonly string[];
  readonly files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
}

const encoder = new TextEncoder();

const CSV = encoder.encode("label,a,b\n0,0.5,1\n1,1,0.25\n0,0,1\n");
const MODEL = saveModel(model(softmaxLinear({ inputs: 2, classes: 2 }), { seed: 1 }));
const GATE = encoder.encode(
  '{"attacks":["fgsm"],"epsilons":[0.1],"thresholds":[{"on":"clean","errorRate":1}]}',
);

/** Commands with arguments that work and take little time. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  info: ["m.safetensors"],
  evaluate: ["--model", "m.safetensors", "--data", "d.csv", "--epsilon", "0.1"],
  check: ["--model", "m.safetensors", "--data", "d.csv", "--config", "g.json"],
  attack: ["--model", "m.safetensors", "--data", "d.csv", "--epsilon", "0.1", "--out", "a.npy", "--force"],
  rubbish: ["--model", "m.safetensors", "--samples", "5"],
  robustness: ["--model", "m.safetensors", "--data", "d.csv", "--epsilon", "0.1", "--effort", "quick"],
  train: [
    "--model",
    "softmaxLinear",
    "--data",
    "d.csv",
    "--epochs",
    "1",
    "--out",
    "t.safetensors",
    "--force",
  ],
  convert: ["m.safetensors", "--family", "softmaxLinear", "--out", "c.safetensors", "--force"],
  // only how they are understood: what they do takes long
  data: ["digits"],
  reproduce: ["--seed", "1"],
};

const UNREAD = ["data", "reproduce"];

const FLAGS = [
  ...[
    "--json",
    "--quiet",
    "--per-class",
    "--force",
    "--help",
    "--version",
    "--no-x",
    "--",
    "-h",
    "-",
    "--=",
    "---",
  ],
  ...[
    "--bounds",
    "--norm",
    "--seed",
    "--limit",
    "--fixed",
    "--grid",
    "--split",
    "--scale",
    "--label",
    "--header",
  ],
  ...[
    "--separator",
    "--index",
    "--class-count",
    "--missing",
    "--kernels",
    "--attack",
    "--target",
    "--std",
    "--threshold",
    "--map",
  ],
  ...[
    "--inputs",
    "--transpose",
    "--validation",
    "--optimizer",
    "--classes",
    "--momentum",
    "--adversarial",
    "--alpha",
  ],
];

const WORDS = [
  ...TEXTS,
  "Linf",
  "fgsm",
  "pgd,fgsm",
  "0,1",
  "1,0",
  "0.1,0.1",
  "last",
  "first",
  "auto",
  "test",
  "train",
];

const word = fc.constantFrom(...WORDS.filter((each) => !each.includes("\u0000")));

/** An option, and what follows it. */
const added = fc.oneof(
  fc.tuple(fc.constantFrom(...FLAGS), word).map(([name, value]) => [name, value]),
  fc.constantFrom(...FLAGS).map((name) => [name]),
  fc.tuple(fc.constantFrom(...FLAGS), word).map(([name, value]) => [`${name}=${value}`]),
  word.map((each) => [each]),
);

const runs = fc.constantFrom(...Object.keys(COMMANDS)).chain((command) =>
  fc.record<Run>({
    command: fc.oneof({ arbitrary: fc.constant(command), weight: 9 }, { arbitrary: word, weight: 1 }),
    args: fc.tuple(
      fc.array(fc.tuple(fc.nat(20), word, fc.boolean()), { maxLength: 2 }),
      fc.array(added, { maxLength: 3 }),
    ).map(([edits, more]) => {
      const args = [...COMMANDS[command]];
      for (const [at, value, drop] of edits) {
        const place = at % args.length;
        if (drop) args.splice(place, 1);
        // paths and numbers of steps stay as they are
        else if (
          /^(--|[\d.]+$)/.test(args[place]) && args[place - 1] !== "--samples" &&
          args[place - 1] !== "--epochs"
        ) {
          args[place] = value;
        }
        if (args.length === 0) break;
      }
      return [...args, ...more.flat(), ...(UNREAD.includes(command) ? ["--no-such", "--option"] : [])];
    }),
    files: fc.record({
      "m.safetensors": fc.oneof(fc.constant(MODEL), mutatedBytes([MODEL])),
      "d.csv": fc.oneof(fc.constant(CSV), mutatedBytes([CSV])),
      "g.json": fc.oneof(fc.constant(GATE), mutatedBytes([GATE])),
    }),
  })
);

/** Where the files are: the tests' folder for temporary files, or the one that the task may write to. */
let folder: string | undefined;

/** Makes the command line run in `where`. */
export function workIn(where: string): void {
  folder = where;
}

/** The command line. */
export const commandLine: Subject = subject({
  name: "arguments",
  inputs: runs,
  async run({ command, args, files }: Run) {
    for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(`${folder}/${name}`, bytes);
    const placed = args.map((each) =>
      /^[\w]+\.(safetensors|csv|json|npy)$/.test(each) ? `${folder}/${each}` : each
    );
    const lines: string[] = [];
    const terminal: Terminal = {
      out: () => {},
      err: (line) => void lines.push(line),
      width: 80,
      now: () => performance.now(),
      onInterrupt: () => () => {},
      exit: () => {},
    };
    const code = await main([command, ...placed], terminal);
    const message = lines.join("\n");
    if (message.includes("This is a bug")) throw new Error(message);
    if (code === 0) return;
    if (![1, 2].includes(code)) throw new Error(`exit code ${code}: ${message}`);
    // a gate that was not kept, and help, are no refusals
    if (lines.length === 1 && message.startsWith("gibbon: ")) throw new UserError(message);
  },
});
