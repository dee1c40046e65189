/** Programs that hosts are, and where they are found. @module */

/** A program that a check needs. */
export interface Tool {
  /** What it is called. */
  readonly name: string;
  /** Its commands, the first that is found counts. */
  readonly commands: readonly string[];
  /** The line that installs it. */
  readonly install: string;
  /** Least major version; default any. */
  readonly least?: number;
}

const npm = (name: string) => `npm install --global ${name}`;

/** The tools by name. */
export const tools = {
  node: { name: "Node", commands: ["node"], install: "apt-get install nodejs, 20 or later", least: 20 },
  npm: { name: "npm", commands: ["npm"], install: "apt-get install npm" },
  bun: { name: "Bun", commands: ["bun"], install: npm("bun") },
  workerd: { name: "workerd", commands: ["workerd"], install: npm("workerd") },
  chromium: {
    name: "Chromium",
    commands: ["chromium", "chromium-browser", "google-chrome"],
    install: "apt-get install chromium",
  },
  firefox: { name: "Firefox", commands: ["firefox-esr", "firefox"], install: "apt-get install firefox-esr" },
} satisfies Record<string, Tool>;

/** A tool that is here. */
export interface Found {
  readonly path: string;
  /** The numbers of its version. */
  readonly version: string;
}

/** Where `tool` is on this machine; none if it is not, or too old. */
export async function findTool({ commands, least = 0 }: Tool): Promise<Found | undefined> {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  for (const path of commands.flatMap((command) => folders.map((folder) => `${folder}/${command}`))) {
    const version = await versionOf(path);
    if (version && parseInt(version) >= least) return { path, version };
  }
}

async function versionOf(path: string): Promise<string | undefined> {
  try {
    if (!(await Deno.stat(path)).isFile) return;
    const { success, stdout } = await new Deno.Command(path, { args: ["--version"], stderr: "null" })
      .output();
    return success ? new TextDecoder().decode(stdout).match(/\d[\d.-]*/)?.[0] : undefined;
  } catch {
    return;
  }
}
