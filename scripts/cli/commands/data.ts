/** `gibbon data`. @module */

import { digitsSteps } from "../../../src/data/digits.ts";
import type { Batch } from "../../../src/mod.ts";
import { type Command, command, type Context } from "../command.ts";
import { integerOption, text } from "../options.ts";
import type { Progress } from "../progress.ts";
import { downloadMnist, MIRRORS } from "../../data/download.ts";
import { UserError } from "../../errors.ts";
import { makeFolder, writeFileWhole } from "../../files.ts";
import { runInterruptible } from "../turns.ts";

/** Brings data into a folder. */
export const data: Command = command({
  name: "data",
  summary: "Put a data set into a folder: download MNIST, or draw the built-in digits",
  operand: { placeholder: "mnist|digits", help: "Which data set", choices: ["mnist", "digits"] },
  options: {
    out: text({ help: "Folder to write the four IDX files to", placeholder: "DIR", required: true }),
    seed: integerOption({
      help: "Digits: seed of the handwriting; by default 1, as --data digits uses",
      min: 0,
    }),
    train: integerOption({ help: "Digits: training examples; by default 10000", min: 1 }),
    test: integerOption({ help: "Digits: test examples; by default 2000", min: 1 }),
  },
  examples: ["data mnist --out mnist", "data digits --seed 2 --out digits2"],
  async run({ operand, out, seed, train: trainSet, test }, context) {
    if (operand === "mnist") {
      for (const [name, value] of Object.entries({ seed, train: trainSet, test })) {
        if (value !== undefined) throw new UserError(`--${name} is for digits only`, 2);
      }
      await fetchMnist(out, context);
    } else {
      const drawn = await runInterruptible(digitsSteps({ seed, train: trainSet, test }), context, {
        title: "data digits",
        kept: "nothing was written, and the same command starts over; --train N draws fewer",
      });
      await writeDigits(out, drawn);
    }
    context.print(`wrote ${operand} to ${out}`);
    return 0;
  },
});

async function fetchMnist(out: string, context: Context): Promise<void> {
  let current: { file: string; progress: Progress } | undefined;
  const { state } = await Deno.permissions.query({ name: "net", host: new URL(MIRRORS[0]).host });
  // in a terminal, Deno asks the user
  if (state === "denied" || (state === "prompt" && !Deno.stdin.isTerminal())) {
    throw new UserError(
      "Cannot download MNIST: Deno has no permission for the network; deno task data mnist has",
    );
  }
  try {
    await context.interruptible((signal) =>
      downloadMnist(out, {
        signal,
        onProgress({ file, received, total }) {
          if (current?.file !== file) {
            current?.progress.end();
            current = { file, progress: context.progress(file, total ? received / total : 0) };
          }
          current.progress.update(total ? received / total : 0, `${(received / 1e6).toFixed(1)} MB`);
        },
      })
    );
  } finally {
    current?.progress.end();
  }
}

async function writeDigits(
  out: string,
  { train: trainSet, test }: { train: Batch; test: Batch },
): Promise<void> {
  await makeFolder(out);
  for (const [stem, { x, labels }] of [["train", trainSet], ["t10k", test]] as const) {
    const side = Math.sqrt(x.cols);
    const pixels = Uint8Array.from(x.data, (value) => Math.round(255 * value));
    await writeFileWhole(`${out}/${stem}-images-idx3-ubyte`, idx([x.rows, side, side], pixels));
    await writeFileWhole(`${out}/${stem}-labels-idx1-ubyte`, idx([x.rows], Uint8Array.from(labels)));
  }
}

/** The IDX file of `bytes`, an array of `shape`. */
function idx(shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const file = new Uint8Array(4 + 4 * shape.length + bytes.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  shape.forEach((length, i) => view.setUint32(4 + 4 * i, length));
  file.set(bytes, 4 + 4 * shape.length);
  return file;
}
