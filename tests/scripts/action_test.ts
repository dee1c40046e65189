import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { action, runAction } from "../../scripts/action/steps.ts";
import { filesIn, inFolder, printed } from "./cli/support.ts";

/** 40 rows of two classes, told apart by x0; the models' names say how many epochs they had. */
async function prepare(folder: string): Promise<void> {
  const rows = Array.from({ length: 40 }, (_, i) => `${(i % 2 ? 1 : -1) * (1 + i % 5)},${i % 7},${i % 2}`);
  await Deno.writeTextFile(`${folder}/test set.csv`, `a,b,label\n${rows.join("\n")}\n`);
  for (const [name, flip] of [["good", false], ["bad", true]] as const) {
    const data = `${folder}/${name}.csv`;
    const lines = rows.map((row) => flip ? row.slice(0, -1) + (1 - Number(row.at(-1))) : row);
    await Deno.writeTextFile(data, `a,b,label\n${lines.join("\n")}\n`);
    const args = [
      "--model",
      "logistic",
      "--data",
      data,
      "--epochs",
      "20",
      "--out",
      `${folder}/${name}.safetensors`,
    ];
    await printed("train", ...args, "--kernels", "baseline");
  }
}

Deno.test("the action writes a summary, JUnit and a report, compares with it, and ends with 0, 1 or 2", () =>
  inFolder(async (folder) => {
    await prepare(folder);
    const common = { data: "test set.csv", args: "--epsilon\n0.1\n--effort\nquick" };
    const first = await runAction(folder, {
      ...common,
      model: "good.safetensors",
      args: `${common.args}\n--max-attacked\n0.5`,
      evidence: "true",
      out: "one",
    });
    assertEquals([first.code, first.err], [0, ""]);
    assertStringIncludes(first.out, "All thresholds are met");
    assertMatch(first.summary, /^### ✅ Robustness: all thresholds are met\n/);
    assertEquals(first.outputs, "code=0\nreport=one/report.json\n");
    const files = ["error.txt", "evidence.cdx.json", "junit.xml", "report.json", "summary.md"];
    assertEquals(filesIn(`${folder}/one`), files);

    const worse = { ...common, model: "bad.safetensors", baseline: "one/report.json", "no-worse": "0.05" };
    const second = await runAction(folder, { ...worse, sarif: "true", out: "two" });
    assertEquals([second.code, second.err], [1, ""]);
    assertMatch(second.summary, /^### ❌ Robustness: 2 of 2 thresholds are not met\n/);
    assertStringIncludes(second.summary, "| clean | 0.00 % | 100.00 % | 40 | 0 | \\< 0.0001 |");
    assertStringIncludes(await Deno.readTextFile(`${folder}/two/junit.xml`), 'tests="2" failures="2"');
    assert(filesIn(`${folder}/two`).includes("gate.sarif"));

    // files of the earlier run do not count as results of this one
    const third = await runAction(folder, { ...worse, model: "none; touch x", out: "two" });
    assertEquals([third.code, third.err], [2, "gibbon: Cannot read none; touch x: it does not exist\n"]);
    assertStringIncludes(third.summary, "not judged\n\n    gibbon: Cannot read none; touch x");
    assertEquals(filesIn(`${folder}/two`), ["error.txt"]);
  }));

Deno.test("the action's inputs are described, and its outputs are those of its steps", () => {
  assertEquals(action.runs.using, "composite");
  for (const { description, required, default: value } of Object.values(action.inputs)) {
    assert(description.length > 0 && (required === true) !== (value !== undefined));
  }
  for (const [name, { value }] of Object.entries(action.outputs)) {
    assertEquals(value, `\${{ steps.check.outputs.${name} }}`);
  }
});
