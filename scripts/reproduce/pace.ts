/** How far a run is, and how long it will take. @module */

import type { Task } from "../../src/paper/plan.ts";
import { inOrder } from "../../src/paper/schedule.ts";

/** Milliseconds of one core for a cost of one: 5 s for an epoch of the published network on 50,000 images. */
const USUAL_RATE = 0.002;

/** Milliseconds of measurements before which a pace says nothing. */
const MIN_MEASURED = 1000;

/** A task that has begun. */
interface StartedTask {
  /** When. */
  readonly start: number;
  /** The part that was done before. */
  readonly from: number;
  part: number;
  /** When it was last heard of. */
  last: number;
  doing: string;
}

/** Keeps account of a run's tasks. */
export interface Estimate {
  /** Takes in that `part` of `task` is done. */
  note(task: Task, part: number, doing: string): void;
  /** The part of all work that is done. */
  done(): number;
  /** Milliseconds left, from the pace of what runs and ran. */
  left(): number;
  /** What is being done now. */
  doing(): string;
  /** Milliseconds that a task took, if it was done from its beginning to its end. */
  took(id: string): number | undefined;
}

/** An account of `tasks`, of which `width` are done at a time. */
export function estimateOf(
  tasks: readonly Task[],
  { width, now }: { width: number; now: () => number },
): Estimate {
  const order = inOrder(tasks);
  const begun = new Map<string, StartedTask>();
  const total = tasks.reduce((sum, { cost }) => sum + cost, 0);
  const several = new Set(tasks.map(({ seed }) => seed)).size > 1;

  /** Milliseconds for a cost of one, from what is known of such tasks. */
  const rateOf = (task: Task): number => {
    const similarTasks = [
      ({ id }: Task) => id === task.id,
      ({ kind, name }: Task) => kind === task.kind && name === task.name,
      ({ kind }: Task) => kind === task.kind,
    ];
    for (const like of similarTasks) {
      let [spent, work] = [0, 0];
      for (const each of tasks.filter(like)) {
        const at = begun.get(each.id);
        if (!at) continue;
        spent += at.last - at.start;
        work += each.cost * (at.part - at.from);
      }
      if (spent >= MIN_MEASURED && work > 0) return spent / work;
    }
    return USUAL_RATE;
  };

  return {
    note({ id }, part, doing) {
      const time = now();
      const at = begun.get(id);
      if (!at) begun.set(id, { start: time, from: part, part, last: time, doing });
      else Object.assign(at, { part, last: time, doing: doing || at.doing });
    },
    done: () => tasks.reduce((sum, { id, cost }) => sum + cost * (begun.get(id)?.part ?? 0), 0) / total,
    left() {
      const time = now();
      const rest = new Map<string, number>();
      for (const task of tasks) {
        const at = begun.get(task.id);
        const ahead = rateOf(task) * task.cost * (1 - (at?.part ?? 0));
        // some time has gone by since it was last heard of
        rest.set(task.id, Math.max(ahead - (at && at.part < 1 ? time - at.last : 0), 0));
      }
      return lengthOf(order, rest, { width, first: ({ id }) => begun.has(id) });
    },
    took(id) {
      const at = begun.get(id);
      return at && at.from === 0 && at.part === 1 ? at.last - at.start : undefined;
    },
    doing: () =>
      tasks.filter(({ id }) => begun.has(id) && begun.get(id)!.part < 1).map(({ id, kind, name, seed }) =>
        `${kind === "run" ? "experiment " : ""}${name}${several ? ` (seed ${seed})` : ""} ${
          begun.get(id)!.doing
        }`
          .trimEnd()
      ).join(", "),
  };
}

/** How long tasks in `order` take, given how long each takes, `width` at a time, those that run already first. */
export function lengthOf(
  order: readonly Task[],
  lengths: ReadonlyMap<string, number>,
  { width, first = () => false }: { width: number; first?: (task: Task) => boolean },
): number {
  const ends = new Map<string, number>();
  const free = new Array<number>(width).fill(0);
  const waiting = [...order.filter(first), ...order.filter((task) => !first(task))];
  while (waiting.length > 0) {
    const place = free.indexOf(free.reduce((a, b) => Math.min(a, b)));
    // the first that can begin when the place is free, or else soonest
    const ready = waiting.map(({ needs }) =>
      needs.reduce((latest, id) => Math.max(latest, ends.get(id) ?? Infinity), free[place])
    );
    const soonest = ready.reduce((a, b) => Math.min(a, b));
    const [task] = waiting.splice(ready.indexOf(soonest), 1);
    const end = soonest + lengths.get(task.id)!;
    ends.set(task.id, end);
    free[place] = end;
  }
  return free.reduce((a, b) => Math.max(a, b));
}

/** Milliseconds that one core usually takes for `cost`. */
export function usualDuration(cost: number): number {
  return USUAL_RATE * cost;
}
