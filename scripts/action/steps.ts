/** Runs the action's steps as a GitHub runner does. @module */

import { parse } from "yaml";

const ACTION = new URL(".", import.meta.url).pathname;

interface Step {
  readonly shell: string;
  readonly env: Record<string, string>;
  readonly run: string;
  readonly "working-directory": string;
}

/** What action.yml says. */
export const action = parse(await Deno.readTextFile(`${ACTION}action.yml`)) as {
  inputs: Record<string, { required?: boolean; default?: string; description: string }>;
  outputs: Record<string, { value: string }>;
  runs: { using: string; steps: Step[] };
};

/** The result of a run of the action. */
export interface Left {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly summary: string;
  readonly outputs: string;
}

/** Runs the action's steps in `folder` as a runner does: inputs into the steps' variables, bash as `shell: bash` means it. */
export async function runAction(folder: string, given: Record<string, string>): Promise<Left> {
  const inputs = Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: value }]) => [name, given[name] ?? value ?? ""]),
  );
  const filled = (text: string) =>
    text.replace(/\$\{\{ *(.*?) *\}\}/g, (_, expression) => {
      const name = expression.match(/^inputs\.([\w-]+)$/)?.[1];
      if (name === undefined || !(name in inputs)) throw new Error(`Cannot fill in ${expression}`);
      return inputs[name];
    });
  const [summary, outputs] = await Promise.all([Deno.makeTempFile(), Deno.makeTempFile()]);
  let [code, out, err] = [0, "", ""];
  for (const { shell, env, run, "working-directory": place } of action.runs.steps) {
    // an expression filled into a script could run as a command
    if (shell !== "bash" || run.includes("${{")) {
      throw new Error("Cannot run a step that is no script of bash alone");
    }
    const script = await Deno.makeTempFile();
    await Deno.writeTextFile(script, run);
    const ran = await new Deno.Command("bash", {
      args: ["--noprofile", "--norc", "-eo", "pipefail", script],
      cwd: `${folder}/${filled(place)}`,
      env: {
        ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)])),
        GITHUB_ACTION_PATH: ACTION.slice(0, -1),
        GITHUB_STEP_SUMMARY: summary,
        GITHUB_OUTPUT: outputs,
      },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    [code, out, err] = [ran.code, out + text(ran.stdout), err + text(ran.stderr)];
    await Deno.remove(script);
    if (code !== 0) break;
  }
  const left = {
    code,
    out,
    err,
    summary: await Deno.readTextFile(summary),
    outputs: await Deno.readTextFile(outputs),
  };
  await Promise.all([summary, outputs].map((file) => Deno.remove(file)));
  return left;
}
