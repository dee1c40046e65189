import { assertEquals } from "@std/assert";
import { faultsIn, planted } from "../../../scripts/mutants/faults.ts";

/** What each fault makes of `text`. */
const all = (text: string) => faultsIn(text).map((fault) => planted(text, fault));

Deno.test("faultsIn moves boundaries and turns operators around", () => {
  assertEquals(all("a < b;"), ["a <= b;", "a > b;"]);
  assertEquals(all("a >= b;"), ["a > b;"]);
  assertEquals(all("a + b * c;"), ["a - b * c;", "a + b / c;"]);
  assertEquals(all("a && b;"), ["a || b;"]);
  assertEquals(all("s += x;"), ["s -= x;"]);
});

Deno.test("faultsIn changes constants, removes negations and swaps arguments", () => {
  assertEquals(all("x = 0;"), ["x = 1;"]);
  assertEquals(all("x = 0.5;"), ["x = (0.5 + 1);"]);
  assertEquals(all("x = true;"), ["x = false;"]);
  assertEquals(all("x = !y;"), ["x = y;"]);
  assertEquals(all("x = -y;"), ["x = y;"]);
  assertEquals(all("f(a, b, c);"), ["f(b, a, c);", "f(a, c, b);"]);
});

Deno.test("faultsIn leaves types, imports, texts and the words of errors as they are", () => {
  assertEquals(all('import a from "a"; type T = 1 | -2; interface I { a: 3 }'), []);
  assertEquals(all('x = "a" + b; throw new InputError("value", "a", `${b + 1}`);'), []);
  assertEquals(all("let x: Array<1>;"), []);
});
