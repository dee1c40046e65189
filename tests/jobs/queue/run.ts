/** Tests of a queue, with Redis: `deno task test:queue`. @module */

import { type Command, command } from "../../../scripts/cli/command.ts";
import { choicesOf, integerOption, text } from "../../../scripts/cli/options.ts";
import { runTask } from "../../../scripts/cli/run.ts";
import { EXIT, UserError } from "../../../scripts/errors.ts";
import { bucket } from "./bucket.ts";
import { killed } from "./kills.ts";
import { report, type Setup, succeeds } from "./processes.ts";
import { protocol } from "./protocol.ts";
import { tls } from "./tls.ts";

const PARTS = ["kills", "protocol", "tls"];

/** Runs the parts, each with the report that one process gives. */
const tests: Command = command({
  name: "test:queue",
  summary: "Test a queue while its workers and server are killed; needs redis-server",
  options: {
    parts: choicesOf([...PARTS, "bucket"], { help: "Parts to run", default: PARTS }),
    kills: integerOption({ help: "Number of kills", min: 1, default: 4 }),
    between: integerOption({ help: "Mean milliseconds between two kills", min: 1, default: 400 }),
    workers: integerOption({ help: "Workers of the queue", min: 1, default: 2 }),
    seed: integerOption({ help: "Seed of the kills", min: 0, default: 1 }),
    train: integerOption({ help: "Training examples of the reproduction", min: 1, default: 240 }),
    only: text({ placeholder: "ID,…", help: "Experiments of the reproduction", default: "softmax" }),
    bucket: text({
      placeholder: "PROGRAM",
      help: "Path of versitygw, to run the part bucket too; by default none",
    }),
  },
  examples: ["test:queue --parts kills --kills 200 --train 600 --only softmax,maxout,rbf"],
  async run({ parts, bucket: program, train, only, kills, between, workers, seed }) {
    if (parts.includes("bucket") && program === undefined) {
      throw new UserError("--parts bucket needs --bucket PROGRAM", EXIT.usage);
    }
    const run: Readonly<Record<string, (setup: Setup) => Promise<void>>> = {
      kills: (setup) => killed(setup, { kills, between, workers, seed }),
      protocol,
      tls,
      bucket: (setup) => bucket(setup, program!),
    };
    const folder = await Deno.makeTempDir();
    try {
      const data = `${folder}/digits`;
      await succeeds(["data", "digits", "--train", `${train}`, "--test", "60", "--out", data]);
      const how = ["--budget", "quick", "--only", only, "--kernels", "baseline"];
      const reproduce = ["reproduce", "--data", data, ...how];
      await succeeds([...reproduce, "--quiet", "--no-cache", "--json", `${folder}/alone.json`]);
      const expected = await report(`${folder}/alone.json`);
      for (const part of new Set([...parts, ...(program === undefined ? [] : ["bucket"])])) {
        const own = `${folder}/${part}`;
        await Deno.mkdir(own);
        await run[part]({ folder: own, reproduce, expected });
      }
      return 0;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.exit(await runTask(tests, Deno.args));
