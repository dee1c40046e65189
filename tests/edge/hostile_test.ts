import { assert, assertEquals } from "@std/assert";
import { type Case, hostile, valid } from "../../scripts/edge/corpus/mod.ts";
import { TITLES } from "../../src/edge/problem.ts";
import { CLASSES, handlerOf, INPUTS, models } from "./support.ts";

// the test checks the answers, not the speed of a busy machine
const handler = handlerOf({ limits: { milliseconds: 120_000 } });

function send({ method, path, headers, body }: Case): Promise<Response> {
  return handler(new Request(`https://edge.example${path}`, { method, headers, body }));
}

for (const model of Object.keys(models)) {
  const target = { model, inputs: INPUTS, classes: CLASSES };

  Deno.test(`the handler refuses each hostile request to ${model} with a problem of one sentence`, async () => {
    const cases = hostile(target);
    assert(cases.length > 200);
    for (const each of cases) {
      const response = await send(each);
      const text = await response.text();
      assert([each.status].flat().includes(response.status), `${each.name}: ${response.status} ${text}`);
      if (each.method === "HEAD") continue;
      assertEquals(response.headers.get("content-type"), "application/problem+json", each.name);
      const { type, title, status, detail, ...rest } = JSON.parse(text);
      const said = { type: "about:blank", title: TITLES[response.status], status: response.status };
      assertEquals([{ type, title, status }, rest], [said, {}], each.name);
      // one line without what the caller sent, but for short names
      assert(
        /^Cannot [^:\p{C}]+: [^\p{C}]+$/u.test(detail) && detail.length < 300,
        `${each.name}: ${detail}`,
      );
    }
  });

  Deno.test(`the handler answers each valid request to ${model}, also after all the hostile ones`, async () => {
    for (const each of [...valid(target), ...hostile(target), ...valid(target)]) {
      const response = await send(each);
      const bytes = await response.bytes();
      assert([each.status].flat().includes(response.status), each.name);
      if (response.ok && each.method !== "HEAD") assert(bytes.length > 0, each.name);
    }
  });
}

Deno.test("headers of a megabyte are answered or refused, with any contents", async () => {
  const body = JSON.stringify({ x: [new Array(INPUTS).fill(0)] });
  const long = ["a", ",", ";", ";q=", "a/b;q=1,", "=", '"', " ", "\t,", "*/*,"].map((part) =>
    part.repeat(2 ** 20 / part.length)
  );
  for (const name of ["accept", "content-type", "content-encoding", "content-length", "origin"]) {
    for (const value of long) {
      const headers = { "content-type": "application/json", [name]: value };
      const response = await handler(
        new Request("https://edge.example/models/linear/classify", { method: "POST", headers, body }),
      );
      await response.body?.cancel();
      assert([200, 415].includes(response.status), `${name}: ${response.status}`);
    }
  }
});
