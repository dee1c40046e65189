import { anyAttacks } from "../../src/attacks/mod.ts";
import { InputError } from "../../src/errors.ts";
import { oneOf } from "../../src/wording.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { createHandler, type HandlerOptions } from "../../src/edge/mod.ts";
import { handlerOf, inputs, models, post } from "./support.ts";

Deno.test("createHandler() refuses options that are not as described, and names them", () => {
  const refused: [unknown, string][] = [
    [{ models: {} }, "models must hold one at least"],
    [{ models: { "": models.linear } }, "models. must be a model"],
    [{ models: { a: {} } }, "models.a must be a model"],
    [{ models, limit: 1 }, "limit is none of the options; did you mean limits?"],
    [{ models, limits: { bytes: 0 } }, "limits.bytes must be a whole number ≥ 1"],
    [{ models, limits: { examples: 1.5 } }, "limits.examples must be a whole number ≥ 1"],
    [{ models, limits: { seconds: 1 } }, "limits.seconds is none of its members"],
    [{ models, costs: { other: 1 } }, "costs.other is none of its members, linear, mine"],
    [{ models, costs: { mine: 0 } }, "costs.mine must be a finite number > 0"],
    [{ models, gate: { epsilons: [] } }, "gate: epsilons must not be empty"],
    [
      { models, gate: { thresholds: [{ on: "x" }] } },
      "gate: thresholds[0] is on x, which is none of clean, attacked, certified, noise",
    ],
    [
      { models, attacks: ["signNoise"], gate: { attacks: ["fgsm"] } },
      'gate: attacks[0] must be signNoise, not "fgsm"',
    ],
    [{ models, attacks: ["toString"] }, `attacks[0] must be ${oneOf(Object.keys(anyAttacks))}`],
    [{ models, attacks: [] }, "attacks must be a list of one or more names"],
    [{ models, threshold: 1.5 }, "threshold must be a finite number in [0, 1]"],
    [{ models, cors: { origins: ["example.org"] } }, 'cors.origins must be "*" or a list of origins'],
    [{ models, cors: {} }, "cors.origins is missing"],
    [{ models, basePath: "/api/" }, "basePath must be a path that begins with / and does not end with one"],
    [{ models, basePath: "api" }, "basePath must be a path"],
  ];
  for (const [options, problem] of refused) {
    assertThrows(
      () => createHandler(options as HandlerOptions),
      InputError,
      `Cannot create a handler: ${problem}`,
    );
  }
});

/** The headers of a response that a browser checks before a page of `origin` may read it. */
async function seenFrom(origin: string, options: Partial<HandlerOptions>, status = 200) {
  const body = status === 200 ? { x: inputs(1) } : "{";
  const response = await handlerOf(options)(post("/models/linear/classify", body, { headers: { origin } }));
  assertEquals(response.status, status);
  await response.body?.cancel();
  return response.headers.get("access-control-allow-origin");
}

Deno.test("pages of other origins may ask as the configuration says, and see problems too", async () => {
  const [ours, theirs] = ["https://ours.example", "https://theirs.example"];
  for (const status of [200, 400]) {
    assertEquals(await seenFrom(ours, {}, status), null);
    assertEquals(await seenFrom(ours, { cors: { origins: "*" } }, status), "*");
    assertEquals(await seenFrom(ours, { cors: { origins: [ours] } }, status), ours);
    assertEquals(await seenFrom(theirs, { cors: { origins: [ours] } }, status), null);
  }
});

Deno.test("a preflight is answered where pages may ask, and only there", async () => {
  const request = () =>
    new Request("https://edge.example/models/linear/check", {
      method: "OPTIONS",
      headers: {
        origin: "https://ours.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      },
    });
  const yes = await handlerOf({ cors: { origins: "*" } })(request());
  assertEquals([yes.status, yes.headers.get("access-control-allow-methods")], [204, "GET,POST"]);
  assertEquals(yes.headers.get("access-control-allow-headers"), "content-type");
  assertEquals((await handlerOf()(request())).status, 405);
});
