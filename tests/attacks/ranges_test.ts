/** The ranges of the options of attacks: their ends are taken, and what lies beyond is refused. */

import { assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import type { Attack } from "../../src/attacks/attack.ts";
import { boundary } from "../../src/attacks/boundary.ts";
import { carliniWagner } from "../../src/attacks/carlini_wagner.ts";
import { ddn } from "../../src/attacks/ddn.ts";
import { deepFool } from "../../src/attacks/deep_fool.ts";
import { fab } from "../../src/attacks/fab.ts";
import { fmn } from "../../src/attacks/fmn.ts";
import { hopSkipJump } from "../../src/attacks/hop_skip_jump.ts";
import "../../src/attacks/refine.ts";
import { batch } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { matrix } from "../../src/matrix.ts";
import { plainModel } from "./followed.ts";

/** The default of an option, what it takes at its ends, and what it refuses next to them. */
type Range = readonly [
  option: string,
  by: number,
  taken: readonly number[],
  refused: readonly number[],
];

const TINY = Number.MIN_VALUE, ABOVE = 1 + 2 ** -52, BELOW = 1 - 2 ** -53;
const refinements: Range = ["refinements", 10, [0, 1], [-1, 0.5]];

const RANGES: readonly [attack: object, ranges: readonly Range[]][] = [
  [boundary, [
    ["steps", 5000, [1], [0, 1.5]],
    ["sphericalStep", 0.01, [TINY, 1], [0, ABOVE]],
    ["sourceStep", 0.01, [TINY, 1], [0, ABOVE]],
  ]],
  [carliniWagner, [
    ["binarySearchSteps", 9, [1], [0]],
    ["iterations", 100, [1], [0]],
    ["learningRate", 0.01, [TINY], [0]],
    ["initialWeight", 0.1, [TINY], [0]],
    ["confidence", 0, [0], [-TINY]],
    refinements,
  ]],
  [ddn, [
    ["iterations", 100, [1], [0]],
    ["gamma", 0.05, [TINY, BELOW], [0, 1]],
    ["initialNorm", 1, [TINY], [0]],
    refinements,
  ]],
  [deepFool, [
    ["iterations", 50, [1], [0]],
    ["overshoot", 0.02, [0], [-TINY]],
    ["candidates", 10, [1], [0]],
    refinements,
  ]],
  [fab, [
    ["iterations", 100, [1], [0]],
    ["targets", 9, [1], [0]],
    ["alphaMax", 0.1, [0, 1], [-TINY, ABOVE]],
    ["eta", 1.05, [1], [BELOW]],
    ["beta", 0.9, [TINY, 1], [0, ABOVE]],
    refinements,
  ]],
  [fmn, [
    ["iterations", 100, [1], [0]],
    ["stepSize", 1, [TINY], [0]],
    ["gamma", 0.05, [TINY, BELOW], [0, 1]],
    refinements,
  ]],
  [hopSkipJump, [["steps", 64, [1], [0]], ["probes", 100, [1], [0, 10_001]]]],
];

Deno.test("attacks take the ends of the ranges of their options, and refuse what lies beyond", () => {
  const { made, predicted } = plainModel({ inputs: 1, classes: 2, bend: 0 });
  const examples = batch({ x: matrix(1, 1, [0.5]), labels: [predicted([0.5])], classes: 2 });
  for (const [each, ranges] of RANGES) {
    const attack = each as Attack, defaults = attack.options as Record<string, { default?: number }>;
    const short = ["steps", "iterations", "probes", "binarySearchSteps"].filter((name) => name in defaults);
    const run = (option: string, value: number) => {
      const options = { ...Object.fromEntries(short.map((name) => [name, 1])), [option]: value };
      return () => attack(made, examples, { norm: "L2", epsilon: 100, ...options } as { epsilon: number });
    };
    for (const [option, by, taken, refused] of ranges) {
      assertEquals(defaults[option].default, by, `${attack.name}, ${option}`);
      for (const value of taken) run(option, value)();
      for (const value of refused) assertThrows(run(option, value), InputError, `${option} ${value}`);
    }
  }
});
