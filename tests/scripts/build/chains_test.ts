import { assertEquals } from "@std/assert";
import { farthestOffset, longestMultiplyAddChain } from "../../../scripts/build/chains.ts";

Deno.test("longestChain() counts the multiply-adds that feed each other without a place of their own", () => {
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

Deno.test("farthestOffset() is the largest offset of all", () => {
  assertEquals(farthestOffset("v128.load offset=16\nf32.store offset=176 align=1\nv128.load"), 176);
  assertEquals(farthestOffset("v128.load"), 0);
});
