/** What the page may ask of a laboratory, and how questions and answers travel. @module */

import type {
  Curves,
  Gallery,
  Growth,
  Look,
  NamedBytes,
  Opened,
  Plan,
  Progress,
  Subject,
  Trained,
  Transfer,
} from "./protocol.ts";

/** All questions by kind, with their answers and what is told on the way. */
export interface Exchanges {
  gallery: { ask: { count: number }; answer: Gallery };
  train: {
    ask: { name: string; plan: Plan; watch: boolean; resume: boolean };
    answer: Trained;
    progress: Progress;
  };
  put: { ask: { name: string; bytes: Uint8Array<ArrayBuffer> }; answer: void };
  look: { ask: Subject & { epsilon: number }; answer: Look };
  curves: { ask: Subject & { reach: number }; answer: Curves };
  transfer: { ask: { epsilon: number; examples: number }; answer: Transfer };
  grow: {
    ask: { source: string; target: number; step: number; seed: number; samples: number };
    answer: Growth;
  };
  noise: { ask: { source: string; seed: number; samples: number }; answer: { errorRate: number } };
  open: { ask: { files: readonly NamedBytes[] }; answer: Opened };
}

/** Kinds of questions. */
export type Kind = keyof Exchanges;
/** What is asked in a question of kind `K`. */
export type Ask<K extends Kind> = Exchanges[K]["ask"];
/** What is answered. */
export type Answer<K extends Kind> = Exchanges[K]["answer"];
/** What is told on the way. */
export type Told<K extends Kind> = Exchanges[K] extends { progress: infer P } ? P : never;

/** How one question is answered, and what else there is to it. */
export interface Context<K extends Kind> {
  /** Tells how far it is. */
  tell(progress: Told<K>): void;
  /** Stops it. */
  readonly signal: AbortSignal;
}

/** From page to laboratory. */
export type Question = { id: number; kind: Kind; ask: unknown } | { id: number; abort: true };
/** From laboratory to page. */
export type Reply =
  | { id: number; answer: unknown }
  | { id: number; error: string }
  | { id: number; progress: unknown };

/** One end of the line between them: a worker, what a worker sees of its page, or a message port. */
export interface Line {
  postMessage(message: Question | Reply): void;
  // deno-lint-ignore no-explicit-any
  onmessage: ((event: any) => void) | null;
}
