/**
 * Many tiny jobs by way of a queue: how many a second, and how much memory who submits them takes meanwhile.
 * `deno run -P=runtimes tests/jobs/tiny.ts --jobs 10000`; `redis-server` must be installed.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { queued } from "../../scripts/jobs/queue.ts";
import { codeVersion, NAMING } from "../../scripts/jobs/code.ts";
import { folderStore } from "../../scripts/jobs/stores.ts";
import { doAll } from "../../src/jobs/all.ts";
import { writeBatch } from "../../src/jobs/inputs.ts";
import { dataKey } from "../../src/jobs/store.ts";
import { batch, matrix, model, saveModel, softmaxLinear } from "../../src/mod.ts";

const { jobs: count, workers } = {
  ...{ jobs: "10000", workers: "2" },
  ...parseArgs(Deno.args, { string: ["jobs", "workers"] }),
};
const root = new URL("../../", import.meta.url).pathname;
const folder = await Deno.makeTempDir();
const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
const { port } = listener.addr;
listener.close();
const quiet = { stdout: "null", stderr: "null" } as const;
const url = `redis://127.0.0.1:${port}`, store = folderStore(`${folder}/store`);
const processes = [
  new Deno.Command("redis-server", { args: ["--port", `${port}`, "--dir", folder, "--save", ""], ...quiet })
    .spawn(),
];
try {
  using small = model(softmaxLinear({ inputs: 2, classes: 2 }));
  const [bytes, examples] = [saveModel(small), batch({ x: matrix(1, 2), labels: [0], classes: 2 })];
  const inputs = { model: await NAMING.bytes(bytes), examples: await NAMING.batch(examples) };
  await store.put(dataKey(inputs.model), bytes);
  await store.put(dataKey(inputs.examples), writeBatch(examples));
  const how = ["worker", "--queue", url, "--store", `${folder}/store`, "--concurrency", "1"];
  for (let i = 0; i < Number(workers); i++) {
    const args = ["run", "-q", "-A", "-c", `${root}deno.json`, `${root}scripts/cli/gibbon.ts`, ...how];
    processes.push(new Deno.Command(Deno.execPath(), { args, ...quiet }).spawn());
  }
  await using queue = await queued({ url, store, onNote: console.error });
  const shared = { kind: "robustness", inputs, kernels: "baseline", code: await codeVersion() } as const;
  const list = Array.from({ length: Number(count) }, (_, seed) => ({
    ...shared,
    recipe: { options: { epsilons: [0.1], effort: "quick", certify: "none", seed }, from: 0, to: 1 },
  }));
  let start = 0, told = 0;
  await doAll(queue, list, {
    onProgress(part) {
      start ||= performance.now();
      if (part < told) return;
      const { rss, heapUsed } = Deno.memoryUsage();
      const rate = part * list.length / ((performance.now() - start) / 1000);
      const megabytes = [rss, heapUsed].map((bytes) => `${Math.round(bytes / 1e6)} MB`);
      console.log(
        `${Math.round(100 * part)} %: ${megabytes.join(", heap ")}, ${Math.round(rate)} jobs a second`,
      );
      told += 0.1;
    },
  });
} finally {
  for (const each of processes) each.kill("SIGKILL");
  await Promise.all(processes.map(({ status }) => status));
  await Deno.remove(folder, { recursive: true });
}
