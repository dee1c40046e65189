import { assertEquals } from "@std/assert";
import { CORPUS, decode } from "../../scripts/fuzz/corpus.ts";
import { subjects, workIn } from "../../scripts/fuzz/mod.ts";
import { judge } from "../../scripts/fuzz/subject.ts";
import { inFolder } from "../scripts/cli/support.ts";

Deno.test("each input that once was a find is answered or refused in one clear sentence", () =>
  inFolder(async (folder) => {
    workIn(folder);
    for await (const { name } of Deno.readDir(CORPUS)) {
      const { subject, input } = decode(await Deno.readTextFile(new URL(name, CORPUS)));
      const { problem } = await judge(subjects[subject], input);
      assertEquals(problem, undefined, name);
    }
  }));
