/** Processor time and memory of a process. @module */

import { run } from "../../release/runtimes/command.ts";

/** Milliseconds of a tick in which Linux counts. */
const TICK = 10;

/** What Linux says of the process `pid`; Deno itself reads this only with all permissions. */
function told(pid: number, file: "stat" | "status"): Promise<string> {
  return run("cat", { args: [`/proc/${pid}/${file}`] });
}

/** Processor time that the process `pid` has had, in milliseconds; of all its threads. */
export async function processorTime(pid: number): Promise<number> {
  const stat = await told(pid, "stat");
  // the name before may hold spaces
  const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  return (user + system) * TICK;
}

/** Memory that the process `pid` holds, in MB. */
export async function memory(pid: number): Promise<number> {
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(await told(pid, "status"))![1]) * 1024 / 1e6;
}
