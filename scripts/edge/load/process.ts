/** What a process takes of the machine. @module */

/** Milliseconds of a tick in which Linux counts. */
const TICK = 10;

/** Processor time that the process `pid` has had, in milliseconds; of all its threads. */
export async function processorTime(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // the name before may hold spaces
  const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  return (user + system) * TICK;
}

/** Memory that the process `pid` holds, in MB. */
export async function memory(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)![1]) * 1024 / 1e6;
}
