import { assert, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../../src/errors.ts";
import { attacks, families } from "../../../src/mod.ts";
import { attackOf, catalog, familyOf } from "../../../src/web/worker/catalog.ts";
import { PLAN, requester } from "./support.ts";

const sizes = { inputs: 784, classes: 10 };

Deno.test("catalog() holds every family that takes ten classes and every attack within a norm", () => {
  const { families: listed, attacks: offered } = catalog(sizes);
  assertEquals(listed.map(({ name }) => name), Object.keys(families).filter((name) => name !== "logistic"));
  assertEquals(
    offered.map(({ name }) => name),
    Object.keys(attacks).filter((name) => !["rotation", "jsma"].includes(name)),
  );
  for (const classes of [2, 10]) {
    for (const { name } of catalog({ classes }).families) {
      assertEquals(familyOf(name, { inputs: 784, classes }).classes, classes, name);
    }
  }
  assertEquals(catalog({ classes: 2 }).families.some(({ name }) => name === "logistic"), true);
});

Deno.test("catalog() shows no option that the page sets itself or that only a program can give", () => {
  const { families, attacks } = catalog(sizes);
  for (const { options } of [...families, ...attacks]) {
    for (const [name, field] of Object.entries(options)) {
      assert(!["inputs", "classes", "epsilon", "target", "seed", "bounds"].includes(name), name);
      assert(!field.internal, name);
    }
  }
  structuredClone({ families, attacks });
});

Deno.test("every attack of the catalog stays within ε of the example", async () => {
  const request = requester();
  await request("train", { name: "mine", plan: PLAN, watch: false, resume: false });
  const { examples, labels } = await request("gallery", { count: 1 });
  const subject = { example: examples, label: labels![0], source: "mine", epsilon: 0.1 };
  for (const { name } of (await request("catalog", {})).attacks) {
    const { attacked } = await request("attack", { ...subject, attack: name });
    attacked.forEach((value, i) => assert(Math.abs(value - examples[i]) <= 0.1 + 1e-6, name));
  }
});

Deno.test("attackOf() and familyOf() refuse names that the registries do not have", () => {
  assertThrows(() => attackOf("toString"), InputError, "toString");
  assertThrows(() => familyOf("constructor", sizes), InputError, "constructor");
});
