import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { reportFailure } from "../../../scripts/cli/run.ts";
import { UserError } from "../../../scripts/errors.ts";
import { InputError } from "../../../src/errors.ts";

/** What is told of `error`, and the exit code. */
function told(error: unknown, options: Parameters<typeof reportFailure>[2] = {}): [number, string] {
  const lines: string[] = [];
  const code = reportFailure(error, { err: (line) => void lines.push(line) }, options);
  return [code, lines.join("\n")];
}

Deno.test("ended(): 1 for what failed, 2 for wrong usage, 130 for an interruption, each in a sentence", () => {
  assertEquals(told(new UserError("Cannot do it")), [1, "Cannot do it"]);
  assertEquals(told(new UserError("--it needs a value", 2), { prefix: "gibbon: " }), [
    2,
    "gibbon: --it needs a value",
  ]);
  assertEquals(told(new InputError("value", "do it", "no")), [1, "Cannot do it: no"]);
  assertEquals(told(new UserError("Stopped", 130)), [130, "Stopped"]);
  assertEquals(told(new DOMException("x", "AbortError")), [
    130,
    "Interrupted: nothing was kept, and the same command starts over",
  ]);
});

Deno.test("ended(): a command's own exit code for failures does not change those of wrong usage and interruptions", () => {
  const failure = 7;
  assertEquals(told(new InputError("shape", "do it", "no"), { failure })[0], 7);
  assertEquals(told(new UserError("no"), { failure })[0], 7);
  assertEquals(told(new UserError("no", 2), { failure })[0], 2);
  assertEquals(told(new UserError("no", 130), { failure })[0], 130);
  assertEquals(told(new TypeError("x is not a function"), { failure })[0], 7);
});

Deno.test("ended(): a bug shows its stack and asks to be reported; a mistake shows none", () => {
  const [code, text] = told(new TypeError("Cannot read properties of undefined"));
  assertEquals(code, 1);
  assertStringIncludes(text, "run_test.ts:");
  assertStringIncludes(text, "This is a bug in Gibbon");
  assert(!told(new InputError("value", "do it", "no"))[1].includes("run_test.ts"));
});

Deno.test("ended(): a sentence is one line of bounded length that no terminal takes for a command", () => {
  const [, text] = told(new UserError(`Cannot read \x1b[2J\x07a\r\nb\u202ec${"x".repeat(5000)}`));
  assert(/^Cannot read \[2J a b c/.test(text), text.slice(0, 50));
  assert(text.length <= 601 && !/[\p{Cc}\p{Cf}]/u.test(text));
});
