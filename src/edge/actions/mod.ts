/** All actions by name. @module */

import type { Action } from "../action.ts";
import { check } from "./check.ts";
import { classify } from "./classify.ts";
import { robustness } from "./robustness.ts";
import { screen } from "./screen.ts";

/** All actions by the last word of their routes. */
export const actions: Readonly<Record<string, Action>> = { classify, check, robustness, screen };
