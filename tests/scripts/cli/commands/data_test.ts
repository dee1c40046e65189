import { assertEquals } from "@std/assert";
import { loadData } from "../../../../scripts/data/folder.ts";
import { digits } from "../../../../src/mod.ts";
import { assertRefused, filesIn, inFolder, printed } from "../support.ts";

Deno.test("data digits writes the built-in digits as files that hold the same numbers", () =>
  inFolder(async (folder) => {
    const out = `${folder}/new/digits`;
    const args = ["data", "digits", "--seed", "2", "--train", "30", "--test", "20", "--out", out];
    assertEquals(await printed(...args), `wrote digits to ${out}\n`);
    const { train: trainSet, test } = await loadData(out);
    assertEquals({ train: trainSet, test }, digits({ seed: 2, train: 30, test: 20 }));
    assertEquals(filesIn(out), [
      "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte",
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte",
    ]);
  }));

Deno.test("data refuses what it does not know, and a folder that cannot be", () =>
  inFolder(async (folder) => {
    await assertRefused(["data", "--out", folder], 2, "data needs mnist or digits after it");
    await assertRefused(["data", "cifar", "--out", folder], 2, "data knows mnist and digits, not cifar");
    await assertRefused(
      ["data", "mnist", "--seed", "1", "--out", folder],
      2,
      "--seed is for digits only",
    );
    await Deno.writeTextFile(`${folder}/file`, "");
    const digits = ["data", "digits", "--train", "10", "--test", "10", "--out"];
    await assertRefused(
      [...digits, `${folder}/file/new`],
      1,
      `Cannot write ${folder}/file/new: part of its path is not a folder`,
    );
  }));
