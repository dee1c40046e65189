import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { families } from "../../../src/mod.ts";
import { oneOf } from "../../../src/wording.ts";
import {
  assertRefused,
  filesIn,
  gibbon,
  inFolder,
  printed,
  SMALL_READING,
  smallDigits,
  withModel,
} from "./support.ts";

const COMMANDS = ["reproduce", "train", "attack", "evaluate", "check", "rubbish", "info", "data"];

Deno.test("gibbon alone shows what it can do and fails; --help shows the same and does not", async () => {
  const { code, err, out } = await gibbon([]);
  assertEquals([code, out, err], [2, "", await printed("--help")]);
  for (const name of COMMANDS) assert(new RegExp(`^  ${name} +[A-Z]`, "m").test(err), name);
  assertEquals(await printed("help"), err);
});

Deno.test("gibbon help COMMAND, COMMAND --help and -h show one help, with each option and an example", async () => {
  for (const name of COMMANDS) {
    const help = await printed("help", name);
    assertEquals([await printed(name, "--help"), await printed(name, "-h")], [help, help]);
    assertStringIncludes(help, `Usage: gibbon ${name}`);
    assertStringIncludes(help, `For example:\n  gibbon ${name}`);
    const lines = help.split("\n");
    assert(lines.every((line) => line.length <= 80), name);
    // no line of a paragraph ends before it must
    for (const [i, line] of lines.entries()) {
      const [word] = (lines[i + 1] ?? "").split(" ");
      if (word === "" || line === "" || line.startsWith(" ")) continue;
      assert(line.length + 1 + word.length > 80, `${name}: ${line}`);
    }
  }
});

Deno.test("gibbon --version prints the version of deno.json", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)));
  assertEquals(await printed("--version"), `${version}\n`);
});

Deno.test("gibbon says which word it does not know, and which is near", async () => {
  await assertRefused(["trian"], 2, "There is no command trian; did you mean train?");
  await assertRefused(["fly"], 2, "There is no command fly; gibbon --help lists the commands");
  await assertRefused(["help", "evalute"], 2, "There is no command evalute; did you mean evaluate?");
  await assertRefused(["--fast"], 2, "There is no option --fast; gibbon --help lists the commands");
});

Deno.test("gibbon reports bad data in one sentence, and writes nothing", () =>
  inFolder(async (folder) => {
    const data = await smallDigits(folder);
    const train = ["train", "--model", "softmaxLinear", "--out", `${folder}/model`, "--data"];
    const refused = (path: string, why: string) => assertRefused([...train, path], 1, `Cannot ${why}`);
    const copy = async (name: string, changes: Record<string, Uint8Array | null>) => {
      await Deno.mkdir(`${folder}/${name}`);
      for (const file of filesIn(data)) {
        const bytes = changes[file] === undefined ? await Deno.readFile(`${data}/${file}`) : changes[file];
        if (bytes) await Deno.writeFile(`${folder}/${name}/${file}`, bytes);
      }
      return `${folder}/${name}`;
    };
    const [images, labels] = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];
    const [imageBytes, labelBytes] = [
      await Deno.readFile(`${data}/${images}`),
      await Deno.readFile(`${data}/${labels}`),
    ];

    const none = `${folder}/none`;
    await refused(
      none,
      `load data from ${none}: there is no such folder or file, and the only built-in set is digits`,
    );
    await Deno.mkdir(none);
    await refused(
      none,
      `load data from ${none}: it holds neither train-images-idx3-ubyte[.gz] and its three companions, ` +
        "nor train.csv and test.csv, nor x_train.npy, y_train.npy, x_test.npy and y_test.npy, nor one .npz file, nor " +
        "folders train and test with a folder of PNG or JPEG images for each class",
    );
    const swapped = await copy("swapped", { [images]: labelBytes, [labels]: imageBytes });
    await refused(
      swapped,
      `read ${swapped}/${images} and ${swapped}/${labels}: the images hold labels, 300 numbers`,
    );
    const high = await copy("high", { [labels]: labelBytes.with(8, 10) });
    await assertRefused(
      [...train, high, "--class-count", "10"],
      1,
      `Cannot read ${high}/${images} and ${high}/${labels}: label 10 of example 0 is not a whole number in 0 … 9`,
    );
    const packed = new Response(new Blob([imageBytes]).stream().pipeThrough(new CompressionStream("gzip")));
    const cut = await copy("cut", { [images]: null });
    await Deno.writeFile(`${cut}/${images}.gz`, (await packed.bytes()).subarray(0, 1000));
    await refused(cut, `read ${cut}/${images}.gz: it is not a whole gzip file`);
    assertEquals(filesIn(folder), ["cut", "digits", "high", "none", "swapped"]);
  }));

