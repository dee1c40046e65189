import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { claims } from "../../../../src/paper/claims/mod.ts";
import { experiments } from "../../../../src/paper/mod.ts";
import type { Report } from "../../../../src/report/report.ts";
import { oneOf } from "../../../../src/wording.ts";
import { assertRefused, filesIn, gibbon, inFolder, printed } from "../support.ts";

const program = new URL("../../../../scripts/cli/gibbon.ts", import.meta.url).pathname;

/** A folder of so many digits to learn from and 60 to test on, below `folder`. */
async function digitsIn(folder: string, trainSet: number): Promise<string> {
  await printed("data", "digits", "--train", `${trainSet}`, "--test", "60", "--out", `${folder}/digits`);
  return `${folder}/digits`;
}

/** Arguments for a small run that keeps its models in `cache`. */
function small(data: string, cache: string, only: string): string[] {
  const fixed = ["--budget", "quick", "--kernels", "baseline", "--jobs", "2"];
  return ["reproduce", "--data", data, ...fixed, "--only", only, "--cache", cache];
}

/** The same of fewer epochs. */
function short(data: string, cache: string, only: string): string[] {
  return [...small(data, cache, only), "--max-epochs", "4"];
}

/** All bytes in a folder, and in that of what jobs came to, by file. */
async function bytesIn(folder: string): Promise<Record<string, Uint8Array>> {
  const files = filesIn(folder).flatMap((file) =>
    file === "results" ? filesIn(`${folder}/results`).map((id) => `results/${id}`) : [file]
  );
  const bytes = await Promise.all(files.map((file) => Deno.readFile(`${folder}/${file}`)));
  return Object.fromEntries(files.map((file, i) => [file, bytes[i]]));
}

Deno.test("reproduce --list prints every experiment with its claims, and does nothing", () =>
  inFolder(async (folder) => {
    const data = await digitsIn(folder, 60);
    for (const budget of ["quick", "standard", "full"]) {
      const list = ["reproduce", "--list", "--data", data, "--budget", budget, "--cache", `${folder}/cache`];
      const out = await printed(...list);
      assert(out.split("\n").every((line) => line.length <= 80), out);
      const words = out.replace(/\s+/g, " ");
      for (const { id, title } of experiments) assertStringIncludes(words, `${id}: ${title} on `);
      for (const { what } of claims) assertStringIncludes(words, `· ${what}`);
    }
    assertEquals(filesIn(folder), ["digits"]);
  }));

Deno.test("reproduce writes a report, and gives the same from the models that it kept", () =>
  inFolder(async (folder) => {
    const data = await digitsIn(folder, 120);
    const cache = `${folder}/cache`;
    const run = async (...more: string[]): Promise<Report> => {
      await printed(
        ...short(data, cache, "softmax,logistic"),
        "--quiet",
        "--json",
        `${folder}/report.json`,
        ...more,
      );
      return JSON.parse(await Deno.readTextFile(`${folder}/report.json`));
    };
    const first = await run("--seeds", "2");
    assertEquals(first.seeds, [1, 2]);
    assertEquals(first.models.map(({ name, seed }) => `${name} ${seed}`), [
      "softmax 1",
      "logistic 1",
      "softmax 2",
      "logistic 2",
    ]);
    assertEquals(first.models[0].history.length, 4);
    assertEquals(first.made.machine.jobs, 2);
    assertEquals(first.data.name, "digits", "not where the folder is");
    const kinds = ({ figures }: Report) => Object.values(figures).flat().map(({ kind }) => kind);
    assert(kinds(first).includes("images"));
    const kept = filesIn(cache);
    const models = kept.filter((file) => file.endsWith(".safetensors"));
    // and what each training and experiment came to
    assertEquals([models.length, kept.length, filesIn(`${cache}/results`).length], [4, 5, 8]);
    const again = await run("--seeds", "2");
    assert(first.models.every(({ seconds }) => seconds! > 0));
    const timeless = (report: Report) => ({
      ...report,
      seconds: 0,
      models: report.models.map((model) => ({ ...model, seconds: 0 })),
    });
    assert(again.models.every(({ seconds }) => seconds === undefined));
    assertEquals(timeless(again), timeless(first));
    assertEquals(filesIn(cache), kept);
    const bare = await run("--seeds", "2", "--measure-again", "--no-images");
    assert(!kinds(bare).includes("images"));
    assertEquals([bare.measurements, bare.claims], [first.measurements, first.claims]);
    // a damaged file is named, set aside and made anew
    const damaged = `${cache}/${models[0]}`;
    const bytes = await Deno.readFile(damaged);
    await Deno.writeFile(damaged, bytes.map((byte, i) => i === bytes.length - 4 ? byte ^ 1 : byte));
    const { code, err, out } = await gibbon([
      ...short(data, cache, "softmax,logistic"),
      "--seeds",
      "2",
      "--quiet",
    ]);
    assertEquals(code, 0);
    assertStringIncludes(out, "Measured by an earlier run of this code: 4 of 4 (--measure-again).");
    assertStringIncludes(
      err,
      `Cannot use what was kept in ${damaged}: its content does not fit its checksum`,
    );
    assertStringIncludes(err, `it is now ${damaged}.damaged`);
    assertEquals(await Deno.readFile(damaged), bytes);
    assertEquals(filesIn(cache).length, kept.length + 1);
  }));

