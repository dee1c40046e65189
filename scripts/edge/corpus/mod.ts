/** Requests good and bad, with what an edge handler of default limits answers to each. @module */

import type { Case, Target } from "./case.ts";
import { gates } from "./gates.ts";
import { malformedJson } from "./json.ts";
import { routes } from "./routes.ts";
import { safetensors } from "./tensors.ts";

export { type Case, input, type Target } from "./case.ts";
export { validRequests as valid } from "./valid.ts";

/** Requests that are refused. */
export function hostile(target: Target): Case[] {
  return [...routes(target), ...malformedJson(target), ...gates(target), ...safetensors(target)];
}
