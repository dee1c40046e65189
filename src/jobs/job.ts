/** What a job is: work whose result is settled by its recipe, its data and the code. @module */

import { sha256 } from "../data/sha256.ts";
import type { Batch } from "../data/batch.ts";
import type { Hooks } from "../paper/executor.ts";
import type { Variant } from "../runtime/variants.ts";
import type { Store } from "./store.ts";

/** One piece of work, ready for JSON: run twice, here or elsewhere, it comes to the same bytes. */
export interface Job<R = unknown> {
  /** Key of the registry of kinds. */
  readonly kind: string;
  /** What is to be done, by the kind's own rules. */
  readonly recipe: R;
  /** SHA-256 of each input, by the name that the kind gives it; of a job of this process alone, any name of it. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Build of the kernels, which settles bytes too. */
  readonly kernels: Variant;
  /** Version of the code. Without it the job belongs to this process alone, and its result is not kept. */
  readonly code?: string;
}

/** What a job is done with. */
export interface Bench extends Hooks {
  readonly store: Store;
  /** The examples of that SHA-256. */
  batch(hash: string): Promise<Batch>;
  /** The bytes of that SHA-256. */
  bytes(hash: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Says what the user should know. */
  note(text: string): void;
  /** Gives way, so that a stop is heard. */
  turn(): Promise<void>;
  /** Milliseconds since some moment. */
  now(): number;
}

/** A kind of job. */
export interface Kind<R> {
  /** What a job does, as errors say it: a verb and its object. */
  action(recipe: R): string;
  /** Whether a job that is stopped saves its state: it is asked to, and others are broken off. */
  readonly resumable: boolean;
  /** What the job comes to, ready for JSON. */
  perform(job: Job<R>, bench: Bench): Promise<unknown>;
  /** Whether a result that was kept still serves; default it does. */
  holds?(result: unknown, store: Store): Promise<boolean>;
}

/** SHA-256 of all that settles the result of `job`: its name everywhere. */
export function jobId(job: Job): string {
  return sha256(new TextEncoder().encode(inOrder(job)));
}

/** JSON of it, the names in objects in order. */
function inOrder(value: unknown): string {
  return JSON.stringify(
    value,
    (_, each) =>
      typeof each === "object" && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => a < b ? -1 : 1))
        : each,
  );
}

/** Who does jobs, and how many at a time. */
export interface Jobs {
  /** Jobs at a time. */
  readonly width: number;
  /** What `job` comes to. */
  run(job: Job, hooks: Hooks): Promise<unknown>;
}
