/** Where a checkout stands, read from git's own files. @module */

/** The commit that the checkout at `root`, a clone or a worktree, stands at; nothing if it is none. */
export async function commit(root: URL): Promise<string | undefined> {
  try {
    const git = await gitFolder(root);
    const head = await read("HEAD", git);
    const ref = head.startsWith("ref: ") ? head.slice("ref: ".length) : undefined;
    if (!ref) return head;
    // of a worktree, refs lie with those of the clone that it belongs to
    const common = await read("commondir", git).then((path) => new URL(`${path}/`, git), () => git);
    return await read(ref, common).catch(async () =>
      (await read("packed-refs", common)).split("\n").find((line) => line.endsWith(` ${ref}`))?.split(" ")[0]
    );
  } catch {
    return undefined;
  }
}

/** Where git keeps what it knows of the checkout at `root`: `.git`, or in a worktree what the file of that name says. */
async function gitFolder(root: URL): Promise<URL> {
  const { isFile } = await Deno.stat(new URL(".git", root));
  if (!isFile) return new URL(".git/", root);
  const path = (await read(".git", root)).slice("gitdir: ".length);
  return new URL(`${path}/`, root);
}

async function read(path: string, folder: URL): Promise<string> {
  return (await Deno.readTextFile(new URL(path, folder))).trim();
}
