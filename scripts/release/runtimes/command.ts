/** Other programs, run to their end. @module */

/** How a program is run. */
export interface RunOptions {
  readonly args: readonly string[];
  /** Folder to run it in. */
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/**
 * What the program at `path` writes to its standard output.
 *
 * @throws {Error} if it fails, with the end of what it wrote
 */
export async function run(path: string, { args, cwd, signal }: RunOptions): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(path, { args: [...args], cwd, signal }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  signal?.throwIfAborted();
  if (success) return out;
  const name = path.split("/").at(-1);
  throw new Error(`${name} failed: ${(err + out).trim().split("\n").slice(-8).join("\n")}`);
}
