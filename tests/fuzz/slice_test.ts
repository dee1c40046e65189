import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decode, encode } from "../../scripts/fuzz/corpus.ts";
import { CALLS, uncovered } from "../../scripts/fuzz/subjects/calls.ts";
import { subjects, workIn } from "../../scripts/fuzz/mod.ts";
import { inputAt, search } from "../../scripts/fuzz/search.ts";
import { judge, spent, subject } from "../../scripts/fuzz/subject.ts";
import { InputError } from "../../src/errors.ts";
import { inFolder } from "../scripts/cli/support.ts";

for (const [name, each] of Object.entries(subjects)) {
  Deno.test(`${name}: hostile inputs are answered or refused in one clear sentence`, () =>
    inFolder(async (folder) => {
      workIn(folder);
      const { counts, finds } = await search(each, { runs: 100, seed: 1 });
      assertEquals(finds.map(({ problem }) => problem), []);
      assert(counts.answered + counts.refused === 100);
    }));
}

Deno.test("search finds a planted bug, makes its input small, and inputAt gives the one it was", async () => {
  const planted = subject({
    name: "planted",
    inputs: fc.array(fc.nat(100)),
    run(list: number[]) {
      if (list.length > 3) throw new TypeError("planted");
      if (list.length > 1) throw new InputError("value", "read a list", "it is too long");
    },
  });
  const tried: [number, number][] = [];
  const { counts, finds } = await search(planted, {
    runs: 50,
    seed: 3,
    onInput: (...at) => void tried.push(at),
  });
  assertEquals(finds.map(({ input }) => input), [[0, 0, 0, 0]]);
  assertEquals([counts.answered > 0, counts.refused > 0, counts.unclear > 0], [true, true, true]);
  const [seed, index] = tried.find(([seed], i) => tried[i + 1]?.[0] !== seed)!;
  const first = await inputAt(planted, seed, index);
  assertEquals((await judge(planted, first)).outcome, "unclear");
});

Deno.test("judge takes long messages, control characters, other errors and slow calls for finds", async () => {
  const outcome = async (run: () => unknown, milliseconds?: number) =>
    (await judge(subject({ name: "x", inputs: fc.nat(), run }), 0, { milliseconds })).outcome;
  const refusing = (message: string) => () => {
    throw Object.assign(new InputError("value", "a", "b"), { message });
  };
  assertEquals(await outcome(() => 1), "answered");
  assertEquals(await outcome(refusing("Cannot a: b")), "refused");
  for (const message of ["a".repeat(401), "a\u001b[1m", "a\nb", "got [object Object]", ""]) {
    assertEquals(await outcome(refusing(message)), "unclear", message);
  }
  assertEquals(await outcome(() => null!["x"]), "unclear");
  assertEquals([await outcome(() => busy(50), 40), await outcome(() => busy(50))], ["slow", "answered"]);
});

Deno.test("encode keeps bytes, undefined, −0, NaN and keys of any name", () => {
  const input = [
    Uint8Array.of(0, 255),
    undefined,
    -0,
    NaN,
    -Infinity,
    JSON.parse('{"__proto__":[1],"$bytes":2}'),
  ];
  assertEquals(decode(encode({ subject: "x", problem: "y", input })), { subject: "x", problem: "y", input });
});

Deno.test("each public function is called with hostile values", () => {
  assertEquals(uncovered, []);
});

/**
 * Keeps the processor busy, measured by its own time, because other programs may use it meanwhile, and by the clock,
 * because several threads may work for this process.
 */
function busy(milliseconds: number): void {
  const start = spent(), began = performance.now();
  while (Math.min(spent() - start, performance.now() - began) < milliseconds);
}

Deno.test("each public function answers a model without gradients, or refuses it in one clear sentence", async () => {
  const boxes = CALLS.filter(({ value, place }) => value.includes("box") && place.join() === "0");
  const outcomes = new Map<string, string>();
  for (const call of boxes) {
    const { outcome, problem } = await judge(subjects.calls, call);
    assertEquals(problem, undefined, `${call.name} of a ${call.value}`);
    outcomes.set(`${call.name} ${call.value}`, outcome);
  }
  for (const name of ["fgsm", "lossGradient", "certify", "universal"]) {
    assertEquals(outcomes.get(`${name} box without gradients`), "refused", name);
  }
  assertEquals(outcomes.get("signNoise box without gradients"), "answered");
});
