/**
 * `deno task test:action`: the gate as users run it, by the action's steps and by `npx` from the packed package, on a
 * logistic model and 1,000 rows. What it writes is held to the public schemas of SARIF and CycloneDX.
 *
 * @module
 */

import { Ajv } from "ajv";
import { type Command, command } from "../cli/command.ts";
import { runTask } from "../cli/run.ts";
import { rng } from "../../src/mod.ts";
import { run } from "../release/runtimes/command.ts";
import { packed } from "../release/runtimes/project.ts";
import { runAction } from "./steps.ts";

/** Packages that have the schemas. */
const SCHEMAS = ["@microsoft/jest-sarif@1.0.0-beta.0", "@cyclonedx/cyclonedx-library@10"];

/** Maximum seconds of a check on an idle machine. */
const LIMIT = 20;

/** CSV rows of two classes that a straight line separates except for some; with `turned`, the labels are exchanged. */
function rows(count: number, { seed, turned = false }: { seed: number; turned?: boolean }): string {
  const random = rng(seed);
  const lines = Array.from({ length: count }, () => {
    const x = Array.from({ length: 8 }, () => random.next() * 4 - 2);
    const label = Number(x[0] + x[1] / 2 + random.next() - 0.5 > 0);
    return [...x.map((value) => value.toFixed(4)), turned ? 1 - label : label].join();
  });
  return `${["a", "b", "c", "d", "e", "f", "g", "h", "label"].join()}\n${lines.join("\n")}\n`;
}