Deno.test("gibbon reports bad model files in one sentence", () =>
  withModel(async ({ folder, data, model }) => {
    const jpeg = `${folder}/photo.jpg`;
    await Deno.writeFile(
      jpeg,
      new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0]),
    );
    const bytes = await Deno.readFile(model);
    await Deno.writeFile(`${folder}/cut`, bytes.subarray(0, -4));
    const cases = [
      [jpeg, `Cannot read model ${jpeg}: it is not a safetensors file`],
      [
        `${folder}/cut`,
        `Cannot read model ${folder}/cut: it is not a whole safetensors file: expected 31400 bytes ` +
        "of tensors, got 31396",
      ],
      [`${folder}/none`, `Cannot read ${folder}/none: it does not exist`],
      [folder, `Cannot read ${folder}: it is a folder`],
    ];
    for (const [file, sentence] of cases) {
      await assertRefused(["info", file], 1, sentence);
      await assertRefused(["rubbish", "--model", file], 1, sentence);
      await assertRefused(["evaluate", "--model", file, "--data", data], 1, sentence);
      await assertRefused(["attack", "--model", file, "--data", data, "--epsilon", "1"], 1, sentence);
    }
    await Deno.mkdir(`${folder}/tiny`);
    for (const half of ["train", "test"]) {
      await Deno.writeTextFile(`${folder}/tiny/${half}.csv`, "0,1,1\n1,0,1\n");
    }
    await assertRefused(
      ["evaluate", "--model", model, "--data", `${folder}/tiny`],
      1,
      `Cannot use ${model} on ${folder}/tiny: the model takes 784 inputs, the examples have 2`,
    );
    const two = `${folder}/two`;
    await printed("train", "--model", "rbf", "--data", `${folder}/tiny`, "--epochs", "1", "--out", two);
    for (const half of ["train", "test"]) {
      await Deno.writeTextFile(`${folder}/tiny/${half}.csv`, "2,1,1\n1,0,1\n");
    }
    await assertRefused(
      ["evaluate", "--model", two, "--data", `${folder}/tiny`],
      1,
      `Cannot read ${folder}/tiny/train.csv: label 2 of line 1 is none of the model's classes, 0 … 1`,
    );
  }));

Deno.test("gibbon reports bad numbers, families and outputs in one sentence", () =>
  inFolder(async (folder) => {
    const train = (...rest: string[]) => ["train", "--data", "digits", ...rest];
    const out = ["--out", `${folder}/model`];
    await assertRefused(
      train("--model", "rbf", "--epochs", "0", ...out),
      2,
      "--epochs must be a whole number ≥ 1, not 0",
    );
    await assertRefused(
      train("--model", "resnet", ...out),
      2,
      `--model must be ${oneOf(Object.keys(families))}, not resnet`,
    );
    await assertRefused(
      train("--model", "rbf", "--adversarial", "-1", ...out),
      2,
      "--adversarial must be a finite number ≥ 0, not -1",
    );
    await assertRefused(
      train("--model", "rbf", "--learning-rate", "NaN", ...out),
      2,
      "--learning-rate must be a finite number > 0, not NaN",
    );
    await assertRefused(
      train("--model", "rbf", "--out", `${folder}/none/model`),
      1,
      `Cannot write ${folder}/none/model: its folder does not exist`,
    );
    await assertRefused(
      train("--model", "rbf", "--out", folder),
      1,
      `Cannot write ${folder}: it is a folder`,
    );
    await assertRefused(
      train("--model", "rbf", "--checkpoint", `${folder}/none/state`, ...out),
      1,
      `Cannot write ${folder}/none/state: its folder does not exist`,
    );
    assertEquals(filesIn(folder), []);
  }));

/** `gibbon` in a process of its own, with the permissions that users give it. */
function process(...args: string[]): Deno.Command {
  const cwd = new URL("../../..", import.meta.url);
  const given = ["run", "-q", "-P=files", "scripts/cli/gibbon.ts", ...args];
  return new Deno.Command(Deno.execPath(), {
    args: given,
    cwd,
    stdout: "piped",
    stderr: "piped",
    stdin: "null",
  });
}

Deno.test("the process needs no more than files, prints JSON alone, and ends with the exit code", () =>
  withModel(async ({ data, model }) => {
    const read = new TextDecoder();
    const good = await process("evaluate", "--model", model, "--data", data, "--json").output();
    assertEquals([good.code, read.decode(good.stderr)], [0, ""]);
    assertEquals(JSON.parse(read.decode(good.stdout)).data, {
      name: data,
      split: "test",
      examples: 60,
      reading: SMALL_READING,
    });
    const bad = await process("evaluate", "--model", model, "--data", data, "--epsilon", "-1").output();
    assertEquals([bad.code, read.decode(bad.stdout)], [2, ""]);
    assertEquals(read.decode(bad.stderr), "gibbon: --epsilon must be a list of finite numbers ≥ 0, not -1\n");
  }));

Deno.test({
  name: "the process keeps its state at Ctrl-C and ends with 130",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const data = await smallDigits(folder);
      const state = `${folder}/state`;
      const child = process(
        ...["train", "--model", "maxout", "--data", data, "--epochs", "100000", "--units", "20"],
        ...["--checkpoint", state, "--out", `${folder}/model`],
      ).spawn();
      const latest = Date.now() + 120_000;
      while (!filesIn(folder).includes("state") && Date.now() < latest) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      child.kill("SIGINT");
      const { code, stderr } = await child.output();
      assertEquals([code, new TextDecoder().decode(stderr)], [
        130,
        `gibbon: Training was interrupted; the same command resumes from ${state}\n`,
      ]);
      assertEquals(filesIn(folder), ["digits", "state"]);
    }),
});
