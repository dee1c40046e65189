import { assertEquals, assertThrows } from "@std/assert";
import { command } from "../../../scripts/cli/command.ts";
import {
  choice,
  choicesOf,
  flag,
  integerOption,
  number,
  numbers,
  orWord,
  text,
} from "../../../scripts/cli/options.ts";
import { helpOf } from "../../../scripts/cli/help.ts";
import { parse } from "../../../scripts/cli/parse.ts";
import {
  boolean,
  choice as choiceField,
  integer,
  integerOr,
  number as numberField,
  numbers as numbersField,
} from "../../../src/schema.ts";
import { suggestion } from "../../../src/wording.ts";
import { UserError } from "../../../scripts/errors.ts";

const specimen = command({
  name: "specimen",
  summary: "try every kind of option",
  operand: { placeholder: "FILE", help: "what to try it on" },
  options: {
    sizeLimit: integerOption({ help: "how many", min: 1, default: 7 }),
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
    own: {},
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
    own: {},
    operand: "8",
  });
  assertEquals(parsed("--name=a=b --c", "it").name, "a=b --c");
  assertEquals(parsed("--name", "me", "--", "--it").operand, "--it");
  assertEquals(parsed("--name", "me", "--most", "3", "007").most, 3);
  assertEquals(parsed("--name", "me", "--most", "3", "007").operand, "007");
});

Deno.test("parse() takes what an option means alone where no value follows it", () => {
  const alone = command({
    name: "alone",
    summary: "try it",
    options: { proof: choice(["auto", "none"], { help: "which", alone: "auto" }), json: flag("as JSON") },
    run: () => Promise.resolve(0),
  });
  const proof = (...args: string[]) => parse(alone, args).proof;
  assertEquals(proof(), undefined);
  assertEquals([["--proof"], ["--proof", "--json"]].map((args) => proof(...args)), ["auto", "auto"]);
  assertEquals([["--proof", "none"], ["--proof=none"]].map((args) => proof(...args)), ["none", "none"]);
  assertThrows(() => proof("--proof="), UserError, "--proof needs a value");
  assertThrows(() => proof("--proof", "other"), UserError, "--proof must be auto or none, not other");
});

Deno.test("parse() refuses arguments that do not fit in one sentence", () => {
  const me = ["it", "--name", "me"];
  assertUsage(["it"], "specimen needs --name TEXT; see gibbon help specimen");
  assertUsage(["--name", "me"], "specimen needs FILE after it");
  assertUsage([...me, "that"], "specimen takes no argument that; see gibbon help specimen");
  assertUsage([...me, "--name", "you"], "--name is given 2 times");
  assertUsage(["it", "--name"], "--name needs a value");
  assertUsage(["it", "--name", "--json"], "--name needs a value");
  assertUsage(["it", "--name="], "--name needs a value");
  assertUsage([...me, "--json=yes"], "--json takes no value");
  assertUsage([...me, "--jsno"], "specimen has no option --jsno; did you mean --json?");
  assertUsage([...me, "--size=3"], "specimen has no option --size; did you mean --size-limit?");
  assertUsage([...me, "--colour", "red"], "specimen has no option --colour; gibbon help specimen lists them");
  assertUsage([...me, "--size-limit", "0"], "--size-limit must be a whole number ≥ 1, not 0");
  assertUsage([...me, "--size-limit", "2.5"], "--size-limit must be a whole number ≥ 1, not 2.5");
  assertUsage([...me, "--rate", "0"], "--rate must be a finite number in (0, 2], not 0");
  assertUsage([...me, "--rate", "fast"], "--rate must be a finite number in (0, 2], not fast");
  assertUsage([...me, "--rate", "NaN"], "--rate must be a finite number in (0, 2], not NaN");
  assertUsage([...me, "--rate", "Infinity"], "--rate must be a finite number in (0, 2], not Infinity");
  assertUsage([...me, "--shift", "-6"], "--shift must be a finite number in [-5, 5], not -6");
  assertUsage([...me, "--steps", "0,-1"], "--steps must be a list of finite numbers ≥ 0, not 0,-1");
  assertUsage([...me, "--steps", "0,,1"], "--steps must be a list of finite numbers ≥ 0, not 0,,1");
  assertUsage([...me, "--range", "1"], "--range must be a list of 2 finite numbers, not 1");
  assertUsage(
    [...me, "--kind", "sqare"],
    "--kind must be round or square, not sqare; did you mean square?",
  );
  assertUsage([...me, "--kinds", "round,flat"], "--kinds must be round or square, not flat");
  assertUsage([...me, "--most", "all"], "--most must be none or a finite number > 0, not all");
});

