import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { rates } from "../../../scripts/cli/outputs.ts";
import { assertRefused, gibbon, inFolder, json, printed } from "./support.ts";

/** Lines of two classes that words tell apart, on inputs of very different sizes. */
function lines(count: number, from: number): string {
  const line = (i: number) =>
    `${1000 + (i % 2 ? 1 : -1) * (i % 7 + 1)};${i % 5 / 100};${i % 2 ? "yes" : "no"}`;
  return `height;width;answer\n${Array.from({ length: count }, (_, i) => line(i + from)).join("\n")}\n`;
}

Deno.test("a model keeps how its data were scaled and what its classes are called, and is given the same again", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/train.csv`, lines(80, 0));
    await Deno.writeTextFile(`${folder}/test.csv`, lines(40, 3));
    const model = `${folder}/model`, options = ["--epochs", "40", "--batch-size", "10", "--out", model];
    const train = ["train", "--model", "softmaxLinear", "--data", folder, ...options, "--force"];
    const raw = await gibbon(train);
    assertStringIncludes(raw.err, "inputs reach 1007; --scale standard or minmax would train better");
    const said = await json(...train, "--scale", "standard");
    assertEquals(said.clean.errorRate, 0);
    const reading = {
      format: "CSV",
      separator: "semicolon",
      heading: "yes",
      label: 'column 3 "answer"',
      scale: "standard",
      units: "scaled inputs",
      range: [0, 1007],
      classes: 2,
      classNames: ["no", "yes"],
    };
    assertEquals(said.data.reading, reading);
    const evaluate = ["evaluate", "--model", model, "--data", `${folder}/test.csv`, "--epsilon", "0"];
    const again = await json(...evaluate);
    assertEquals([again.clean.errorRate, again.data.examples], [0, 40]);
    assertEquals(again.data.reading, { ...reading, parts: "one" });
    const text = await printed(...evaluate, "--per-class");
    assert(/^yes +20 /m.test(text) && /^no +20 /m.test(text), text);
    assertStringIncludes(text, "epsilon and bounds are in units of scaled inputs");
    assert((await json(...evaluate, "--scale", "none")).clean.errorRate > 0.3);
    await assertRefused(
      [...evaluate, "--scale", "minmax"],
      1,
      "Cannot read data with scale minmax: the model was trained with standard; use auto, or none for data that are " +
        "scaled already",
    );

    // what an attack wrote is data: as the model takes it, and in its classes
    const out = `${folder}/adversarial`;
    const attack = ["attack", ...evaluate.slice(1, -1), "0.5", "--out"];
    const { attacked: [made] } = await json(...attack, out);
    const measured = async (...args: string[]) =>
      (await json("evaluate", "--model", model, "--epsilon", "0", "--data", ...args)).clean;
    assertEquals(await measured(out), rates(made));
    for (const ending of ["npy", "csv"]) {
      const said = await printed(...attack, `${out}.${ending}`);
      assertStringIncludes(
        said.replaceAll("\n", " "),
        "inputs scaled as the model takes them: --scale none reads them",
      );
      assertEquals(await measured(`${out}.${ending}`, "--scale", "none"), rates(made), ending);
    }
  }));

Deno.test("classes that count from 1 keep their numbers in files that an attack wrote of some of them", () =>
  inFolder(async (folder) => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 3 + 1},${[i % 3, -(i % 3), 1, i % 7 / 50]}`);
    await Deno.writeTextFile(`${folder}/train.csv`, rows.join("\n"));
    await Deno.writeTextFile(`${folder}/test.csv`, [1, 2, 4, 5, 7, 8].map((i) => rows[i]).join("\n"));
    const model = `${folder}/model`, on = ["--model", model, "--epsilon", "0.01", "--data"];
    await printed("train", "--model", "softmaxLinear", "--data", folder, "--out", model);
    const { clean } = await json("evaluate", ...on, folder);
    for (const name of ["a.npy", "a.csv", "a.safetensors"]) {
      await printed("attack", ...on, folder, "--out", `${folder}/${name}`);
      const again = await json("evaluate", ...on, `${folder}/${name}`);
      assertEquals([again.clean.errorRate, again.data.examples], [clean.errorRate, 6], name);
    }
  }));

Deno.test("evaluate --confusion counts predictions of each class, by names without control characters", () =>
  inFolder(async (folder) => {
    const names = ["a\u001b[31mb", "cat"];
    const rows = Array.from({ length: 40 }, (_, i) => `${i % 2},${i % 5 / 9},${names[i % 2]}`);
    await Deno.writeTextFile(`${folder}/data.csv`, `size,width,name\n${rows.join("\n")}\n`);
    const model = `${folder}/model`,
      on = ["--model", model, "--epsilon", "0,5", "--data", `${folder}/data.csv`];
    const train = ["--epochs", "30", "--batch-size", "5", "--out", model];
    await printed("train", "--model", "softmaxLinear", "--data", `${folder}/data.csv`, ...train);
    const said = await json("evaluate", ...on, "--confusion");
    const turned = [[0, 20], [20, 0]];
    assertEquals(said.confusion, { clean: [[20, 0], [0, 20]], attacked: [[[20, 0], [0, 20]], turned] });
    const text = await printed("evaluate", ...on, "--confusion", "--per-class");
    assert(
      /^True class, and what it is taken for: fgsm 5\n +"a \[31mb" +cat\n"a \[31mb" +0 +20\ncat +20 +0$/m
        .test(text),
      text,
    );
    assert(!text.includes("\u001b"));
    const attack = await printed("attack", ...on.with(3, "5"), "--target", "1", "--limit", "9");
    assertStringIncludes(attack, "taken for class cat: 100.00 % of 5 that were not; 4 were");
  }));

Deno.test("options of reading are those of the library, and reach every command that reads data", () =>
  inFolder(async (folder) => {
    const [file, model] = [`${folder}/data.csv`, `${folder}/model`];
    await Deno.writeTextFile(file, "5,1,0.5\n4,2,NA\n6,1,0.25\n5,2,1\n7,1,0\n3,2,0\n");
    const train = [
      "train",
      "--model",
      "softmaxLinear",
      "--data",
      file,
      "--epochs",
      "1",
      "--out",
      model,
      "--force",
    ];
    await assertRefused(
      [...train, "--label", "1"],
      1,
      `Cannot read ${file}: value 3 of line 2 is missing (NaN); fill it in, or leave such examples out by missing drop`,
    );
    const options = ["--label", "1", "--missing", "drop", "--header", "no", "--separator", "comma"];
    const { data, training } = await json(...train, ...options);
    assertEquals([training.examples, data.examples, data.reading.dropped, data.reading.classNames], [
      4,
      1,
      1,
      ["1", "2"],
    ]);
    const zero = await json(...train, ...options, "--label-base", "0", "--class-count", "4");
    assertEquals([zero.data.reading.classes, zero.data.reading.classNames], [4, undefined]);
    await assertRefused(
      [...train, "--label", "hue"],
      1,
      `Cannot read CSV: there is no column "hue"; there is no heading, and the places are 0 … 2`,
    );
    for (const [command, ...rest] of [["evaluate"], ["attack", "--epsilon", "0"]]) {
      const said = await json(command, "--model", model, "--data", file, ...rest, ...options);
      assertEquals(said.data.examples, 5);
    }
  }));
