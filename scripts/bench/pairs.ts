/** The largest gain of a second core: the same work by one worker, and by two that share nothing. @module */

import type { Subject } from "./measure.ts";
import type { PairOrder, Work } from "./pair_worker.ts";
import type { Part } from "./part.ts";

/** What the workers do, and how often in a piece of work. */
const WORKS: readonly { work: Work; name: string; times: number }[] = [
  { work: "registers", name: "arithmetic in registers", times: 400 },
  { work: "maxout", name: "maxout step", times: 10 },
  { work: "adversarial", name: "adversarial maxout step", times: 10 },
];

/** Two pieces of work by one worker, and one each by two: ½ of the time where these do not disturb each other. */
export const pairs: Part = async ({ quick }) => {
  const workers = await Promise.all([hire(quick), hire(quick)]);
  return WORKS.flatMap(({ work, name, times }) => {
    const timed = (width: number) => async (calls: number) => {
      const order = { work, times: calls * times * (2 / width) };
      return Math.max(...await Promise.all(workers.slice(0, width).map((ask) => ask(order))));
    };
    const of = { unit: "ms", amount: 2 * times } as const;
    const one: Subject = { ...of, name: `${name}, one worker`, sample: timed(1) };
    return [one, { ...of, name: `${name}, two workers apart`, sample: timed(2), against: one }];
  });
};

/** A ready worker, as a function that runs its work and resolves to the seconds. */
async function hire(quick: boolean): Promise<(order: PairOrder) => Promise<number>> {
  const worker = new Worker(new URL("./pair_worker.ts", import.meta.url), { type: "module" });
  const answered = () =>
    new Promise<number>((resolve, reject) => {
      worker.onmessage = ({ data: seconds }) => resolve(seconds);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
  const ask = async (message: PairOrder | boolean) => {
    const answer = answered();
    worker.postMessage(message);
    return await answer;
  };
  await answered();
  await ask(quick);
  return ask;
}
