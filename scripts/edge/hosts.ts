/** The hosts that have an example. @module */

import { type Tool, tools } from "../release/runtimes/tools.ts";
import { denoExample, type Server, started } from "./server.ts";

/** What a server is started with. */
export interface ServerSetup {
  /** Folder of the examples. */
  readonly folder: string;
  /** Where the host's program is. */
  readonly path: string;
}

/** A host with an example. */
export interface Host {
  readonly name: string;
  /** What it needs, its own program first. */
  readonly needs: readonly Tool[];
  start(place: ServerSetup): Promise<Server>;
}

const env = { PORT: "0" };

/** All of them. */
export const HOSTS: readonly Host[] = [
  { name: "Deno", needs: [], start: denoExample },
  {
    name: "Node",
    needs: [tools.node, tools.npm],
    start: ({ folder, path }) => started(path, { args: ["node.js"], cwd: folder, env }),
  },
  {
    name: "Bun",
    needs: [tools.bun, tools.npm],
    start: ({ folder, path }) => started(path, { args: ["bun.js"], cwd: folder, env }),
  },
  {
    name: "workerd",
    needs: [tools.workerd, tools.npm],
    start: workerdExample,
  },
];

/** A worker under workerd, by default the example; with an inspector at a port, if one is given. */
export function workerdExample(
  { folder, path, config = "workerd.capnp", inspector }: ServerSetup & {
    config?: string;
    inspector?: number;
  },
): Promise<Server> {
  const args = ["serve", config, "--socket-addr=http=127.0.0.1:0", "--control-fd=1"];
  if (inspector !== undefined) args.push(`--inspector-addr=127.0.0.1:${inspector}`);
  return started(path, { args, cwd: folder });
}