Deno.test("parse() asks for nothing else where help is wanted", () => {
  assertEquals([parsed("--help").help, parsed("-h").help], [true, true]);
});

Deno.test("helpOf() shows every option, its range and its default", () => {
  assertEquals(
    helpOf(specimen),
    `Try every kind of option.

Usage: gibbon specimen FILE --name TEXT [options]

  FILE  What to try it on

  --size-limit N  How many (≥ 1; default 7)
  --rate X        How fast (in (0, 2])
  --shift X       How far (in [-5, 5])
  --steps E,…     How far each time (≥ 0)
  --range X,…     From where to where
  --kind NAME     Which (round, square)
  --kinds NAME,…  Which ones (round, square)
  --most none|X   At most (none or > 0)
  --name TEXT     Whose (required)
  --out TEXT      Where to (default .)
  --json          As JSON
  --quiet         Show no progress
  --help          Show this

For example:
  gibbon specimen it --name me`,
  );
});

const SCHEMAS = {
  walk: {
    steps: integer("how many steps", { min: 1, default: 10 }),
    stepSize: numberField("how long a step is", { above: 0 }),
    restart: boolean("start again where it ends", { default: true }),
    pace: choiceField("how fast", ["slow", "quick"], { default: "slow" }),
    json: boolean("what the command has itself", { default: false }),
  },
  jump: {
    steps: integer("how many steps", { min: 1, default: 10 }),
    height: numbersField("how high each time", { min: 0, required: true }),
    feet: integerOr("how many feet", ["all"], { max: 4 }),
  },
  rest: {},
};

const moving = command({
  name: "move",
  summary: "go somewhere",
  options: {
    way: choicesOf(Object.keys(SCHEMAS), { help: "how", default: ["walk"] }),
    json: flag("as JSON"),
  },
  own: [{ of: "way", schemas: SCHEMAS }],
  run: () => Promise.resolve(0),
});

Deno.test("parse() gives options of the chosen names to all that take them, and refuses the others", () => {
  const own = (...args: string[]) => parse(moving, args).own as Record<string, unknown>;
  assertEquals(own(), { way: { walk: {} } });
  assertEquals(own("--steps", "3", "--step-size=.5", "--no-restart", "--pace", "quick"), {
    way: { walk: { steps: 3, stepSize: 0.5, restart: false, pace: "quick" } },
  });
  assertEquals(
    own("--way", "jump,walk,rest", "--steps", "3", "--height", "1,2", "--feet", "all", "--restart"),
    {
      way: { jump: { steps: 3, height: [1, 2], feet: "all" }, walk: { steps: 3, restart: true }, rest: {} },
    },
  );
  const refused = (args: string[], message: string) => {
    const error = assertThrows(() => parse(moving, args), UserError);
    assertEquals([error.message, error.exitCode], [message, 2]);
  };
  refused(["--height", "1"], "--height does not go with walk, but with jump");
  refused(["--way", "rest", "--steps", "1"], "--steps does not go with rest, but with walk or jump");
  refused(["--steps", "0"], "--steps must be a whole number ≥ 1, not 0");
  refused(["--pace", "slo"], "--pace must be slow or quick, not slo; did you mean slow?");
  refused(
    ["--way", "jump", "--height", "1", "--feet", "5"],
    "--feet must be all or a whole number ≤ 4, not 5",
  );
  refused(["--way", "jump"], "jump needs --height X,…");
  refused(["--stpes", "1"], "move has no option --stpes; did you mean --steps?");
});

Deno.test("helpOf() shows such options below the choices that have them, within the width", () => {
  const help = helpOf(moving, 60);
  assertEquals(
    help.slice(help.indexOf("\nWith")),
    `
With --way walk or jump:
  --steps N  How many steps (≥ 1; default 10)

With --way walk:
  --step-size X  How long a step is (> 0)
  --no-restart   Not: start again where it ends
  --pace NAME    How fast (slow, quick; default slow)

With --way jump:
  --height X,…  How high each time (≥ 0; required)
  --feet all|N  How many feet (all or ≤ 4)`,
  );
  for (const width of [40, 60, 80, 120]) {
    const lines = helpOf(specimen, width).split("\n");
    assertEquals(lines.filter((line) => line.length > width), []);
  }
});

Deno.test("suggestion() names the nearest, and nothing that is far", () => {
  const known = ["train", "attack", "evaluate"];
  assertEquals(suggestion("trian", known), "; did you mean train?");
  assertEquals(suggestion("Attack", known), "; did you mean attack?");
  assertEquals(suggestion("eval", known), "; did you mean evaluate?");
  assertEquals(suggestion("reproduce", known), "");
});
