/** A store in a bucket of a real server: many writers of one key are harmless, and a run gives the same report. @module */

import { assert, assertEquals } from "@std/assert";
import { s3Store } from "../../../scripts/jobs/s3_store.ts";
import { answers, end, freePort, gibbon, reproduces, type Setup, startServer, until } from "./processes.ts";

/** Writers of one key at once, rounds of them, and bytes that each writes. */
const WRITERS = 8, ROUNDS = 20, BYTES = 300_000;

/** The store in a bucket of versitygw, whose `program` serves a folder. */
export async function bucket(setup: Setup, program: string): Promise<void> {
  const { folder } = setup;
  const [port, port2] = [freePort(), freePort()];
  const files = `${folder}/files`,
    env = {
      AWS_ACCESS_KEY_ID: "gibbon",
      AWS_SECRET_ACCESS_KEY: "hidden-51b2",
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port2}`,
    };
  await Deno.mkdir(`${files}/gibbon`, { recursive: true });
  const server = new Deno.Command(program, {
    args: ["--port", `127.0.0.1:${port2}`, "posix", files],
    env: { ROOT_ACCESS_KEY: env.AWS_ACCESS_KEY_ID, ROOT_SECRET_KEY: env.AWS_SECRET_ACCESS_KEY },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const redis = await startServer({ folder, port });
  const queue = `redis://127.0.0.1:${port}`, name = "s3://gibbon/runs";
  let worker: Deno.ChildProcess | undefined;
  try {
    await until(() => answers(port2));
    for (const [variable, value] of Object.entries(env)) Deno.env.set(variable, value);
    const store = await s3Store(name);
    for (let round = 0; round < ROUNDS; round++) {
      const writers = Array.from({ length: WRITERS }, (_, i) => new Uint8Array(BYTES).fill(i + 1));
      await Promise.all(writers.map((bytes) => store.put("data/one", bytes)));
      const read = (await store.get("data/one"))!;
      assert(read.length === BYTES && read.every((byte) => byte === read[0]), "one writer's bytes, whole");
    }
    await store.delete("data/one");
    assertEquals([await store.has("data/one"), await store.get("data/one")], [false, undefined]);
    console.log(
      `bucket: ${ROUNDS} times ${WRITERS} writers of one key at once; what is read is one's, whole`,
    );
    worker = gibbon(["worker", "--queue", queue, "--store", name], { env });
    const output = worker.output();
    await reproduces(setup, { queue, store: name, env });
    await end(worker);
    const { stdout, stderr } = await output;
    const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    assert(text.includes("done experiment") && !text.includes(env.AWS_SECRET_ACCESS_KEY), text);
    console.log("bucket: the same report");
  } finally {
    for (const each of [worker, server, redis]) await end(each).catch(() => {});
  }
}
