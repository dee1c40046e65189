/** Runs the tutorials' code as a reader would, and writes its output beneath it: `deno task docs`. @module */

const root = new URL("../../", import.meta.url).pathname;

/** The tutorials by name. */
export const PAGES = ["gate", "edge", "script"] as const;

/** A block of code. */
interface Block {
  readonly language: string;
  readonly code: string;
  /** What the page says that it prints; nothing where no block of text follows. */
  readonly printed?: string;
  /** Where that stands in the page. */
  readonly place: number;
}

/** The blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const found = page.matchAll(/^```(\w+)\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm);
  return [...found].filter(([, language]) => language !== "text").map((match) => {
    const [whole, language, code, printed] = match;
    return {
      language,
      code,
      printed,
      place: match.index + whole.length - "```\n".length - (printed ?? "").length,
    };
  });
}

/** A program that stands for `npx`, which has no package to install here. */
const NPX = `#!/usr/bin/env bash
shift
exec deno run -q -c "${root}deno.json" -P=files "${root}scripts/cli/gibbon.ts" "$@" --quiet
`;

/** How a block is run in a folder, by its language; others are not. */
const RUN: Readonly<Record<string, (code: string) => readonly string[]>> = {
  sh: (code) => ["bash", "-c", code],
  ts: (code) => ["deno", "run", "-q", "--no-lock", "-c", `${root}deno.json`, "-R", nameOf(code)],
};

/** The file that a block is kept in: its first line says it. */
function nameOf(code: string): string {
  const name = /^(?:\/\/|#) (\S+)\n/.exec(code)?.[1];
  if (name === undefined) throw new Error(`a block must begin with its file's name: ${code.slice(0, 40)}`);
  return name;
}

/** Times differ from run to run, and the width of their column with them. */
export function timeless(text: string): string {
  return text.replace(/ *\b\d+\.\d s\b/g, " 0.0 s").replace(/ +time$/gm, " time");
}

/**
 * The page called `name` with what its code prints now. It runs in a folder with the files that its Python made; with
 * `python`, the address of one that has the packages, it makes them anew.
 */
export async function runPage(name: string, { python }: { python?: string } = {}): Promise<string> {
  const page = await Deno.readTextFile(`${root}scripts/docs/${name}.md`);
  const filesFolder = `${root}scripts/docs/files/${name}`;
  const folder = await Deno.makeTempDir(), bin = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${bin}/npx`, NPX, { mode: 0o755 });
    const run = async (command: readonly string[]) => {
      const { stdout, stderr } = await new Deno.Command(command[0], {
        args: command.slice(1),
        cwd: folder,
        env: { PATH: `${bin}:${Deno.env.get("PATH")}` },
      }).output();
      return new TextDecoder().decode(Uint8Array.of(...stdout, ...stderr));
    };
    const blocks = blocksOf(page);
    if (python === undefined) await copied(filesFolder, folder);
    else {
      const { code } = blocks.find(({ language }) => language === "python")!;
      console.error(await run([python, "-c", code]));
      await copied(folder, filesFolder);
    }
    let out = page;
    const printed: string[] = [];
    for (const { language, code, printed: before } of blocks) {
      if (language === "ts") await Deno.writeTextFile(`${folder}/${nameOf(code)}`, code);
      // a module that others import prints nothing
      printed.push(language in RUN && before !== undefined ? await run(RUN[language](code)) : "");
    }
    // from the end, so that places stay
    for (const [i, { printed: before, place }] of [...blocks.entries()].reverse()) {
      if (before === undefined || timeless(before) === timeless(printed[i])) continue;
      out = out.slice(0, place) + printed[i] + out.slice(place + before.length);
    }
    return out;
  } finally {
    for (const path of [folder, bin]) await Deno.remove(path, { recursive: true });
  }
}

async function copied(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isFile } of Deno.readDir(from)) {
    if (isFile) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

if (import.meta.main) {
  const [name, python] = Deno.args;
  if (name !== undefined && !PAGES.some((page) => page === name)) {
    const isHelp = name === "--help" || name === "-h";
    const usage = `Usage: deno task docs [${PAGES.join("|")} [PYTHON]]\n\n` +
      "Runs the code of the tutorials and writes what it prints beneath it; with a\nPython, makes their model files anew.";
    if (isHelp) console.log(usage);
    else console.error(`There is no page ${name}.\n\n${usage}`);
    Deno.exit(isHelp ? 0 : 2);
  }
  for (const page of PAGES.filter((page) => name === undefined || page === name)) {
    await Deno.writeTextFile(`${root}scripts/docs/${page}.md`, await runPage(page, { python }));
    console.log(`wrote scripts/docs/${page}.md`);
  }
}
