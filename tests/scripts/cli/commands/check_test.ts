import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sha256 } from "../../../../scripts/sha256.ts";
import { loadData } from "../../../../scripts/data/folder.ts";
import { provenanceOf } from "../../../../scripts/cli/gate/provenance.ts";
import { checkReport } from "../../../../src/evaluate/check_report.ts";
import type { Verdict } from "../../../../src/evaluate/verdicts.ts";
import type { Gate } from "../../../../src/evaluate/gate.ts";
import { trialsOf } from "../../../../src/evaluate/trials.ts";
import { outcomes, runSteps } from "../../../../src/evaluate/outcomes.ts";
import { loadModel, model as modelOf, saveModel, softmaxLinear } from "../../../../src/mod.ts";
import {
  assertRefused,
  filesIn,
  gibbon,
  inFolder,
  json,
  printed,
  SMALL_READING,
  withModel,
} from "../support.ts";

/** Runs `run` with a model, data, and what calls `check` on them with a gate. */
function withGate(
  run: (
    paths: { folder: string; data: string; model: string },
    args: (gate: unknown) => Promise<string[]>,
  ) => Promise<
    void
  >,
): Promise<void> {
  return withModel((paths) => {
    const { folder, data, model } = paths;
    return run(paths, async (gate) => {
      const config = `${folder}/gate.json`;
      await Deno.writeTextFile(config, typeof gate === "string" ? gate : JSON.stringify(gate));
      return ["check", "--model", model, "--data", data, "--config", config];
    });
  });
}

const LOOSE = {
  attacks: ["fgsm"],
  epsilons: [0.1],
  thresholds: [{ on: "clean", errorRate: 1 }, { on: "fgsm", errorOverNoise: 1 }],
};
const STRICT = {
  attacks: ["fgsm"],
  epsilons: [0.1],
  thresholds: [{ on: "clean", errorRate: 1 }, { on: "fgsm", errorRate: 0 }],
};

Deno.test("check ends with 0 where the thresholds are met, and 1 where one is not", () =>
  withGate(async (_, args) => {
    const met = await gibbon(await args(LOOSE));
    assertEquals([met.code, met.err], [0, ""]);
    assertStringIncludes(met.out, "\n\nAll thresholds are met\n");
    const unmet = await gibbon(await args(STRICT));
    assertEquals([unmet.code, unmet.err], [1, ""]);
    assertStringIncludes(unmet.out, "\n\n1 of 2 thresholds are not met\n");
    assert(/^FAIL {2}fgsm 0\.1 errorRate {2,}\d+\.\d\d % {2,}0\.00 %$/m.test(unmet.out), unmet.out);
    assert(/^pass {2}clean errorRate {2,}\d+\.\d\d % {2,}100\.00 %$/m.test(unmet.out), unmet.out);
    assert(/^noise {2,}0\.1 {2,}\d+\.\d\d %/m.test(unmet.out), unmet.out);
  }));

Deno.test("check --json prints the report of the library, which an edge handler gives too", () =>
  withGate(async ({ data, model: file }, args) => {
    const gate: Gate = { attacks: ["fgsm", "rotation"], epsilons: [0.1, 0.3], seed: 2, perClass: true };
    const thresholds = [{ on: "noise", epsilon: 0.3, errorRate: 1 }];
    const said = await json(...await args({ ...gate, thresholds }), "--limit", "50");
    using model = loadModel(await Deno.readFile(file));
    const { test } = await loadData(data);
    const examples = { ...test, x: { ...test.x, rows: 50, data: test.x.data.subarray(0, 50 * 784) } };
    const first = { ...examples, labels: test.labels.subarray(0, 50) };
    const found = runSteps(outcomes(model, first, trialsOf(gate, 784)));
    const report = checkReport({ ...gate, thresholds }, found, {
      examples: first,
      model: file,
      data,
      split: "test",
    });
    const config = `${file.slice(0, file.lastIndexOf("/"))}/gate.json`;
    const hashes = await provenanceOf({ model: file, config, examples: first });
    const read = { ...report, data: { ...report.data, reading: SMALL_READING }, sha256: hashes };
    assertEquals(said, JSON.parse(JSON.stringify(read)));
    assert(report.flips.some(({ examples }) => examples.length > 0));
  }));

