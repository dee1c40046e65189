/** One of the workers that measure the gain of a second core. @module */

import { images } from "./part.ts";
import { recipes } from "./models.ts";
import { peaks } from "./peak.ts";
import { steps } from "./training.ts";

/** What a worker does. */
export type Work = "registers" | "maxout" | "adversarial";

/** What it is to do, and how often. */
export interface PairOrder {
  readonly work: Work;
  readonly times: number;
}

const scope = self as unknown as {
  onmessage: (event: MessageEvent<PairOrder | boolean>) => void;
  postMessage(seconds: number): void;
};

let works: Readonly<Record<Work, (times: number) => number | Promise<number>>>;

/** Prepares the works; small ones if `quick`. */
async function begin(quick: boolean): Promise<void> {
  const { maxout, adversarial } = recipes(quick ? 24 : undefined), data = images(quick ? 400 : 1000);
  works = {
    registers: (await peaks()).baseline[0].sample,
    maxout: steps({ ...maxout, data }),
    adversarial: steps({ ...adversarial, data }),
  };
}

scope.onmessage = async ({ data: order }) => {
  if (typeof order !== "boolean") return scope.postMessage(await works[order.work](order.times));
  await begin(order);
  scope.postMessage(0);
};
scope.postMessage(0);
