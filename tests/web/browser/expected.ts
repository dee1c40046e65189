/** What the page must show, computed here by the same handlers: the kernels give the same bytes everywhere. @module */

import { DEFAULT_MODELS } from "../../../src/web/default_models.ts";
import type { AttackResult, Gallery, Result, Subject } from "../../../src/web/messages.ts";
import { requester } from "../worker/support.ts";

/** Handlers with the page's models. */
export interface Expected {
  readonly request: ReturnType<typeof requester>;
  readonly gallery: Gallery;
  /** A digit of the gallery, to be attacked through softmax regression by the fast gradient sign method. */
  subject(digit: number): Subject;
  attack(digit: number, epsilon: number, change?: Partial<Subject>): Promise<AttackResult>;
  transfer(epsilon: number): Promise<Result<"transfer">>;
}

/** Trains what the page trains. */
export async function expectations(): Promise<Expected> {
  const request = requester();
  const gallery = await request("gallery", { count: 36 });
  for (const [name, { family, adversarial, seed, epochs }] of Object.entries(DEFAULT_MODELS)) {
    const plan = { family, adversarial, seed, epochs };
    await request("train", { name, plan, watch: false, resume: false });
  }
  const subject = (digit: number): Subject => ({
    example: gallery.examples.slice(784 * digit, 784 * (digit + 1)),
    label: gallery.labels![digit],
    source: "softmax",
    attack: "fgsm",
  });
  return {
    request,
    gallery,
    subject,
    attack: (digit, epsilon, change) => request("attack", { ...subject(digit), ...change, epsilon }),
    transfer: (epsilon) => request("transfer", { attack: "fgsm", epsilon, examples: 200 }),
  };
}
