import { assertEquals } from "@std/assert";
import { CALLS, calls, type HostileCall, kindAt } from "../../scripts/fuzz/subjects/calls.ts";
import { InputError } from "../../src/errors.ts";

/** Arguments that are only passed on, so that NaN is checked where it is used. */
const PASS_ON: Readonly<Record<string, RegExp>> = {
  matrix: /^2/,
  slice: /^0/,
  select: /^0/,
  withPerturbation: /^[01]/,
};

/** Arguments that these functions ignore. */
const UNUSED: Readonly<Record<string, RegExp>> = {
  measureRubbish: /^0\.x/,
  smoothing: /^1\.(labels|classes)/,
};

/** Models of these functions are only used by later calls, which check their answers. */
const ASK_LATER = ["ensemble", "transferAttack"];

/** Models of these functions are asked for no gradient. */
const ASK_NO_GRADIENT = [
  ...["alongLine", "losses", "measure", "predict", "predictAsync", "rubbish", "smoothing"],
  ...["signNoise", "uniformNoise"],
];

/** Whether the policy accepts `call`. */
function isLetThrough({ name, place, value }: HostileCall): boolean {
  if (value === "NaN scores" && ASK_LATER.includes(name)) return true;
  if (value === "NaN gradient" && [...ASK_LATER, ...ASK_NO_GRADIENT].includes(name)) return true;
  return [PASS_ON, UNUSED].some((places) => places[name]?.test(place.join(".")));
}

const WRONG: Readonly<Record<string, readonly string[]>> = {
  number: ["NaN"],
  matrix: ["NaN matrix"],
  model: ["NaN scores", "NaN gradient"],
};

Deno.test("each public function refuses NaN where it takes a number, inputs or a model's answers, or only passes it on", async () => {
  const asked = CALLS.filter(({ name, place, value }) => WRONG[kindAt(name, place)]?.includes(value));
  const answered: string[] = [], refused = new Set<string>();
  for (const call of asked) {
    if (isLetThrough(call)) continue;
    try {
      await calls.run(call);
      answered.push(`${call.name} ${call.place.join(".")} ${call.value}`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refused.add(call.name);
    }
  }
  assertEquals(answered, []);
  // nearly all take a number somewhere
  assertEquals(refused.size > 68, true, `${refused.size}`);
});