Deno.test("reproduce resumes where it was interrupted, and says so; it names a damaged state and starts over", () =>
  inFolder(async (folder) => {
    const data = await digitsIn(folder, 150);
    const [cache, other] = [`${folder}/cache`, `${folder}/other`];
    const { code, err } = await gibbon(short(data, cache, "maxout"), { interruptAt: "maxout epoch" });
    assertEquals([code, err], [
      130,
      `gibbon: Reproduction was interrupted; the same command resumes with what is kept in ${cache}\n`,
    ]);
    const [state] = filesIn(cache);
    assertEquals(filesIn(cache).map((file) => file.split(".")[1]), ["state"]);
    const bytes = await Deno.readFile(`${cache}/${state}`);
    const out = await printed(...short(data, cache, "maxout"), "--quiet");
    assertEquals(withoutTime(out), withoutTime(await printed(...short(data, other, "maxout"), "--quiet")));
    assertEquals(await bytesIn(cache), await bytesIn(other));

    const third = `${folder}/third`;
    bytes[bytes.length - 4] ^= 1;
    await Deno.mkdir(third);
    await Deno.writeFile(`${third}/${state}`, bytes);
    const damaged = await gibbon([...short(data, third, "maxout"), "--quiet"]);
    assertEquals(damaged.code, 0);
    assertStringIncludes(
      damaged.err,
      `Cannot use what was kept in ${third}/${state}: its content does not fit`,
    );
    const made = filesIn(other).find((file) => file.endsWith(".safetensors"));
    assertEquals(await Deno.readFile(`${third}/${made}`), await Deno.readFile(`${other}/${made}`));
  }));

function withoutTime(out: string): string {
  return out.replace(/\d+\s+s\./, "");
}

Deno.test("reproduce that is killed while it trains resumes to the same bytes as one that is not", () =>
  inFolder(async (folder) => {
    const data = await digitsIn(folder, 200);
    const [cache, other] = [`${folder}/cache`, `${folder}/other`];
    const start = () =>
      new Deno.Command(Deno.execPath(), {
        // without a line of progress a minute, which a slow machine would show
        args: ["run", "-q", "-A", program, ...short(data, cache, "adversarial"), "--quiet"],
        stdout: "null",
        stderr: "piped",
      }).spawn();
    // both trainings that can begin have finished an epoch, none has finished
    const victim = start();
    const states = () => readable(cache).filter((file) => file.endsWith(".state"));
    while (states().length < 2) {
      assert(!readable(cache).some((file) => file.endsWith(".safetensors")), "too late to be killed");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    victim.kill("SIGKILL");
    await victim.output();
    assertEquals(states().length, 2);

    const { code, stderr } = await start().output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    await printed(...short(data, other, "adversarial"), "--quiet");
    const kept = await bytesIn(other);
    const survived = await bytesIn(cache);
    for (const [file, bytes] of Object.entries(kept)) assertEquals(survived[file], bytes, file);
  }));

function readable(folder: string): string[] {
  try {
    return filesIn(folder);
  } catch {
    return [];
  }
}

Deno.test("reproduce refuses invalid options in one sentence", () =>
  inFolder(async (folder) => {
    const data = await digitsIn(folder, 60);
    await assertRefused(
      ["reproduce", "--data", data, "--cache", `${folder}/c`, "--no-cache"],
      2,
      "--cache and --no-cache contradict each other",
    );
    await Deno.writeTextFile(`${folder}/file`, "");
    await assertRefused(
      ["reproduce", "--data", data, "--cache", `${folder}/file`],
      1,
      `Cannot keep trained models in ${folder}/file: file exists`,
    );
    const ids = oneOf(experiments.map(({ id }) => id));
    await assertRefused(
      ["reproduce", "--only", "softmaxx"],
      2,
      `--only must be ${ids}, not softmaxx; did you mean softmax?`,
    );
  }));

Deno.test("reproduce --report writes report.json and report.html into a folder that it makes, and the last given counts", () =>
  inFolder(async (folder) => {
    const data = await digitsIn(folder, 60);
    const run = small(data, `${folder}/cache`, "logistic");
    const { code, err } = await gibbon([...run, "--report", `${folder}/first`, "--report", `${folder}/out`]);
    // a slow machine shows a line of progress a minute
    const notes = err.replace(/^reproduce \d+ %.*\n/gm, "");
    assertEquals([code, notes], [0, `wrote ${folder}/out/report.html\n`]);
    assertEquals(filesIn(`${folder}/out`).sort(), ["report.html", "report.json"]);
    assertStringIncludes(await Deno.readTextFile(`${folder}/out/report.html`), 'id="logistic"');
    const file = `${folder}/out/report.json`;
    const { code: refused, err: sentence } = await gibbon([...run, "--report", `${file}/in`]);
    assertEquals(refused, 1);
    assertStringIncludes(sentence, `Cannot write ${file}/in: `);
  }));
