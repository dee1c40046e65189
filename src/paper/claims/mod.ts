/** The paper's figures and our questions, each with its conditions and the rule that judges ours. @module */

import type { Claim } from "../claim.ts";
import { appendixA } from "./appendix_a.ts";
import { beyond } from "./beyond.ts";
import { section6Controls } from "./controls.ts";
import { section3 } from "./section3.ts";
import { section4 } from "./section4.ts";
import { section5 } from "./section5.ts";
import { section6, section6Noise } from "./section6.ts";
import { section7 } from "./section7.ts";
import { section8 } from "./section8.ts";
import { section9 } from "./section9.ts";

/** All claims, in the paper's order. */
export const claims: readonly Claim[] = [
  ...section3,
  ...section4,
  ...section5,
  ...section6,
  ...section6Noise,
  ...section6Controls,
  ...section7,
  ...section8,
  ...section9,
  ...appendixA,
  ...beyond,
].map((claim) => ({ unit: "%", ...claim }));
