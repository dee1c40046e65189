/** What a scenario is given. @module */

import type { Browser } from "puppeteer-core";
import type { Expected } from "./expected.ts";
import type { Visit } from "./visit.ts";

/** A test in a browser; those of one list share a visit, in their order. */
export interface Scenario {
  readonly name: string;
  run(at: Stage): Promise<void>;
}

/** Where scenarios play. */
export interface Stage extends Visit {
  readonly browser: Browser;
  /** Whether its scheme can be changed while it runs. */
  readonly changesScheme: boolean;
  /** Address of the served page, and the path of the same page as a file. */
  readonly address: string;
  readonly file: string;
  /** Folder where downloads arrive, and one for files to open. */
  readonly downloads: string;
  readonly files: string;
  readonly expected: Expected;
  /** Tells a figure that was measured. */
  measured(text: string): void;
}
