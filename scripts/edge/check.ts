/** `deno task test:edge`: every example answers as the handler does. @module */

import { type Command, command } from "../cli/command.ts";
import { choicesOf, flag } from "../cli/options.ts";
import { table } from "../cli/outputs.ts";
import { runTask } from "../cli/run.ts";
import { differences, example, TARGET } from "./answers.ts";
import { hostile, valid } from "./corpus/mod.ts";
import { HOSTS } from "./hosts.ts";
import { sendHostile } from "./load/wire.ts";
import { problemsOf, runOnHosts } from "./run.ts";

const NAMES = HOSTS.map(({ name }) => name);

/** Compares the examples with the handler. */
export const edge: Command = command({
  name: "test:edge",
  summary: "Start the example on every host found, and compare its answers with the handler's, byte for byte",
  options: {
    only: choicesOf(NAMES, { help: "Hosts; by default all" }),
    all: flag("Fail also if a host is not found"),
    json: flag("Print one JSON object: the rows"),
  },
  examples: ["test:edge", "test:edge --only Deno,workerd --json"],
  async run({ only = NAMES, all, json }, context) {
    const handler = await example();
    const [good, bad] = [valid(TARGET), hostile(TARGET)];
    const cases = [...good, ...bad, ...good];
    const rows = await runOnHosts(only, { title: "test:edge", context }, async (host, given) => {
      await using server = await host.start(given);
      const lines = [
        ...await differences(server.url, cases, handler),
        ...await sendHostile(server.url, good.find(({ body }) => typeof body === "string")!),
        ...await differences(server.url, good, handler),
      ];
      if (lines.length > 0) throw new Error(lines.slice(0, 20).join("\n  "));
      return { answers: cases.length + good.length };
    });
    if (json) context.print(JSON.stringify({ rows }));
    else {
      context.print(
        table([
          ["host", "version", "equal answers"],
          ...rows.map(({ host, version, found }) => [
            host,
            version ?? "",
            found ? `${found.answers}` : version ? "differs" : "not found",
          ]),
        ]),
      );
      for (const line of problemsOf(rows)) context.print(line);
    }
    return Number(rows.some(({ found, version }) => !found && (all || version !== undefined)));
  },
});

if (import.meta.main) Deno.exit(await runTask(edge, Deno.args));
