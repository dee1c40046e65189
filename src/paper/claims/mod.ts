/** The paper's figures, each with its conditions and the rule that judges ours. @module */

import type { Claim } from "../claim.ts";
import { appendixA } from "./appendix_a.ts";
import { section3 } from "./section3.ts";
import { section4 } from "./section4.ts";
import { section5 } from "./section5.ts";
import { section6 } from "./section6.ts";
import { section7 } from "./section7.ts";
import { section8 } from "./section8.ts";
import { section6Controls } from "./controls.ts";
import { alsoInFloat32 } from "./float32.ts";
import { section9Ensemble } from "./ensemble.ts";
import { section9Generative } from "./generative.ts";
import { section6Noise } from "./noise.ts";

/** Every published figure that is reproduced, and what the paper leaves open, in the paper's order. */
export const claims: readonly Claim[] = [
  ...section3,
  ...section4,
  ...section5,
  ...section6,
  ...section6Noise,
  ...section6Controls,
  ...section7,
  ...section8,
  ...section9Ensemble,
  ...section9Generative,
  ...appendixA,
].flatMap(alsoInFloat32).map((claim) => ({ unit: "%", ...claim }));
