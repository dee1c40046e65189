import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { codeName, dataName } from "../../../scripts/jobs/code.ts";
import { digits } from "../../../src/mod.ts";
import { inFolder } from "../cli/support.ts";

Deno.test("codeName() changes with every source that measures, and not with sources that only show results", () =>
  inFolder(async (folder) => {
    const root = new URL(`file://${folder}/`);
    const write = async (name: string, text: string) => {
      await Deno.mkdir(new URL(".", new URL(name, root)), { recursive: true });
      await Deno.writeTextFile(new URL(name, root), text);
      return await codeName(root);
    };
    await write("wasm/a.wasm", "1");
    const first = await write("src/attacks/a.ts", "1");
    assert(first !== undefined);
    assertEquals(await write("src/report/a.ts", "1"), first);
    const others = [
      await write("src/attacks/a.ts", "2"),
      await write("wasm/a.wasm", "2"),
      await write("src/attacks/b.ts", ""),
    ];
    assertEquals(new Set([first, ...others]).size, 4);
    assertEquals(await codeName(new URL("file:///nowhere/")), undefined);
    assertNotEquals(await codeName(), undefined);
  }));

Deno.test("dataName() tells inputs, labels, shapes and classes apart, and depends on nothing else", async () => {
  const { train, test } = digits({ train: 12, test: 6 });
  const copy = { ...train, x: { ...train.x, data: train.x.data.slice() } };
  assertEquals(await dataName(copy), await dataName(train));
  copy.x.data[5] += 0.25;
  const names = [
    train,
    test,
    copy,
    { ...train, labels: train.labels.map((label) => 9 - label) },
    { ...train, classes: 11 },
    { ...train, x: { ...train.x, rows: 6, cols: 1568 } },
  ].map(dataName);
  assertEquals(new Set(await Promise.all(names)).size, 6);
});
