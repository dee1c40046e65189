/** What the page must show, computed here by the same laboratory: the kernels give the same bytes everywhere. @module */

import type { Answer } from "../../../src/web/lab/exchanges.ts";
import type { Gallery, Look } from "../../../src/web/lab/protocol.ts";
import { ROSTER } from "../../../src/web/lab/roster.ts";
import { asking } from "../lab/support.ts";

/** A laboratory with the page's models. */
export interface Expected {
  readonly ask: ReturnType<typeof asking>;
  readonly gallery: Gallery;
  /** What is seen of a picked digit. */
  look(digit: number, source: string, epsilon: number): Promise<Look>;
  readonly transfer: Answer<"transfer">;
}

/** Trains what the page trains. */
export async function expectations(): Promise<Expected> {
  const ask = asking();
  const gallery = await ask("gallery", { count: 36 });
  for (const [name, plan] of Object.entries(ROSTER)) {
    await ask("train", { name, plan, watch: false, resume: false });
  }
  return {
    ask,
    gallery,
    look: (digit, source, epsilon) =>
      ask("look", {
        image: gallery.images.slice(784 * digit, 784 * (digit + 1)),
        label: gallery.labels![digit],
        source,
        epsilon,
      }),
    transfer: await ask("transfer", { epsilon: 0.25, examples: 200 }),
  };
}
