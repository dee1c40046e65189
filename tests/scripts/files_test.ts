import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { UserError } from "../../scripts/errors.ts";
import { writeFileWhole } from "../../scripts/files.ts";

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = (folder: string) => Array.from(Deno.readDirSync(folder), (entry) => entry.name);

Deno.test("writeFileWhole() writes, replaces, and leaves nothing beside", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.safetensors`;
    await writeFileWhole(path, new Uint8Array([1, 2, 3]));
    await writeFileWhole(path, new Uint8Array([4]));
    assertEquals(await Deno.readFile(path), new Uint8Array([4]));
    assertEquals(names(folder), ["model.safetensors"]);
    await writeFileWhole(path, "é");
    assertEquals(await Deno.readTextFile(path), "é");
  }));

Deno.test("writeFileWhole() writes through links, and never puts a file in the place of a device", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "old");
    await Deno.symlink(`${folder}/file`, `${folder}/link`);
    await writeFileWhole(`${folder}/link`, "new");
    assertEquals(await Deno.readTextFile(`${folder}/file`), "new");
    assertEquals((await Deno.lstat(`${folder}/link`)).isSymlink, true);
    await writeFileWhole("/dev/null", "x");
    assertEquals((await Deno.stat("/dev/null")).isCharDevice, true);
  }));

Deno.test("writeFileWhole() says which file it cannot write and why, and leaves nothing beside", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/taken`);
    await Deno.writeTextFile(`${folder}/file`, "");
    for (
      const [name, why] of [
        ["missing/model", "its folder does not exist"],
        ["taken", "it is a folder"],
        ["file/model", "part of its path is not a folder"],
        ["x".repeat(300), "file name too long"],
      ]
    ) {
      const { message } = await assertRejects(
        () => writeFileWhole(`${folder}/${name}`, new Uint8Array()),
        UserError,
      );
      assertEquals(message.startsWith(`Cannot write ${folder}/${name}: `), true, message);
      assertMatch(message, new RegExp(why));
    }
    assertEquals(names(folder).sort(), ["file", "taken"]);
  }));

Deno.test("UserError() carries the exit code, by default 1", () => {
  assertEquals([new UserError("x").exitCode, new UserError("x", 2).exitCode, new UserError("x").name], [
    1,
    2,
    "UserError",
  ]);
});
