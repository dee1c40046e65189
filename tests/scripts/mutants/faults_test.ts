import { assert, assertEquals } from "@std/assert";
import { changeOf, faultsIn, planted, switchable } from "../../../scripts/mutants/faults.ts";

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
  assertEquals(all("Math.max(a, b);"), []);
});

Deno.test("faultsIn leaves types, imports, texts and the words of errors as they are", () => {
  assertEquals(all('import a from "a"; type T = 1 | -2; interface I { a: 3 }'), []);
  assertEquals(all('x = "a" + b; throw new InputError("value", "a", `${b + 1}`);'), []);
  assertEquals(all("let x: Array<1>;"), []);
});

Deno.test("switchable holds each fault of a text, one of which its number switches on", () => {
  const text = `(a, b, c) => {
    const f = (x, y, z) => x * 100 + y * 10 - z;
    const list = [1, 2, 3];
    let [n, on] = [0, true];
    for (let i = 0; i < list.length && !(i > 5); i++) n += f(list[i], -a, b + c);
    n -= { 7: on }[7] === true ? f(a + b, b * c, c) : 3;
    return n;
  }`;
  const faults = faultsIn(text), all = switchable(text, faults);
  const run = (code: string) => {
    try {
      return (0, eval)(code)(3, 4, 5);
    } catch (error) {
      return (error as Error).name;
    }
  };
  for (let k = 0; k <= faults.length; k++) {
    Object.assign(globalThis, { plantedFault: k, reachedFaults: [] });
    const expected = run(k === 0 ? text : planted(text, faults[k - 1]));
    assertEquals(run(all), expected, k === 0 ? "without a fault" : JSON.stringify(faults[k - 1]));
  }
  assert(faults.length > 30);
});

Deno.test("switchable counts from an offset, and records reached places by their first faults", () => {
  const text = "(a) => a > 0 ? a + 1 : a - 1", reached: number[] = [];
  Object.assign(globalThis, { plantedFault: 0, reachedFaults: reached });
  assertEquals((0, eval)(switchable(text, faultsIn(text), 10))(3), 4);
  // > and its two faults, 0, +, 1; not what follows the colon
  assertEquals(Object.keys(reached), ["11", "13", "14", "15"]);
});

Deno.test("equivalent.json lists faults that can be planted, each once", async () => {
  const list: { file: string; why: string; faults: [code: string, change: string][] }[] = JSON.parse(
    await Deno.readTextFile(new URL("../../../scripts/mutants/equivalent.json", import.meta.url)),
  );
  for (const [file, entries] of Map.groupBy(list, ({ file }) => file)) {
    const text = await Deno.readTextFile(new URL(`../../../${file}`, import.meta.url)),
      lines = text.split("\n");
    const possible = new Set(
      faultsIn(text).map((fault) => `${lines[fault.line - 1].trim()}  ${changeOf(fault)}`),
    );
    const listed = entries!.flatMap(({ faults }) => faults.map(([code, change]) => `${code}  ${change}`));
    for (const each of listed) assert(possible.has(each), `${file}: ${each}`);
    assertEquals(new Set(listed).size, listed.length, file);
  }
});