Deno.test("check --junit writes a test case for each threshold, with any characters in names", () =>
  withGate(async ({ folder, model }, args) => {
    const odd = `${folder}/a<b>&"c\u0001.safetensors`;
    await Deno.copyFile(model, odd);
    const [, , , ...rest] = await args(STRICT);
    const all = [...rest, "--effort", "quick", "--max-attacked", "0"];
    const { code, err } = await gibbon(["check", "--model", odd, ...all, "--junit", `${folder}/gate.xml`]);
    assertEquals([code, err], [1, ""]);
    const xml = await Deno.readTextFile(`${folder}/gate.xml`);
    assertEquals(xml.split("\n")[0], '<?xml version="1.0" encoding="UTF-8"?>');
    assertStringIncludes(xml, 'tests="3" failures="2" errors="0"');
    assertStringIncludes(xml, "a&lt;b&gt;&amp;&quot;c�.safetensors on ");
    assertEquals(xml.match(/<testcase /g)?.length, 3);
    assert(
      /name="attacked 0.1 errorRate">\s*<failure message="attacked 0.1 errorRate is \d+\.\d\d %, at most 0\.00 %">/
        .test(xml),
    );
    assert(/<testcase [^>]*name="clean errorRate"\/>/.test(xml), xml);
    assert(
      /name="fgsm 0.1 errorRate">\s*<failure message="fgsm 0.1 errorRate is \d+\.\d\d %, at most 0\.00 %">/
        .test(xml),
    );
    assertEquals(filesIn(folder).filter((name) => name.endsWith(".tmp")), []);
  }));

Deno.test("check ends with 2 and one sentence where the gate is not one", () =>
  withGate(async ({ folder }, args) => {
    const refused: [unknown, string][] = [
      ["{", "it is not JSON"],
      ["\xff", "it is not JSON"],
      [[], "it must be an object"],
      ["null", "it must be an object"],
      [{}, "it has no thresholds, and would let everything pass"],
      [{ thresholds: [] }, "it has no thresholds, and would let everything pass"],
      [
        { thresholds: [{ on: "clean" }] },
        "thresholds[0] limits none of errorRate, confidenceOnErrors, errorOverNoise, noWorse",
      ],
      [{ thresholds: [{ errorRate: 0.1 }] }, "thresholds[0].on is missing"],
      [
        { thresholds: [{ on: "clean", errorRate: "10 %" }] },
        "thresholds[0].errorRate must be a finite number in [0, 1]",
      ],
      [
        // as gates were written that left the attack out
        { thresholds: [{ on: "fgsm", errorRate: 0.4 }] },
        'thresholds[0] is on fgsm, which the gate does not try: write "attacks": ["fgsm"], or "on": "attacked", the worst case over many attacks',
      ],
      [
        { epsilon: 0.1 },
        "epsilon is none of its members; did you mean epsilons?",
      ],
      [
        { ...STRICT, thresholds: [{ on: "fgsm", epsilon: 0.2, errorRate: 1 }] },
        "thresholds[0] is at epsilon 0.2, which is none of 0.1",
      ],
    ];
    for (const [gate, problem] of refused) {
      await assertRefused(await args(gate), 2, `Cannot use gate ${folder}/gate.json: ${problem}`);
    }
  }));

Deno.test("check ends with 2 where it could not judge, because 1 means that the model failed", () =>
  withGate(async ({ folder, data }, args) => {
    const [, , model, , , ...rest] = await args(STRICT);
    assert(model.endsWith(".safetensors"));
    const missing = `${folder}/none`;
    const check = ["check", "--model"];
    await assertRefused(
      [...check, missing, "--data", data, ...rest],
      2,
      `Cannot read ${missing}: it does not exist`,
    );
    const { code } = await gibbon([...check, model, "--data", missing, ...rest]);
    assertEquals(code, 2);
    const { code: outside, err } = await gibbon(await args({ ...LOOSE, bounds: [0.5, 1] }));
    assertEquals(outside, 2);
    assertStringIncludes(err, "gibbon: Cannot attack by fgsm: input ");
    const junit = `${missing}/gate.xml`;
    await assertRefused(
      [...await args(LOOSE), "--junit", junit],
      2,
      `Cannot write ${junit}: its folder does not exist`,
    );
  }));

Deno.test("the gate in the help of check is one", () =>
  inFolder(async (folder) => {
    const help = await printed("help", "check");
    const gate = help.slice(help.indexOf("  {\n"), help.indexOf("\n  }\n") + 4);
    assertEquals(JSON.parse(gate).thresholds.length, 6);
    await Deno.writeTextFile(`${folder}/gate.json`, gate);
    const { err } = await gibbon([
      "check",
      "--model",
      `${folder}/m`,
      "--data",
      "digits",
      "--baseline",
      `${folder}/none`,
      "--config",
      `${folder}/gate.json`,
    ]);
    assertEquals(err, `gibbon: Cannot read ${folder}/m: it does not exist\n`);
  }));

