/** What is checked on a host. @module */

import type { Outcome } from "./programs/outcome.ts";
import type { Project } from "./project.ts";
import type { Found, Tool } from "./tools.ts";

/** What a check works with. */
export interface Setting {
  /** The package, installed and bundled. */
  readonly project: Project;
  /** Of the tools it needs, where they are. */
  readonly paths: ReadonlyMap<Tool, Found>;
  readonly signal?: AbortSignal;
}

/** One host in one form. */
export interface Check {
  /** The host. */
  readonly host: string;
  /** In which form the library runs there. */
  readonly form: string;
  /** What it needs, the host first. */
  readonly needs: readonly Tool[];
  /** Threads that it must reach, of two; default either. */
  readonly threads?: number;
  /** The conformance run there; or nothing, if something else was checked and holds. */
  run(setting: Setting): Promise<Outcome | void>;
}
