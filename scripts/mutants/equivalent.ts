/** Faults that change nothing a caller could see: `equivalent.json` lists them. @module */

import { changeOf, type Fault } from "./faults.ts";

/** Faults that no test can notice, and why: each the line as it stands without the fault, and the change. */
const EQUIVALENT: readonly { file: string; why: string; faults: readonly (readonly [string, string])[] }[] =
  JSON.parse(Deno.readTextFileSync(new URL("equivalent.json", import.meta.url)));

/** Whether `fault` is listed as one that changes nothing. */
export function isEquivalent(file: string, text: string, fault: Fault): boolean {
  const own = text.split("\n")[fault.line - 1].trim();
  return EQUIVALENT.some((each) =>
    each.file === file && each.faults.some(([code, change]) => code === own && change === changeOf(fault))
  );
}