/** SARIF's schema of draft 4 for a validator of newer drafts: only these two keywords differ. */
function today({ $schema: _, id: $id, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return { $id, ...rest };
}

/** Runs the checks. */
export const checking: Command = command({
  name: "test:action",
  summary: "The action's steps and the npx line of the packed package, on a logistic model and 1,000 rows",
  options: {},
  async run(_, context) {
    const folder = await Deno.makeTempDir({ prefix: "gibbon-action-" });
    let failures = 0;
    const report = (name: string, fits: boolean, more = "") => {
      if (!fits) failures++;
      context.print(`${fits ? "✓" : "✗"} ${name}${more && `: ${more}`}`);
    };
    try {
      await packed(folder);
      const home = `${folder}/user`, path = (name: string) => `${home}/${name}`;
      await Deno.mkdir(home);
      await Deno.writeTextFile(path("package.json"), '{ "private": true, "type": "module" }\n');
      const install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"];
      await run("npm", { args: [...install, "../gibbon.tgz", ...SCHEMAS], cwd: home });
      const npx = async (...args: string[]) => {
        const start = performance.now();
        const { code, stdout, stderr } = await new Deno.Command("npx", {
          args: ["--no-install", "gibbon", ...args],
          cwd: home,
        }).output();
        const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
        return { code, out, err, seconds: (performance.now() - start) / 1000 };
      };
      await Deno.writeTextFile(path("train.csv"), rows(500, { seed: 1 }));
      await Deno.writeTextFile(path("turned.csv"), rows(500, { seed: 1, turned: true }));
      await Deno.writeTextFile(path("test.csv"), rows(1000, { seed: 2 }));
      for (const [name, data] of [["good", "train.csv"], ["bad", "turned.csv"]]) {
        const model = `${name}.safetensors`;
        await npx(
          "train",
          "--model",
          "logistic",
          "--data",
          data,
          "--epochs",
          "20",
          "--out",
          model,
          "--quiet",
        );
        await npx("convert", model, "--out", `${name}.onnx`, "--quiet");
      }

      const common = ["--data", "test.csv", "--epsilon", "0.1", "--kernels", "baseline", "--quiet"];
      const files = (to: string) => [
        ...["--out", `${to}.json`, "--junit", `${to}.xml`, "--summary", `${to}.md`],
        ...["--sarif", `${to}.sarif`, "--evidence", `${to}.cdx.json`],
      ];
      const check = (model: string, to: string, ...more: string[]) =>
        npx("check", "--model", model, ...common, "--effort", "quick", ...files(to), ...more);
      const first = await check("good.onnx", "one", "--max-attacked", "0.5");
      report("npx gibbon check ends with 0", first.code === 0, first.err);
      const usual = await npx("check", "--model", "good.onnx", ...common, "--max-attacked", "0.5");
      report(
        `by the usual effort within ${LIMIT} s`,
        usual.code === 0 && usual.seconds < LIMIT,
        `${usual.seconds.toFixed(1)} s`,
      );
      const again = await check("good.onnx", "again", "--max-attacked", "0.5");
      const same = ["json", "xml", "md", "sarif", "cdx.json"].filter((end) =>
        Deno.readTextFileSync(path(`one.${end}`)) !== Deno.readTextFileSync(path(`again.${end}`))
      );
      report("a second check writes the same bytes", again.code === 0 && same.length === 0, same.join(", "));
      const worse = await check("bad.onnx", "two", "--baseline", "one.json", "--no-worse", "0.05");
      report("a model that is worse than the baseline ends with 1", worse.code === 1, worse.err);
      const none = await npx("check", "--model", "none.onnx", ...common, "--max-attacked", "0.5");
      report("a model that is not there ends with 2", none.code === 2, none.err.trim());

      const ajv = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false, logger: false });
      const json = (file: string) => JSON.parse(Deno.readTextFileSync(file));
      const packages = path("node_modules");
      const cyclonedx = `${packages}/@cyclonedx/cyclonedx-library/res/schema`;
      for (const name of ["spdx", "jsf-0.82", "cryptography-defs"]) {
        const file = `${name}.SNAPSHOT.schema.json`;
        // the address by which the schema of documents refers to it
        ajv.addSchema(json(`${cyclonedx}/${file}`), `http://cyclonedx.org/schema/${file}`);
      }
      const [{ stdout: sarifFile }, gate] = await Promise.all([
        new Deno.Command("find", {
          args: [`${packages}/@microsoft/jest-sarif/lib/schemas`, "-name", "sarif-2.1.0*.json"],
        })
          .output(),
        npx("init", "--model", "good.onnx", "--data", "test.csv", "--out", "gate.json", "--quiet"),
      ]);
      const sarif = ajv.compile(today(json(new TextDecoder().decode(sarifFile).trim())));
      const bom = ajv.compile(json(`${cyclonedx}/bom-1.6.SNAPSHOT.schema.json`));
      for (const to of ["one", "two"]) {
        report(
          `${to}.sarif fits the schema of SARIF 2.1.0`,
          sarif(json(path(`${to}.sarif`))),
          ajv.errorsText(sarif.errors),
        );
        report(
          `${to}.cdx.json fits that of CycloneDX 1.6`,
          bom(json(path(`${to}.cdx.json`))),
          ajv.errorsText(bom.errors),
        );
      }
      await npx("schema", "--out", "gate.schema.json", "--quiet");
      const { $schema: _, ...schema } = json(path("gate.schema.json"));
      const fits = ajv.compile(schema);
      report(
        "the gate of gibbon init fits the schema",
        gate.code === 0 && fits(json(path("gate.json"))),
        gate.err,
      );

      const from = performance.now();
      const step = await runAction(home, {
        model: "good.onnx",
        data: "test.csv",
        args: "--epsilon\n0.1\n--effort\nquick\n--max-attacked\n0.5",
        sarif: "true",
        evidence: "true",
        out: "action",
      });
      const seconds = (performance.now() - from) / 1000;
      report(
        "the action ends with 0, and has a summary",
        step.code === 0 && step.summary.startsWith("### ✅"),
        step.err,
      );
      report(`within ${LIMIT} s`, seconds < LIMIT, `${seconds.toFixed(1)} s`);
      report(
        "its report is that of npx",
        Deno.readTextFileSync(path("action/report.json")) === Deno.readTextFileSync(path("one.json")),
      );
      const judged = await runAction(home, {
        model: "bad.onnx",
        data: "test.csv",
        args: "--epsilon\n0.1\n--effort\nquick",
        baseline: "action/report.json",
        "no-worse": "0.05",
        out: "worse",
      });
      report("beside that baseline a worse model ends with 1", judged.code === 1, judged.err);
      return Number(failures > 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

if (import.meta.main) Deno.exit(await runTask(checking, Deno.args));
