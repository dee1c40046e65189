/** PyTorch and numpy in a Python process, which answers line by line. @module */

import { TextLineStream } from "./lines.ts";
import type { Batch, Tensors } from "../../../src/mod.ts";
import type { Attacked, Peer, Ready, Trained } from "./peer.ts";
import type { Shape } from "../products.ts";

/** Milliseconds after which OpenMP's threads stop spinning and free the cores. */
const REST = 50;

interface File {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** The libraries that `program`, a Python, can import, on so many threads. */
export async function python(program: string, threads: number): Promise<Peer[]> {
  const script = new URL("../peers.py", import.meta.url).pathname;
  const folder = await Deno.makeTempDir({ prefix: "gibbon-peers-" });
  const count = `${threads}`;
  const child = new Deno.Command(program, {
    args: [script, count],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    env: { OMP_NUM_THREADS: count, MKL_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count },
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const writer = child.stdin.getWriter();
  const answer = async () => {
    const { value, done } = await lines.read();
    if (done) throw new Error("the Python process ended");
    return JSON.parse(value);
  };
  const ask = async (request: unknown) => {
    await writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    return await answer();
  };

  let ids = 0;
  async function prepared(
    request: Readonly<Record<string, string>>,
    given: Readonly<Record<string, File>>,
  ): Promise<Ready<Record<string, { data: Float32Array }>>> {
    const id = ids++;
    const files: Record<string, unknown> = {};
    for (const [name, { data, shape }] of Object.entries(given)) {
      const path = `${folder}/${id}.${name}`;
      await Deno.writeFile(
        path,
        new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer),
      );
      files[name] = { path, shape, type: data instanceof Int32Array ? "int32" : "float32" };
    }
    const out = `${folder}/${id}.out.`;
    const { names } = await ask({ do: "prepare", id, out, files, ...request });
    const result: Record<string, { data: Float32Array }> = {};
    for (const name of names) {
      result[name] = { data: new Float32Array((await Deno.readFile(`${out}${name}`)).buffer) };
    }
    return {
      result,
      async sample(calls) {
        const { seconds } = await ask({ do: "sample", id, calls });
        if (threads > 1) await new Promise((resolve) => setTimeout(resolve, REST));
        return seconds;
      },
    };
  }

  const product = (library: string) => async ({ form, m, n, k }: Shape, a: Float32Array, b: Float32Array) => {
    const { result, sample } = await prepared({ work: "product", library, form }, {
      a: { data: a, shape: form === "gemmTN" ? [k, m] : [m, k] },
      b: { data: b, shape: form === "gemmNT" ? [n, k] : [k, n] },
    });
    return { result: result.c.data, sample };
  };
  const all = (tensors: Tensors, { x, labels }: Batch): Record<string, File> => ({
    ...tensors as Record<string, File>,
    x: { data: x.data, shape: [x.rows, x.cols] },
    labels: { data: labels, shape: [x.rows] },
  });

  const versions = await answer();
  const close = async () => {
    await writer.close();
    await child.status;
    await Deno.remove(folder, { recursive: true });
  };
  const numpy: Peer = { name: "numpy", about: versions.numpy, threads, product: product("numpy") };
  if (!versions.torch) return [{ ...numpy, close }];
  const torch: Peer = {
    name: "pytorch",
    about: versions.torch,
    threads,
    product: product("torch"),
    training: (what: Trained, tensors, batch) => prepared({ work: "training", what }, all(tensors, batch)),
    async attack(what: Attacked, tensors, batch) {
      const { result, sample } = await prepared({ work: "attack", what }, all(tensors, batch));
      return { result: result.x.data, sample };
    },
    close,
  };
  return [torch, numpy];
}
