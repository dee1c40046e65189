/**
 * Tests of the playground in real browsers: `deno task test:web`; with words, only in the browsers and of the scenarios
 * that have one of them in their names: `deno task test:web chromium undo`.
 *
 * @module
 */

import { findTool } from "../../scripts/release/runtimes/tools.ts";
import { bundle } from "../../scripts/web/bundle.ts";
import { served } from "../../scripts/web/served.ts";
import { access } from "./browser/access.ts";
import { expectations, type Expected } from "./browser/expected.ts";
import { attack } from "./browser/attack.ts";
import { files } from "./browser/files.ts";
import { history } from "./browser/history.ts";
import { BROWSERS, type Kind, started } from "./browser/launch.ts";
import type { Scenario } from "./browser/scenario.ts";
import { training } from "./browser/training.ts";
import { visit } from "./browser/visit.ts";

const SCENARIOS: readonly Scenario[] = [
  ...attack,
  ...training,
  ...files,
  ...history,
  ...access,
];

/** What all browsers have in common. */
interface Common {
  readonly address: string;
  readonly file: string;
  readonly expected: Expected;
  readonly scenarios: readonly Scenario[];
}

/** Plays every scenario in the browser at `path`; how many passed and failed. */
async function play(kind: Kind, path: string, common: Common): Promise<{ passed: number; failed: number }> {
  const [downloads, folder] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
  const browser = await started(kind, path, downloads);
  const count = { passed: 0, failed: 0 };
  try {
    console.log(`${kind.tool.name}: ${await browser.version()}`);
    const visited = await visit(browser, common.address);
    for (const { name, run } of common.scenarios) {
      const start = performance.now();
      const notes: string[] = [];
      const measured = (text: string) => void notes.push(text);
      try {
        await run({
          ...visited,
          ...common,
          browser,
          changesScheme: kind.changesScheme,
          downloads,
          files: folder,
          measured,
        });
        count.passed++;
        console.log(`  ok   ${name} (${Math.round(performance.now() - start)} ms)`);
      } catch (error) {
        count.failed++;
        console.log(`  FAIL ${name}\n${error instanceof Error ? error.stack : error}`);
      }
      for (const note of notes) console.log(`       ${note}`);
    }
  } finally {
    await browser.close();
    for (const made of [downloads, folder]) await Deno.remove(made, { recursive: true });
  }
  return count;
}

/** The browsers and scenarios that words ask for; all where no word asks. */
function chosen(words: readonly string[]): [readonly Kind[], readonly Scenario[]] {
  const named = <T>(all: readonly T[], name: (each: T) => string) => {
    const found = all.filter((each) =>
      words.some((word) => name(each).toLowerCase().includes(word.toLowerCase()))
    );
    return found.length > 0 ? found : all;
  };
  return [named(BROWSERS, ({ tool }) => tool.name), named(SCENARIOS, ({ name }) => name)];
}

/** The exit code: 0 if everything passed in every browser that is here, and there is one. */
async function main(): Promise<number> {
  const found: [Kind, string][] = [];
  const [kinds, scenarios] = chosen(Deno.args);
  for (const kind of kinds) {
    const here = await findTool(kind.tool);
    if (here) found.push([kind, here.path]);
    else console.log(`${kind.tool.name} is not installed; to install it: ${kind.tool.install}`);
  }
  if (found.length === 0) return 1;
  const page = await bundle();
  const file = await Deno.makeTempFile({ suffix: ".html" });
  await Deno.writeTextFile(file, page);
  const stop = new AbortController();
  const listening = Promise.withResolvers<string>();
  const { finished } = served(page, { port: 0, signal: stop.signal, onListen: listening.resolve });
  const common = { address: await listening.promise, file, expected: await expectations() };
  const total = { passed: 0, failed: 0 };
  for (const [kind, path] of found) {
    const { passed, failed } = await play(kind, path, { ...common, scenarios });
    total.passed += passed;
    total.failed += failed;
  }
  stop.abort();
  await finished;
  await Deno.remove(file);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 ? 1 : 0;
}

const USAGE =
  "Usage: deno task test:web [WORD…]\n\nRuns the playground in Chromium and Firefox; words choose browsers and\n" +
  "scenarios by parts of their names.";

if (import.meta.main) {
  if (Deno.args.includes("--help") || Deno.args.includes("-h")) console.log(USAGE);
  else Deno.exit(await main());
}
