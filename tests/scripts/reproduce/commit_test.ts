import { assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { commit } from "../../../scripts/reproduce/commit.ts";

const [LOOSE, PACKED, DETACHED] = ["1", "2", "3"].map((digit) => digit.repeat(40));

/** A folder with these files by path, and what `commit` says of the checkout in its folder `at`. */
async function commitIn(files: Record<string, string>, at = "clone"): Promise<string | undefined> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, `${text}\n`.replaceAll("FOLDER", folder));
    }
    return await commit(pathToFileURL(`${folder}/${at}/`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("commit() finds where a clone stands: on a branch, packed or not, or on none", async () => {
  const loose = { "clone/.git/HEAD": "ref: refs/heads/main", "clone/.git/refs/heads/main": LOOSE };
  assertEquals(await commitIn(loose), LOOSE);
  const packed = {
    "clone/.git/HEAD": "ref: refs/heads/main",
    "clone/.git/packed-refs": `# pack-refs\n${LOOSE} refs/heads/mainly\n${PACKED} refs/heads/main`,
  };
  assertEquals(await commitIn(packed), PACKED);
  assertEquals(await commitIn({ "clone/.git/HEAD": DETACHED }), DETACHED);
  assertEquals(await commitIn({ "clone/README": "from an archive" }), undefined);
});

Deno.test("commit() finds where a worktree stands, whose branches lie with its clone's", async () => {
  const files = {
    "clone/.git/HEAD": "ref: refs/heads/main",
    "clone/.git/refs/heads/main": LOOSE,
    "clone/.git/refs/heads/other": PACKED,
    "clone/.git/worktrees/tree/HEAD": "ref: refs/heads/other",
    "clone/.git/worktrees/tree/commondir": "../..",
  };
  assertEquals(
    await commitIn({ ...files, "tree/.git": "gitdir: FOLDER/clone/.git/worktrees/tree" }, "tree"),
    PACKED,
  );
  assertEquals(
    await commitIn({ ...files, "tree/.git": "gitdir: ../clone/.git/worktrees/tree" }, "tree"),
    PACKED,
  );
});
