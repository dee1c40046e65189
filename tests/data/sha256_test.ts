import { assertEquals } from "@std/assert";
import { sha256 } from "../../src/data/sha256.ts";
import { sha256 as hosts } from "../../scripts/sha256.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("sha256() gives the standard's digests", () => {
  // FIPS 180-4's examples, as NIST publishes them with the standard
  assertEquals(sha256(bytes("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assertEquals(sha256(bytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assertEquals(
    sha256(bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
  assertEquals(
    sha256(bytes("a".repeat(1_000_000))),
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
  );
});

Deno.test("sha256() is the host's for every length of the last block, however the bytes are cut", async () => {
  const all = Uint8Array.from({ length: 260 }, (_, i) => i * 167 + 13);
  for (let length = 0; length <= all.length; length++) {
    const wanted = await hosts(all.slice(0, length));
    assertEquals(sha256(all.subarray(0, length)), wanted, `${length} bytes`);
    for (const cut of [1, 55, 64, 100]) {
      if (cut > length) continue;
      assertEquals(
        sha256(all.subarray(0, cut), all.subarray(cut, length)),
        wanted,
        `${length} bytes at ${cut}`,
      );
    }
  }
});

Deno.test("sha256() reads a view's bytes alone", async () => {
  const numbers = Float32Array.of(1, 2, 3, 4, 5);
  assertEquals(
    sha256(numbers.subarray(1, 4)),
    await hosts(new Uint8Array(numbers.slice(1, 4).buffer)),
  );
});