Deno.test("check ends with 2 and a sentence where scores are NaN, or gradients are missing or vanish", () =>
  withGate(async ({ folder, model: file }, args) => {
    const { inputs } = loadModel(await Deno.readFile(file));
    const family = softmaxLinear({ inputs, classes: 10 });
    const spoiled = async (weight: (i: number) => number) => {
      const W = Float32Array.from({ length: 10 * inputs }, (_, i) => weight(i));
      using bad = modelOf(family, {
        tensors: { W: { shape: [10, inputs], data: W }, b: { shape: [10], data: new Float32Array(10) } },
      });
      const path = `${folder}/spoiled.safetensors`;
      await Deno.writeFile(path, saveModel(bad));
      const given = await args(LOOSE);
      given[given.indexOf(file)] = path;
      return await gibbon(given);
    };
    // ∞ − ∞; a sum of two of the greatest numbers; nothing
    const nan = await spoiled((i) => i % 2 === 0 ? 3e38 : -3e38);
    assertEquals(nan.code, 2);
    assert(
      /^gibbon: Cannot use the classifier's answer: .* of example \d+ (is NaN|are [+−]∞)/.test(nan.err),
      nan.err,
    );
    const still = await spoiled(() => 0);
    assertEquals([still.code, still.out], [2, ""]);
    assertStringIncludes(still.err, "Cannot judge by fgsm: the gradient is 0 in every input of all");
  }));

Deno.test("check takes the worst case from options alone, which take precedence over a gate's", () =>
  withGate(async ({ model, data }, args) => {
    const check = ["check", "--model", model, "--data", data];
    const options = ["--epsilon", "0.02", "--bounds", "0,1", "--effort", "quick"];
    const all = ["--max-clean", "1", "--max-attacked", "1", "--max-certified", "1"];
    const { robustness, verdicts, notes } = await json(...check, ...options, ...all);
    assertEquals(verdicts.map(({ on, epsilon, max }: Verdict) => [on, epsilon, max]), [
      ["clean", null, 1],
      ["attacked", 0.02, 1],
      ["certified", 0.02, 1],
    ]);
    assertEquals([robustness.effort, robustness.bounds, notes], ["quick", [0, 1], []]);
    assert(robustness.at[0].attacked.byAttack.every(({ seconds }: { seconds: number }) => seconds >= 0));
    const { robustness: none, notes: [note] } = await json(...await args(LOOSE), ...options.slice(0, 4));
    assertEquals(none, null);
    assertStringIncludes(note, "fgsm alone is no bound on robustness");
    await assertRefused(
      [...check, "--epsilon", "0.1"],
      2,
      "Cannot check: there is no threshold; give --max-attacked R, the greatest error in the worst case, or --config FILE",
    );
    await assertRefused(
      [...check, "--max-attacked", "1", "--time-limit", "1e-9"],
      2,
      "Cannot judge by attacked: time was up at 0.25 before all was tried; give more, or fewer examples by --limit N",
    );
  }));

Deno.test("check by default fails a network trained against single steps, which a gate of single steps passes", () =>
  inFolder(async (folder) => {
    // a stand-in for the network of 240 maxout units on MNIST
    const model = `${folder}/single.safetensors`;
    await printed(
      ...["train", "--model", "maxout", "--units", "40,40", "--pieces", "3", "--initial-range", "0.05"],
      ...[
        "--no-dropout",
        "--optimizer",
        "adam",
        "--learning-rate",
        "0.002",
        "--data",
        "digits",
        "--limit",
        "2000",
      ],
      ...["--adversarial", "0.25", "--epochs", "15", "--seed", "1", "--kernels", "baseline", "--out", model],
    );
    const check = ["check", "--model", model, "--data", "digits", "--limit", "200", "--kernels", "baseline"];
    const gate = `${folder}/gate.json`;
    await Deno.writeTextFile(
      gate,
      JSON.stringify({ attacks: ["fgsm"], thresholds: [{ on: "fgsm", errorRate: 0.4 }] }),
    );
    const single = await gibbon([...check, "--config", gate]);
    assertEquals([single.code, single.err], [0, ""], single.out);
    assertStringIncludes(single.out.replaceAll("\n", " "), "Note: fgsm alone is no bound on robustness");
    const { code, out } = await gibbon([...check, "--max-attacked", "0.4"]);
    assertEquals(code, 1, out);
    assert(/^FAIL {2}attacked 0\.25 errorRate {2,}(\d+)\.\d\d % {2,}40\.00 %$/m.test(out), out);
    assert(!out.includes("no bound on robustness"));
    for (const line of out.split("\n").slice(2)) assert(line.length <= 80, line);
  }));

