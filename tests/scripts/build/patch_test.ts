import { assert, assertEquals } from "@std/assert";
import { coded, packed, patchOf } from "../../../scripts/build/patch.ts";
import { bytesOf, symbols, unpacked } from "../../../src/runtime/binary.ts";
import { withAdditions } from "../../../src/runtime/additions.ts";
import { rng } from "../../../src/rng.ts";
import "../../../src/runtime/inlined.ts";
import { addedOperands } from "../../../wasm/exports.ts";
import * as single from "../../../wasm/inline.ts";
import * as threaded from "../../../wasm/threads.ts";

const from = rng(1);
const bytes = (n: number) => Uint8Array.from({ length: n }, () => from.below(256));

Deno.test("unpacked() inverts packed() and patchOf() for any bytes", () => {
  const base = bytes(1000), none = new Uint8Array();
  const middle = base.subarray(300, 700), replaced = base.slice();
  replaced[500] ^= 1;
  const cases = [
    none,
    base,
    replaced,
    bytes(3),
    bytes(500),
    // an insertion, a deletion, an exchange, a repetition beyond 2⁷
    Uint8Array.of(...base.subarray(0, 400), ...bytes(200), ...base.subarray(400)),
    Uint8Array.of(...base.subarray(0, 100), ...base.subarray(900)),
    Uint8Array.of(...base.subarray(500), ...base.subarray(0, 500)),
    Uint8Array.from({ length: 2000 }, (_, i) => middle[i % middle.length]),
  ];
  for (const wanted of cases) {
    assertEquals(unpacked(base, patchOf(base, wanted)), wanted);
    assertEquals(unpacked(none, patchOf(none, wanted)), wanted);
    assertEquals(unpacked(undefined, packed(wanted)), wanted);
  }
  // a run beyond 2¹⁴
  const long = bytes(20_000);
  assertEquals(unpacked(long, patchOf(long, long)), long);
});

Deno.test("symbols() inverts coded(), with rare bytes too", () => {
  const rare = Uint8Array.from({ length: 2 ** 17 }, (_, i) => Math.clz32(i));
  for (const wanted of [new Uint8Array(), Uint8Array.of(7), Uint8Array.of(0, 255), bytes(5000), rare]) {
    assertEquals(symbols(coded(wanted)), wanted);
  }
  assert(coded(rare).length < 131 + 2 ** 17 / 8 * 2.1);
});

Deno.test("packed() of repetitive bytes is short", () => {
  const part = bytes(100);
  assert(packed(Uint8Array.from({ length: 2000 }, (_, i) => part[i % 100])).length < 200);
});

Deno.test("patchOf() of bytes that differ in few places is short", () => {
  const base = bytes(20_000), wanted = base.slice();
  for (const place of [10, 5000, 19_000]) wanted[place] ^= 1;
  assert(patchOf(base, wanted).length < 40);
  assert(patchOf(base, base).length < 10);
});

const file = (name: string) => Deno.readFile(new URL(`../../../wasm/${name}`, import.meta.url));

Deno.test("wasm/ holds the threaded builds twice, and both are the same", async () => {
  for (const variant of ["baseline", "relaxed"] as const) {
    const name = `gibbon${variant === "relaxed" ? ".relaxed" : ""}.threads.wasm`;
    assertEquals(bytesOf(threaded, variant), await file(name));
  }
});

Deno.test("the builds that programs hold are those of wasm/ with all kernels, and without the additions those of most programs", async () => {
  for (const variant of ["baseline", "relaxed"] as const) {
    const whole = await file(`gibbon${variant === "relaxed" ? ".relaxed" : ""}.wasm`);
    assertEquals(bytesOf(single, variant, withAdditions), whole);
    const [core, all] = [bytesOf(single, variant), whole].map((bytes) =>
      WebAssembly.Module.exports(new WebAssembly.Module(new Uint8Array(bytes))).map(({ name }) => name)
    );
    assertEquals(all.filter((name) => !core.includes(name)).sort(), Object.keys(addedOperands).sort());
  }
});
