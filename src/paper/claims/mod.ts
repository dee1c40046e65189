/** The paper's figures, each with its conditions and the rule that judges ours. @module */

import type { Claim } from "../claim.ts";
import { appendixA } from "./appendix_a.ts";
import { section4 } from "./section4.ts";
import { section5 } from "./section5.ts";
import { section6 } from "./section6.ts";
import { section7 } from "./section7.ts";

/** Every published figure that is reproduced, in the paper's order. */
export const claims: readonly Claim[] = [...section4, ...section5, ...section6, ...section7, ...appendixA]
  .map((claim) => ({ unit: "%", ...claim }));
