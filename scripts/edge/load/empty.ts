/** A worker that does nothing, to subtract. @module */

import { type ServerSetup, workerdExample } from "../hosts.ts";
import type { Server } from "../server.ts";

const FILES = {
  "empty.js": `export default { fetch: () => new Response("{}") };\n`,
  "empty.capnp": `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .empty)],
  sockets = [(name = "http", address = "127.0.0.1:8000", http = (), service = "main")],
  v8Flags = ["--max-heap-size=32"],
);
const empty :Workerd.Worker = (
  modules = [(name = "empty.js", esModule = embed "empty.js")],
  compatibilityDate = "2026-06-01",
);
`,
};

/** It under workerd, which answers `{}` to everything, and looks at nothing. */
export async function emptyWorker(place: ServerSetup): Promise<Server> {
  for (const [name, text] of Object.entries(FILES)) await Deno.writeTextFile(`${place.folder}/${name}`, text);
  return await workerdExample({ ...place, config: "empty.capnp" });
}
