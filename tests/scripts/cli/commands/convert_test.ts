import { assert, assertEquals } from "@std/assert";
import { loadModel, matrix, writeSafetensors } from "../../../../src/mod.ts";
import { assertRefused, inFolder, json, printed } from "../support.ts";

Deno.test("convert makes a model of another program's weights, with its scores", () =>
  inFolder(async (folder) => {
    const weights = {
      "fc.weight": { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      "fc.bias": { shape: [3], data: Float32Array.of(0.5, 0, -1) },
    };
    await Deno.writeFile(`${folder}/torch`, writeSafetensors(weights));
    const args = ["convert", `${folder}/torch`, "--family", "softmaxLinear", "--out", `${folder}/model`];
    const said = await printed(...args, "--map", "W=fc.weight,b=fc.bias");
    assertEquals(
      said.replaceAll("\n", " "),
      `wrote ${folder}/model, softmaxLinear of 2 inputs and 3 classes, from 2 tensors of ${folder}/torch `,
    );
    assert(said.split("\n").every((line) => line.length <= 80), said);
    using model = loadModel(await Deno.readFile(`${folder}/model`));
    assertEquals([...model.scores(matrix(1, 2, [1, 10])).data], [21.5, 43, 64]);
    assertEquals((await json(...args, "--force")).inputs, 2);
    const there = `Cannot write ${folder}/model: it is there already; name another, or add --force`;
    await assertRefused(args, 1, there);
    await assertRefused(
      [...args, "--force", "--map", "W=fc.wight"],
      1,
      `Cannot convert ${folder}/torch: the file has no tensor "fc.wight"; did you mean fc.weight?`,
    );
    await assertRefused(
      ["convert", `${folder}/none`, "--family", "rbf", "--out", `${folder}/other`],
      1,
      `Cannot read ${folder}/none: it does not exist`,
    );
  }));
