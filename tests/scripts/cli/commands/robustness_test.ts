import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadData } from "../../../../scripts/data/folder.ts";
import { loadModel, robustness } from "../../../../src/mod.ts";
import { assertRefused, inFolder, json, printed, SMALL_READING, withModel } from "../support.ts";

Deno.test("robustness --json prints one object, the library's report without its times", () =>
  withModel(async ({ data, model: file }) => {
    const args = ["robustness", "--model", file, "--data", data, "--epsilon", "0.1,0.02", "--bounds", "0,1"];
    const said = await json(...args, "--effort", "quick", "--per-example");
    using model = loadModel(await Deno.readFile(file));
    const { examples, ...report } = robustness(model, (await loadData(data)).test, {
      epsilons: [0.02, 0.1],
      bounds: [0, 1],
      effort: "quick",
      perExample: true,
    });
    const timeless = (value: unknown) =>
      JSON.parse(JSON.stringify(value, (key, v) => key === "seconds" ? null : v));
    assertEquals(timeless(said), {
      model: file,
      data: { name: data, split: "test", examples, reading: SMALL_READING },
      ...timeless(report),
    });
    assert(said.at[0].attacked.byAttack.every(({ seconds }: { seconds: number }) => seconds >= 0));
    for (const { attacked, certified } of said.at) assert(attacked.errorRate <= certified.errorRate);
  }));

Deno.test("robustness prints the bracket and the cascade within 80 columns", () =>
  withModel(async ({ data, model }) => {
    const text = await printed(
      ...["robustness", "--model", model, "--data", data],
      ...["--epsilon", "0.05", "--effort", "quick"],
    );
    for (const line of text.split("\n").slice(2)) assert(line.length <= 80, line);
    assertStringIncludes(text, "epsilon  attacked  certified  unresolved");
    assertStringIncludes(text, "In the worst case: epsilon is the L∞ norm, input units; effort quick\n");
    assertStringIncludes(text, "test examples, inputs without bounds, seed 0.");
  }));

Deno.test("robustness refuses sizes of 0, and unknown options", () =>
  withModel(async ({ data, model }) => {
    const args = ["robustness", "--model", model, "--data", data];
    await assertRefused(args, 2, "robustness needs --epsilon E,…; see gibbon help robustness");
    await assertRefused(
      [...args, "--epsilon", "0.1", "--effort", "hard"],
      2,
      "--effort must be quick, standard or thorough, not hard",
    );
  }));

Deno.test("robustness --html writes one page: the bracket, its warnings, and examples that fall first and last", () =>
  withModel(async ({ folder, data, model }) => {
    const file = `${folder}/bracket.html`;
    const args = ["robustness", "--model", model, "--data", data, "--epsilon", "0.02,0.1", "--bounds", "0,1"];
    const plain = await json(...args, "--effort", "quick");
    const said = await json(...args, "--effort", "quick", "--html", file);
    assertEquals(said.perExample, undefined);
    assertEquals(said.at.map(({ unresolved }: { unresolved: number }) => unresolved), [
      plain.at[0].unresolved,
      plain.at[1].unresolved,
    ]);
    const page = await Deno.readTextFile(file);
    const percent = (rate: number) => `${(100 * rate).toFixed(2)} %`;
    for (const { attacked, certified } of said.at) {
      assertStringIncludes(page, percent(attacked.errorRate));
      assertStringIncludes(page, percent(certified.errorRate));
    }
    assertStringIncludes(page, "is no bound on\nrobustness");
    assertEquals(page.match(/--(wide|narrow):url/g)?.length, 2);
    assertEquals(page.match(/class=%22band%22/g)?.length, 2);
    const pictures = page.match(/<img src="data:image\/png;base64,/g)!.length;
    assert(pictures >= 16 + 8, `${pictures}`);
    // nothing from elsewhere
    assert(!/(src|href)="(?!data:)/.test(page));
    await assertRefused(
      [...args, "--html", file],
      1,
      `Cannot write ${file}: it is there already; name another, or add --force`,
    );
  }));

Deno.test("robustness --html of a table has no pictures, and warnings in words", () =>
  inFolder(async (folder) => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 10},${(i * 7) % 11},${i % 2}`);
    await Deno.writeTextFile(`${folder}/t.csv`, `a,b,label\n${rows.join("\n")}\n`);
    const model = `${folder}/m.safetensors`;
    await printed(
      "train",
      "--model",
      "softmaxLinear",
      "--data",
      `${folder}/t.csv`,
      "--epochs",
      "2",
      "--out",
      model,
    );
    const file = `${folder}/b.html`;
    await printed(
      ...["robustness", "--model", model, "--data", `${folder}/t.csv`, "--epsilon", "0.5", "--html", file],
    );
    const page = await Deno.readTextFile(file);
    assert(!page.includes("<img"));
    assertStringIncludes(page, "The DLR loss needs more than 2 classes");
  }));
