import { assertEquals, assertThrows } from "@std/assert";
import { command } from "../../../scripts/cli/command.ts";
import {
  choice,
  choicesOf,
  flag,
  number,
  numbers,
  orWord,
  text,
  whole,
} from "../../../scripts/cli/options.ts";
import { helpOf } from "../../../scripts/cli/help.ts";
import { parse } from "../../../scripts/cli/parse.ts";
import { suggestion } from "../../../src/schema.ts";
import { UserError } from "../../../scripts/errors.ts";

const specimen = command({
  name: "specimen",
  summary: "try every kind of option",
  operand: { placeholder: "FILE", help: "what to try it on" },
  options: {
    sizeLimit: whole({ help: "how many", min: 1, default: 7 }),
    rate: number({ help: "how fast", above: 0, max: 2 }),
    shift: number({ help: "how far", min: -5, max: 5 }),
    steps: numbers({ help: "how far each time", placeholder: "E,…", min: 0 }),
    range: numbers({ help: "from where to where", count: 2 }),
    kind: choice(["round", "square"], { help: "which" }),
    kinds: choicesOf(["round", "square"], { help: "which ones" }),
    most: orWord(["none"], number({ help: "at most", above: 0 })),
    name: text({ help: "whose", required: true }),
    out: text({ help: "where to", default: ".", lastCounts: true }),
    json: flag("as JSON"),
  },
  examples: ["specimen it --name me"],
  run: () => Promise.resolve(0),
});

const parsed = (...args: string[]) => parse(specimen, args);

function assertUsage(args: string[], message: string): void {
  const error = assertThrows(() => parsed(...args), UserError);
  assertEquals([error.message, error.exitCode], [message, 2]);
}

Deno.test("parse() fills in defaults and reads each kind of value", () => {
  assertEquals(parsed("it", "--name", "me"), {
    sizeLimit: 7,
    rate: undefined,
    shift: undefined,
    steps: undefined,
    range: undefined,
    kind: undefined,
    kinds: undefined,
    most: undefined,
    name: "me",
    out: ".",
    json: false,
    quiet: false,
    help: false,
    operand: "it",
  });
  const all =
    "--size-limit 3 --rate=1e-2 --shift -2 --steps 0,.5,1 --range -1,1 --kind square --kinds round,square";
  const values = parsed(
    ...all.split(" "),
    "--most",
    "none",
    "--json",
    "--name",
    "7",
    "--out",
    "here",
    "--out",
    "there",
    "8",
  );
  assertEquals(values, {
    sizeLimit: 3,
    rate: 0.01,
    shift: -2,
    steps: [0, 0.5, 1],
    range: [-1, 1],
    kind: "square",
    kinds: ["round", "square"],
    most: "none",
    name: "7",
    out: "there",
    json: true,
    quiet: false,
    help: false,
    operand: "8",
  });
  assertEquals(parsed("--name=a=b --c", "it").name, "a=b --c");
  assertEquals(parsed("--name", "me", "--", "--it").operand, "--it");
  assertEquals(parsed("--name", "me", "--most", "3", "007").most, 3);
  assertEquals(parsed("--name", "me", "--most", "3", "007").operand, "007");
});

Deno.test("parse() refuses in one sentence what does not fit", () => {
  const me = ["it", "--name", "me"];
  assertUsage(["it"], "specimen needs --name TEXT; see gibbon help specimen");
  assertUsage(["--name", "me"], "specimen needs FILE after it");
  assertUsage([...me, "that"], "specimen does not know what to do with that; see gibbon help specimen");
  assertUsage([...me, "--name", "you"], "--name is given 2 times");
  assertUsage(["it", "--name"], "--name needs a value");
  assertUsage(["it", "--name", "--json"], "--name needs a value");
  assertUsage(["it", "--name="], "--name needs a value");
  assertUsage([...me, "--json=yes"], "--json takes no value");
  assertUsage([...me, "--jsno"], "specimen has no option --jsno; did you mean --json?");
  assertUsage([...me, "--size=3"], "specimen has no option --size; did you mean --size-limit?");
  assertUsage([...me, "--colour", "red"], "specimen has no option --colour; gibbon help specimen lists them");
  assertUsage([...me, "--size-limit", "0"], "--size-limit must be ≥ 1, not 0");
  assertUsage([...me, "--size-limit", "2.5"], "--size-limit must be a whole number, not 2.5");
  assertUsage([...me, "--rate", "0"], "--rate must be > 0 and ≤ 2, not 0");
  assertUsage([...me, "--rate", "fast"], "--rate must be a number, not fast");
  assertUsage([...me, "--rate", "NaN"], "--rate must be a number, not NaN");
  assertUsage([...me, "--rate", "Infinity"], "--rate must be a number, not Infinity");
  assertUsage([...me, "--shift", "-6"], "--shift must be in -5 … 5, not -6");
  assertUsage([...me, "--steps", "0,-1"], "--steps must be ≥ 0, not -1");
  assertUsage([...me, "--steps", "0,,1"], "--steps must be a number, not nothing");
  assertUsage([...me, "--range", "1"], "--range must be 2 numbers with commas between, not 1");
  assertUsage(
    [...me, "--kind", "sqare"],
    "--kind must be one of round, square, not sqare; did you mean square?",
  );
  assertUsage([...me, "--kinds", "round,flat"], "--kinds must be one of round, square, not flat");
  assertUsage([...me, "--most", "all"], "--most must be a number, not all");
});

Deno.test("parse() asks for nothing else where help is wanted", () => {
  assertEquals([parsed("--help").help, parsed("-h").help], [true, true]);
});

Deno.test("helpOf() tells every option, its range and its default", () => {
  assertEquals(
    helpOf(specimen),
    `Try every kind of option.

Usage: gibbon specimen FILE --name TEXT [options]

  FILE  What to try it on

  --size-limit N  How many (≥ 1; default 7)
  --rate X        How fast (> 0 and ≤ 2)
  --shift X       How far (in -5 … 5)
  --steps E,…     How far each time (≥ 0)
  --range X,…     From where to where
  --kind NAME     Which (round, square)
  --kinds NAME,…  Which ones (round, square)
  --most none|X   At most (none, or > 0)
  --name TEXT     Whose (required)
  --out TEXT      Where to (default .)
  --json          As JSON
  --quiet         Show no progress
  --help          Show this

For example:
  gibbon specimen it --name me`,
  );
});

Deno.test("suggestion() names the nearest, and nothing that is far", () => {
  const known = ["train", "attack", "evaluate"];
  assertEquals(suggestion("trian", known), "; did you mean train?");
  assertEquals(suggestion("Attack", known), "; did you mean attack?");
  assertEquals(suggestion("eval", known), "; did you mean evaluate?");
  assertEquals(suggestion("reproduce", known), "");
});
