import { assertEquals } from "@std/assert";
import { longestMultiplyAddChain, maxLiveVectors, maxOffset } from "../../../scripts/build/inspect.ts";

Deno.test("longestMultiplyAddChain() counts the multiply-adds that feed each other without a place of their own", () => {
  const apart = [
    "local.get $0",
    "f32x4.relaxed_madd",
    "local.set $0",
    "f32x4.mul",
    "f32x4.add",
    "local.set $1",
  ];
  assertEquals(longestMultiplyAddChain(apart.join("\n")), 1);
  const nested = [
    "  f32x4.relaxed_madd",
    "  f32x4.relaxed_madd",
    "  f32x4.relaxed_madd",
    "  f32x4.relaxed_madd",
  ];
  assertEquals(longestMultiplyAddChain([...nested, "  local.set $9", ...nested.slice(1)].join("\n")), 4);
  assertEquals(longestMultiplyAddChain(""), 0);
});

Deno.test("maxOffset() is the largest offset of all", () => {
  assertEquals(maxOffset("v128.load offset=16\nf32.store offset=176 align=1\nv128.load"), 176);
  assertEquals(maxOffset("v128.load"), 0);
});

/** A loop of 12 multiply-adds into as many sums as given, by two vectors that it loads. */
function loop(sums: number): string {
  const name = (i: number) => `$${i}`;
  const locals = Array.from({ length: sums + 2 }, (_, i) => `  (local ${name(i)} v128)`);
  const body = Array.from({ length: 12 }, (_, i) => [
    `local.get ${name(sums)}`,
    `local.get ${name(sums + 1)}`,
    `local.get ${name(i % sums)}`,
    "f32x4.relaxed_madd",
    `local.set ${name(i % sums)}`,
  ]);
  const loads = [
    `v128.load`,
    `local.set ${name(sums)}`,
    `v128.load offset=16`,
    `local.set ${name(sums + 1)}`,
  ];
  return ["(module", ` (func $0`, ...locals, "loop $l", ...loads, ...body.flat(), "end", " )"].join("\n");
}

Deno.test("maxLiveVectors() counts the vectors that an inner loop of many multiply-adds needs at once", () => {
  assertEquals(maxLiveVectors(loop(4)), 6);
  assertEquals(maxLiveVectors(loop(12)), 14);
});

Deno.test("maxLiveVectors() is not concerned with loops of few multiply-adds, or around others", () => {
  assertEquals(maxLiveVectors(loop(12).replaceAll("f32x4.relaxed_madd", "f32x4.max")), 0);
  assertEquals(maxLiveVectors(""), 0);
});
