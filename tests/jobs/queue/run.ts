/**
 * Tests of a queue, with Redis: `deno task test:queue`; `redis-server` must be installed. `--kills 200 --train 600 --only
 * softmax,maxout,rbf --parts kills` is the long form of the kills, `--bucket PROGRAM` has the store in a bucket of versitygw.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { bucket } from "./bucket.ts";
import { killed } from "./kills.ts";
import { report, type Setup, succeeds } from "./processes.ts";
import { protocol } from "./protocol.ts";
import { tls } from "./tls.ts";

const options = {
  ...{ parts: "kills,protocol,tls", kills: "4", workers: "2", train: "240", only: "softmax", between: "400" },
  ...{ seed: "1", bucket: "" },
  ...parseArgs(Deno.args, {
    string: ["parts", "kills", "workers", "train", "only", "between", "seed", "bucket"],
  }),
};
const number = (name: "kills" | "workers" | "between" | "seed") => Number(options[name]);
const parts: Record<string, (setup: Setup) => Promise<void>> = {
  kills: (setup) =>
    killed(setup, {
      kills: number("kills"),
      workers: number("workers"),
      between: number("between"),
      seed: number("seed"),
    }),
  protocol,
  tls,
  bucket: (setup) => bucket(setup, options.bucket),
};

const folder = await Deno.makeTempDir();
try {
  const data = `${folder}/digits`;
  await succeeds(["data", "digits", "--train", options.train, "--test", "60", "--out", data]);
  const how = ["--budget", "quick", "--only", options.only, "--kernels", "baseline"];
  const reproduce = ["reproduce", "--data", data, ...how];
  await succeeds([...reproduce, "--quiet", "--no-cache", "--json", `${folder}/alone.json`]);
  const expected = await report(`${folder}/alone.json`);
  for (const part of new Set([...options.parts.split(","), ...(options.bucket ? ["bucket"] : [])])) {
    const own = `${folder}/${part}`;
    await Deno.mkdir(own);
    await parts[part]({ folder: own, reproduce, expected });
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
