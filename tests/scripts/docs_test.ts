import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";
import { blocksOf, PAGES, runPage, timeless } from "../../scripts/docs/run.ts";

const root = new URL("../../", import.meta.url).pathname;

const read = (name: string) => Deno.readTextFile(`${root}scripts/docs/${name}.md`);

Deno.test("the code of each tutorial prints the text beneath it", async () => {
  const runs = await Promise.all(PAGES.map((name) => runPage(name)));
  for (const [i, name] of PAGES.entries()) assertEquals(timeless(runs[i]), timeless(await read(name)), name);
});

Deno.test("every tutorial has code of a file, in Python to make its model, and what it prints", async () => {
  for (const name of PAGES) {
    const blocks = blocksOf(await read(name));
    assertEquals(blocks.filter(({ language }) => language === "python").length, 1);
    const printing = blocks.filter(({ printed }) => printed !== undefined);
    assert(
      printing.length >= 2 && printing.every(({ printed, language }) => printed && language !== "python"),
    );
    for (const { printed, place, code } of printing) {
      const page = await read(name);
      assertEquals(page.slice(place, place + printed!.length), printed);
      assert(page.includes(code));
    }
  }
});

Deno.test("the workflow in the tutorial uses inputs that the action has", async () => {
  const [{ code }] = blocksOf(await read("gate")).filter(({ language }) => language === "yaml");
  const steps = parse(code).jobs.robustness.steps as { uses: string; with?: Record<string, string> }[];
  const step = steps.find(({ uses }) => uses.includes("scripts/action"))!;
  const { inputs } = parse(await Deno.readTextFile(`${root}scripts/action/action.yml`));
  assertEquals(Object.keys(step.with!).filter((name) => !(name in inputs)), []);
  const required = Object.entries(inputs as Record<string, { required?: boolean }>)
    .filter(([, { required }]) => required).map(([name]) => name);
  assertEquals(required.filter((name) => !(name in step.with!)), []);
});
