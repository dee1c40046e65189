/** The order in which tasks are done. @module */

import type { Task } from "./plan.ts";

/** How tasks are done. */
export interface ScheduleOptions {
  /** Tasks at a time. */
  width: number;
  /** Does one; its signal is aborted when the others are to stop because one failed, or all are. */
  perform: (task: Task, signal: AbortSignal) => Promise<void>;
  /** Stops all. */
  signal?: AbortSignal;
}

/**
 * Nothing, when all `tasks` are done: as many at a time as `width` says, each after those it needs, first the one with the
 * most work behind it. When one fails the others are stopped, and waited for.
 */
export async function schedule(
  tasks: readonly Task[],
  { width, perform, signal }: ScheduleOptions,
): Promise<void> {
  const waiting = inOrder(tasks);
  const done = new Set<string>();
  const running = new Set<Promise<void>>();
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;

  const start = (task: Task) => {
    waiting.splice(waiting.indexOf(task), 1);
    const work = perform(task, stop)
      .then(() => void done.add(task.id), (error) => failed.abort(error))
      .finally(() => running.delete(work));
    running.add(work);
  };
  for (;;) {
    while (!stop.aborted && running.size < width) {
      const next = waiting.find(({ needs }) => needs.every((id) => done.has(id)));
      if (!next) break;
      start(next);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  stop.throwIfAborted();
  if (waiting.length > 0) {
    throw new Error(`Cannot go on: ${waiting.map(({ id }) => id).join(", ")} wait for what nobody does`);
  }
}

/** `tasks`, first those with the most work in them and in what must wait for them. */
export function inOrder(tasks: readonly Task[]): Task[] {
  const ranks = new Map<string, number>();
  const rank = (task: Task): number => {
    const known = ranks.get(task.id);
    if (known !== undefined) return known;
    ranks.set(task.id, task.cost);
    const behind = tasks.filter(({ needs }) => needs.includes(task.id)).map(rank);
    const own = task.cost + behind.reduce((most, each) => Math.max(most, each), 0);
    ranks.set(task.id, own);
    return own;
  };
  return [...tasks].sort((a, b) => rank(b) - rank(a));
}
