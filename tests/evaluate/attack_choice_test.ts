import "../../src/runtime/inlined.ts";
import { assertEquals } from "@std/assert";
import { anyAttacks } from "../../src/attacks/mod.ts";
import { attackSchemas, configureAttack, noBoundText } from "../../src/evaluate/attack_choice.ts";

Deno.test("attackSchemas have a norm where an attack has a choice, its first by default, and options that text can give", () => {
  for (const [name, { norms }] of Object.entries(anyAttacks)) {
    const { norm } = attackSchemas[name];
    assertEquals(configureAttack(name).distance, norms[0], name);
    if (norms.length === 1) assertEquals(norm, undefined, name);
    else assertEquals([norm.default, norm.choices, typeof norm.help], [norms[0], norms, "string"], name);
  }
  assertEquals(Object.keys(attackSchemas), Object.keys(anyAttacks));
});

Deno.test("configureAttack() takes its own options before shared ones, and those before defaults", () => {
  const fgsm = (choice: Parameters<typeof configureAttack>[0], shared?: Record<string, unknown>) => {
    const { name, attack, distance, options } = configureAttack(choice, shared);
    return [name, attack, distance, options.labels];
  };
  assertEquals(fgsm("fgsm"), ["fgsm", "fgsm", "Linf", "true"]);
  assertEquals(fgsm("fgsm", { norm: "L2", labels: "predicted", other: 1 }), [
    "fgsm",
    "fgsm",
    "L2",
    "predicted",
  ]);
  const own = { attack: "fgsm", name: "mine", norm: "L1", labels: "true" };
  assertEquals(fgsm(own, { norm: "L2", labels: "predicted" }), ["mine", "fgsm", "L1", "true"]);
  // an attack without a choice of norms has its own, and takes none
  const { distance, options } = configureAttack("rotation", { norm: "L2" });
  assertEquals([distance, "norm" in options], ["angle", false]);
});

Deno.test("noBoundText() names the attacks that were tried", () => {
  const beginning = (...names: string[]) => noBoundText(names).split(" no bound")[0];
  assertEquals([beginning("a"), beginning("a", "b"), beginning("a", "b", "c")], [
    "a alone is",
    "a and b alone are",
    "a, b and c alone are",
  ]);
  assertEquals(noBoundText([]), "nothing was attacked, so nothing is known of robustness");
  assertEquals(noBoundText(["a"]).endsWith("where it does not"), true);
  assertEquals(noBoundText(["a", "b"]).endsWith("where they do not"), true);
});
