import { assert, assertEquals, assertRejects } from "@std/assert";
import { gunzip, isGzip } from "../../../scripts/data/gzip.ts";
import { InputError } from "../../../src/errors.ts";
import { gzip } from "./support.ts";

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("gunzip() undoes gzip, of several members and with zeros after them", async () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * i);
  const packed = await gzip(bytes);
  assert(packed.length < bytes.length && isGzip(packed) && !isGzip(bytes));
  assertEquals(await gunzip(packed), bytes);
  assertEquals(await gunzip(joined(packed, packed)), joined(bytes, bytes));
  assertEquals(await gunzip(joined(packed, new Uint8Array(512))), bytes);
  assertEquals(await gunzip(await gzip(new Uint8Array())), new Uint8Array());
});

Deno.test("gunzip() refuses bytes that are cut off, changed or empty", async () => {
  const packed = await gzip(Uint8Array.from({ length: 1000 }, (_, i) => i));
  const changed = packed.with(packed.length - 6, packed.at(-6)! ^ 1);
  for (const bytes of [packed.subarray(0, -1), packed.subarray(0, 12), changed, Uint8Array.of(31, 139)]) {
    await assertRejects(() => gunzip(bytes), InputError, "Cannot unpack gzip: it is not a whole gzip file");
  }
});

Deno.test("gunzip() stops a bomb long before its end, in little memory", async () => {
  const member = await gzip(new Uint8Array(2 ** 26));
  const bomb = new Uint8Array(160 * member.length);
  for (let i = 0; i < 160; i++) bomb.set(member, i * member.length);
  assert(bomb.length > 10_000_000);
  const before = Deno.memoryUsage().rss;
  await assertRejects(() => gunzip(bomb), InputError, "it unpacks to more than 100 times its size");
  assert(Deno.memoryUsage().rss - before < 2 ** 29);
});
