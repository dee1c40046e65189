/**
 * `deno task test:formats`: models that scikit-learn, PyTorch, Keras and TensorFlow.js write are read, and ours are run by
 * onnxruntime; scores, labels and gradients are compared.
 *
 * @module
 */

import { type Command, command } from "../cli/command.ts";
import { choicesOf, integerOption, text } from "../cli/options.ts";
import { runTask } from "../cli/run.ts";

const root = new URL("../../", import.meta.url).pathname;
const PEERS = `${root}scripts/bench/peers`, MODELS = `${root}tests/models`;

/** A program with its arguments, `FOLDER` and `ROWS` to be filled in. */
type Line = readonly string[];

/** What is done for each kind of models, one line after the other. */
const PARTS: Readonly<Record<"in" | "out" | "keras", (python: string) => readonly Line[]>> = {
  // what scikit-learn and PyTorch write as ONNX
  in: (python) => [
    [python, `${PEERS}/onnx/models.py`, "FOLDER", "--rows", "ROWS"],
    ["deno", "run", "-A", "-q", `${MODELS}/import/check.ts`, "FOLDER"],
  ],
  // every family of ours, and some models that were read, as ONNX
  out: (python) => [
    ["deno", "run", "-A", "-q", `${MODELS}/export/written.ts`, "FOLDER"],
    [python, `${PEERS}/onnx/run.py`, "FOLDER"],
  ],
  // Keras files, and models of TensorFlow.js
  keras: (python) => [
    [python, `${PEERS}/keras/models.py`, "FOLDER", "ROWS", "--graphs"],
    [
      "npm",
      "install",
      "--silent",
      "--no-audit",
      "--no-fund",
      "--prefix",
      "FOLDER",
      "@tensorflow/tfjs@4.22.0",
    ],
    ["cp", `${PEERS}/keras/tfjs.mjs`, "FOLDER"],
    ["node", "FOLDER/tfjs.mjs", "FOLDER", "ROWS"],
    ["deno", "run", "-A", "-q", `${MODELS}/import/check_keras.ts`, "FOLDER"],
  ],
};

/** What the Pythons need. */
const NEEDS = {
  python: "onnx onnxruntime onnxscript scikit-learn skl2onnx torch",
  keras: "tensorflow keras tensorflowjs",
} as const;

/** Runs the comparisons. */
export const checking: Command = command({
  name: "test:formats",
  summary:
    "Compare models of scikit-learn, PyTorch, Keras and TensorFlow.js with what their own runtimes say",
  options: {
    only: choicesOf(["in", "out", "keras"], { help: "Kinds of models; by default all" }),
    python: text({
      help: `Python with ${NEEDS.python}, for the kinds in and out`,
      placeholder: "PATH",
      default: "python3",
    }),
    keras: text({ help: `Python with ${NEEDS.keras}`, placeholder: "PATH", default: "python3" }),
    rows: integerOption({ help: "Inputs of each model", min: 17, default: 1000 }),
  },
  examples: ["test:formats --only in,out --python venv/bin/python"],
  async run({ only, python, keras, rows }, { print }) {
    let failed = 0;
    for (const [part, linesOf] of Object.entries(PARTS)) {
      if (only && !only.includes(part as keyof typeof PARTS)) continue;
      const folder = await Deno.makeTempDir({ prefix: "gibbon-formats-" });
      try {
        for (const line of linesOf(part === "keras" ? keras : python)) {
          const [path, ...args] = line.map((each) =>
            each.replace("FOLDER", folder).replace("ROWS", `${rows}`)
          );
          const { code } = await new Deno.Command(path, { args, stdout: "inherit", stderr: "inherit" })
            .output();
          if (code === 0) continue;
          print(`${part}: ${path.split("/").at(-1)} ended with ${code}`);
          failed++;
          break;
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }
    return Number(failed > 0);
  },
});

if (import.meta.main) Deno.exit(await runTask(checking, Deno.args));
