/** What tests of data share: files of each format, and folders of them. */

import { assertEquals, assertRejects } from "@std/assert";
import { loadData, type LoadOptions } from "../../../scripts/data/folder.ts";
import { UserError } from "../../../scripts/errors.ts";

/** Files by their paths in a folder. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

/** An IDX file of bytes of `shape`, which begins with `start` and goes on with zeros. */
export function idx(shape: number[], start: number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length + shape.reduce((a, b) => a * b, 1));
  const view = new DataView(bytes.buffer);
  view.setUint16(2, 0x0800 + shape.length);
  shape.forEach((n, i) => view.setUint32(4 + 4 * i, n));
  bytes.set(start.slice(0, bytes.length), 4 + 4 * shape.length);
  return bytes;
}

/** An `.npy` file of `shape`, of little-endian numbers of the type of `data`. */
export function npy(shape: readonly number[], data: ArrayBufferView, descr = "|u1"): Uint8Array<ArrayBuffer> {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}, ), }\n`;
  const numbers = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const text = new TextEncoder().encode(header);
  return new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0, ...text, ...numbers]);
}

/** `bytes` as a gzip file of one member. */
export function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
}

/** Runs `run` with a folder of `files`, which is then removed. */
export async function withFolder(files: Files, run: (folder: string) => Promise<unknown>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of Object.entries(files)) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeFile(path, typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
    }
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Passes if a folder of `files` is refused with the one sentence that `problem` makes of its path. */
export function assertRefused(
  files: Files,
  problem: (folder: string) => string,
  options?: LoadOptions & { file?: string },
): Promise<void> {
  return withFolder(files, async (folder) => {
    const { file, ...rest } = options ?? {};
    const path = file === undefined ? folder : `${folder}/${file}`;
    const { message } = await assertRejects(() => loadData(path, rest), UserError);
    assertEquals(message, problem(folder));
  });
}