Deno.test("check --baseline compares with an earlier report, and --no-worse fails where the model is worse", () =>
  withModel(async ({ folder, data, model }) => {
    const before = `${folder}/before.json`;
    const common = ["--data", data, "--epsilon", "0.1", "--bounds", "0,1", "--effort", "quick"];
    const check = (model: string, ...rest: string[]) => ["check", "--model", model, ...common, ...rest];
    const out = await printed(...check(model, "--max-clean", "1", "--out", before, "--json"));
    assertEquals(await Deno.readTextFile(before), out);
    // the same check gives the same bytes
    assertEquals(await printed(...check(model, "--max-clean", "1", "--json")), out);
    assertEquals(JSON.parse(out).sha256.model, await sha256(await Deno.readFile(model)));
    const same = await printed(...check(model, "--baseline", before, "--no-worse", "0.05"));
    assert(/^pass {2}attacked 0\.1 noWorse {2,}0\.00 % {2,}\+6\.67 %$/m.test(same), same);
    const worse = `${folder}/worse.safetensors`;
    await printed("train", "--model", "softmaxLinear", "--data", data, "--epochs", "1", "--out", worse);
    const files = ["--summary", `${folder}/worse.md`, "--sarif", `${folder}/worse.sarif`];
    const ran = await gibbon(check(worse, "--baseline", before, "--no-worse", "0.05", ...files));
    assertEquals([ran.code, ran.err], [1, ""]);
    assert(/^FAIL {2}clean noWorse {2,}\+\d+\.\d\d % {2,}\+\d+\.\d\d %$/m.test(ran.out), ran.out);
    const summary = await Deno.readTextFile(`${folder}/worse.md`);
    assertStringIncludes(summary, "| before | now | worse | better | p | unseen |");
    assertStringIncludes(summary, "❌ Robustness: 2 of 2 thresholds are not met");
    const log = JSON.parse(await Deno.readTextFile(`${folder}/worse.sarif`));
    assertEquals(log.runs[0].results.map((each: { ruleId: string }) => each.ruleId), [
      "clean/noWorse",
      "attacked/noWorse",
    ]);
    const other = check(model, "--limit", "59", "--baseline", before, "--no-worse", "0.05");
    const refused = "its examples are others, or were scaled otherwise; make it anew on the data of today";
    await assertRefused(other, 2, `Cannot use baseline ${before}: ${refused}`);
    await assertRefused(
      check(model, "--no-worse", "0.05"),
      2,
      "Cannot check: there is no baseline; give --baseline FILE, the report of an earlier check",
    );
  }));

Deno.test("check --evidence names what was checked by its SHA-256, and what is not shown", () =>
  withModel(async ({ folder, data, model }) => {
    const config = `${folder}/gate.json`, file = `${folder}/evidence.json`;
    const gate = {
      epsilons: [0.02],
      effort: "quick",
      thresholds: [{ on: "certified", errorRate: 1 }],
      fixed: [0],
    };
    await Deno.writeTextFile(config, JSON.stringify(gate));
    const args = ["check", "--model", model, "--data", data, "--config", config, "--kernels", "baseline"];
    await printed(...args, "--evidence", file);
    const text = await Deno.readTextFile(file), document = JSON.parse(text);
    await printed(...args, "--evidence", file);
    assertEquals(await Deno.readTextFile(file), text);
    const hashes = [document.metadata.component, ...document.components].map((each) =>
      each.hashes[0].content
    );
    assertEquals([hashes[0], hashes[2], hashes[3]], [
      await sha256(await Deno.readFile(model)),
      await sha256(await Deno.readFile("wasm/gibbon.wasm")),
      await sha256(await Deno.readFile(config)),
    ]);
    const { performanceMetrics: metrics } = document.metadata.component.modelCard.quantitativeAnalysis;
    assertEquals(metrics.map(({ slice }: { slice: string }) => slice), [
      "clean",
      "attacked 0.02",
      "certified 0.02",
      "1000 inputs of noise",
    ]);
    const [aisvs] = document.declarations.attestations;
    assertEquals(aisvs.map.map(({ claims }: { claims?: unknown }) => claims !== undefined), [
      true,
      true,
      false,
      true,
      true,
    ]);
    const report = JSON.parse(document.declarations.evidence[0].data[0].contents.attachment.content);
    assertEquals(report.conditions.fixed, [0]);
    assertEquals(report.outcomes[1].errors, Math.round(metrics[1].value * 60));
  }));
