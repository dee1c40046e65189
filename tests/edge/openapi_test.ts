import { assert, assertEquals } from "@std/assert";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { hostile, valid } from "../../scripts/edge/corpus/mod.ts";
import { CLASSES, handlerOf, INPUTS } from "./support.ts";

const handler = handlerOf({ basePath: "/api" });
const target = { model: "linear", inputs: INPUTS, classes: CLASSES };

// deno-lint-ignore no-explicit-any
const document: any = await (await handler(new Request("https://edge.example/api/openapi.json"))).json();

const ajv = new Ajv2020({ strict: false });
ajv.addSchema(document, "openapi");

/** Whether `value` is as the document says at this place. */
function fits(value: unknown, ...place: string[]): boolean {
  const pointer = place.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")))
    .join("/");
  return ajv.validate({ $ref: `openapi#/${pointer}` }, value) as boolean;
}

Deno.test("the OpenAPI document is one, by the published schema", async () => {
  const { valid, errors } = await new Validator().validate(document);
  assertEquals([errors, valid], [undefined, true]);
  assertEquals(Object.keys(document.paths), [
    "/models",
    "/models/{model}/classify",
    "/models/{model}/check",
    "/models/{model}/robustness",
    "/models/{model}/screen",
  ]);
});

Deno.test("every answer in JSON is as the OpenAPI document says, and every request that is answered", async () => {
  for (const { name, method, path, headers, body, status } of valid(target)) {
    if (method === "HEAD" || path === "/openapi.json" || headers.accept) continue;
    const init = { method, headers, body };
    const response = await handler(new Request(`https://edge.example/api${path}`, init));
    const route = path.replace("/linear/", "/{model}/"), json = "application/json";
    const told = ["paths", route, method.toLowerCase()];
    const answer = await response.json();
    assert(
      fits(answer, ...told, "responses", `${status}`, "content", json, "schema"),
      `${name}: ${ajv.errorsText()}`,
    );
    // a document that accepted everything would be useless
    assert(!fits({ ...answer, more: 1 }, ...told, "responses", `${status}`, "content", json, "schema"), name);
    if (typeof body !== "string") continue;
    assert(
      fits(JSON.parse(body), ...told, "requestBody", "content", json, "schema"),
      `${name}: ${ajv.errorsText()}`,
    );
  }
});

Deno.test("every status of a refusal is in the OpenAPI document, with its problem as that says", async () => {
  for (const { name, method, path, headers, body } of hostile(target)) {
    const action = /^\/models\/linear\/(classify|check|robustness|screen)$/.exec(path)?.[1];
    if (!action || method !== "POST") continue;
    const init = { method, headers, body };
    const response = await handler(new Request(`https://edge.example/api${path}`, init));
    const place = [
      "paths",
      `/models/{model}/${action}`,
      "post",
      "responses",
      `${response.status}`,
      "content",
    ];
    const answer = await response.json();
    assert(fits(answer, ...place, "application/problem+json", "schema"), `${name}: ${ajv.errorsText()}`);
  }
});
