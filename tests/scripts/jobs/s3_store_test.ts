import { assertEquals, assertRejects } from "@std/assert";
import { s3Store } from "../../../scripts/jobs/s3_store.ts";

const NAMES = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"];

Deno.test("s3Store() retries a request that a busy service refused, and fails at once where retrying is useless", async () => {
  const kept = new Map<string, Uint8Array>(), asked: string[] = [];
  let refuse: number[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    asked.push(request.method);
    const body = new Uint8Array(await request.arrayBuffer());
    const status = refuse.shift();
    if (status !== undefined) return new Response("no", { status });
    if (request.method === "PUT") kept.set(pathname, body);
    if (request.method === "DELETE") kept.delete(pathname);
    const found = kept.get(pathname);
    if (request.method === "PUT") return new Response("", { headers: { etag: '"1"' } });
    if (request.method === "DELETE") return new Response(null, { status: 204 });
    return found ? new Response(Uint8Array.from(found)) : new Response("", { status: 404 });
  });
  const before = NAMES.map((name) => Deno.env.get(name));
  Deno.env.set("AWS_ACCESS_KEY_ID", "user");
  Deno.env.set("AWS_SECRET_ACCESS_KEY", "hidden");
  Deno.env.set("AWS_ENDPOINT_URL", `http://127.0.0.1:${server.addr.port}`);
  try {
    const store = await s3Store("s3://bucket/some/prefix/");
    refuse = [503, 500];
    await store.put("data/a", Uint8Array.of(1, 2, 3));
    assertEquals(asked.splice(0), ["PUT", "PUT", "PUT"]);
    assertEquals([...kept.keys()], ["/bucket/some/prefix/data/a"]);
    refuse = [429];
    assertEquals(await store.get("data/a"), Uint8Array.of(1, 2, 3));
    assertEquals(asked.splice(0), ["GET", "GET"]);
    assertEquals([await store.has("data/a"), await store.has("data/b")], [true, false]);
    assertEquals(await store.get("data/b"), undefined);
    asked.length = 0;
    refuse = [403];
    const error = await assertRejects(() => store.put("data/a", new Uint8Array()), Error);
    assertEquals(asked, ["PUT"]);
    assertEquals(error.message.includes("s3://bucket/some/prefix/data/a"), true);
    assertEquals(error.message.includes("hidden"), false);
    await store.delete("data/a");
    assertEquals(await store.has("data/a"), false);
  } finally {
    NAMES.forEach((name, i) =>
      before[i] === undefined ? Deno.env.delete(name) : Deno.env.set(name, before[i]!)
    );
    await server.shutdown();
  }
});
