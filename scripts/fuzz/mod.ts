/** All that is fuzzed. @module */

import { calls } from "./subjects/calls.ts";
import { commandLine } from "./subjects/arguments.ts";
import { edge } from "./subjects/edge.ts";
import { imports } from "./subjects/imports.ts";
import { jobs } from "./subjects/jobs.ts";
import { readers } from "./subjects/readers.ts";
import { saved } from "./subjects/saved.ts";
import type { Subject } from "./subject.ts";

export { workIn } from "./subjects/arguments.ts";

/** The subjects by name. */
export const subjects: Readonly<Record<string, Subject>> = Object.fromEntries(
  [...readers, ...saved, ...imports, ...jobs, edge, commandLine, calls].map((each) => [each.name, each]),
);
