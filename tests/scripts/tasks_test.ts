import { assert, assertEquals } from "@std/assert";
import { SIZES } from "../../scripts/cli/recipe.ts";
import { attackSchemas } from "../../src/evaluate/attack_choice.ts";
import { publicFields } from "../../src/fields.ts";
import { inFolder } from "./cli/support.ts";

const config = new URL("../../deno.json", import.meta.url);
const { permissions, tasks } = JSON.parse(await Deno.readTextFile(config));

/** `deno task` with these arguments, called from `cwd`. */
async function task(cwd: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const given = ["task", "-q", "-c", config.pathname, ...args];
  // a task called by another keeps where that one was called, and these tests may run in a task
  const { INIT_CWD: _, ...env } = Deno.env.toObject();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: given,
    cwd,
    clearEnv: true,
    env,
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

Deno.test("paths given to a task start where its user stands, in folders with spaces too", () =>
  inFolder(async (parent) => {
    const folder = `${parent}/a folder`;
    await Deno.mkdir(folder);
    const drawn = await task(
      folder,
      "data",
      "digits",
      "--train",
      "20",
      "--test",
      "10",
      "--out",
      "own digits",
    );
    assertEquals(drawn, { code: 0, out: "wrote digits to own digits\n", err: "" });
    assertEquals((await Deno.stat(`${folder}/own digits`)).isDirectory, true);
    const train = [
      "train",
      "--model",
      "softmaxLinear",
      "--epochs",
      "1",
      "--data",
      "own digits",
      "--out",
      "m",
    ];
    assertEquals((await task(folder, "gibbon", ...train)).code, 0);
    const info = await task(folder, "gibbon", "info", "none");
    assertEquals([info.code, info.err], [1, "gibbon: Cannot read none: it does not exist\n"]);
  }));

/** Names of the tasks whose command has these words. */
function tasksWith(words: string): string[] {
  return Object.entries<{ command?: string }>(tasks).filter(([, { command = "" }]) => command.includes(words))
    .map(([name]) => name);
}

Deno.test("the command line has no network, the task of data only its mirrors, and the playground runs esbuild alone", () => {
  for (const [name, { net = [] }] of Object.entries<{ net?: unknown }>(permissions)) {
    // the user chooses the addresses of the queue and the bucket
    assert(name === "queue" || Array.isArray(net) && !net.includes("*"), name);
  }
  assertEquals(permissions.files.net, undefined);
  assertEquals([permissions.files.run, permissions.download.run, permissions.web.run], [
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(tasksWith("-P=queue "), ["queue"]);
  assertEquals(tasksWith("--allow-net"), ["remote"]);
  assert(tasks.gibbon.command.includes("-P=files ") && tasks.data.command.includes("-P=download "));
});

Deno.test("tasks that load packages of queues are asked for no permission on a terminal, where Ctrl-C would not be heard", () => {
  // one of these packages looks for an optional native part
  assertEquals(tasksWith("--no-prompt"), ["queue", "bench", "test:queue"]);
});

Deno.test("a task that writes where its user says starts where that user stands", () => {
  for (const name of ["gibbon", "onnxruntime", "remote", "queue", "data", "pack", "web"]) {
    assert(tasks[name].command.startsWith('root=$PWD && cd "$INIT_CWD" && '), name);
  }
});

Deno.test("a task that may write anywhere says what it writes", () => {
  const anywhere = Object.entries<{ write?: unknown }>(permissions).filter(([, { write }]) => write === true)
    .map(([name]) => name);
  for (
    const [name, { command, description }] of Object.entries<{ command: string; description: string }>(tasks)
  ) {
    const [, set] = /-P=(\w+)/.exec(command) ?? [];
    if (!anywhere.includes(set)) continue;
    assert(/writ|temporary|install/i.test(description), `${name}: ${description}`);
  }
});

Deno.test("the task of options prints a row for each option of each attack and family, and needs no permission", async () => {
  const { code, out, err } = await task(new URL("../..", import.meta.url).pathname, "options");
  assertEquals([code, err], [0, ""]);
  const expected = [...Object.entries(attackSchemas), ...Object.entries(SIZES.schemas)].flatMap((
    [name, schema],
  ) => publicFields(schema).map(([key]) => `| \`${name}\` | \`${key}\` |`));
  assert(expected.length > 10);
  for (const row of expected) assert(out.includes(row), row);
});

Deno.test("--help prints the usage of every task's own program, and ends it", async () => {
  const programs = new Map<string, string>();
  for (const [name, { command = "" }] of Object.entries<{ command?: string }>(tasks)) {
    const program = /\bdeno run .*?((?:scripts|tests)\/[\w/]+\.ts)"?[^)]*$/.exec(command)?.[1];
    if (program !== undefined && !programs.has(program)) programs.set(program, name);
  }
  assert(programs.size >= 15, `${[...programs.keys()]}`);
  for (const name of programs.values()) {
    const { code, out, err } = await task(new URL("../..", import.meta.url).pathname, name, "--help");
    assertEquals([name, code, err], [name, 0, ""]);
    assert(/^Usage: /m.test(out), `${name}: ${out}`);
  }
});
