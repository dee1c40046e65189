import { assertEquals } from "@std/assert";
import { PIXELS } from "../../../src/web/messages.ts";
import { readLink, writeLink } from "../../../src/web/page/link.ts";
import { quantize } from "../../../src/web/page/pixels.ts";
import { DEFAULTS, DEFAULTS_1, type Settings } from "../../../src/web/page/settings.ts";

const changed: Settings = {
  digit: 11,
  drawn: quantize(Float32Array.from({ length: PIXELS }, (_, i) => i % 16 / 15)),
  label: 3,
  epsilon: 0.125,
  source: "adversarialMaxout",
  attack: "pgd",
  attackOptions: { steps: 40, norm: "L2", restart: true, stepSize: 0.01, list: [64, 32] },
  aim: 9,
  control: false,
  far: true,
  family: "rbf",
  familyOptions: { units: [64, 64] },
  adversarial: false,
  both: true,
  seed: 123,
  epochs: 5,
  trained: 4,
  fooled: "yours",
  target: 0,
  step: 0.75,
  noise: 42,
};

Deno.test("writeLink() and readLink() give back every setting, and none of the defaults is written", () => {
  for (const key of Object.keys(DEFAULTS) as (keyof Settings)[]) {
    if (key !== "drawn") assertEquals(changed[key] === DEFAULTS[key], false, `${key} is not changed`);
  }
  assertEquals(readLink(`#${writeLink(changed)}`), changed);
  assertEquals(writeLink(DEFAULTS), "");
  assertEquals(readLink(""), DEFAULTS);
});

Deno.test("readLink() ignores every setting that a control could not make", () => {
  const hostile = [
    "digit=36",
    "digit=-1",
    "digit=1e1",
    "digit=",
    "digit=NaN",
    "label=20",
    "label=x",
    "epsilon=50.1",
    "epsilon=-0.1",
    "epsilon=Infinity",
    "epsilon=1e-3",
    "source=<script>",
    "source=",
    `source=${"a".repeat(41)}`,
    "far=1",
    "family=<b>",
    "family=__proto__",
    "attack=__proto__",
    "aim=20",
    "attack.__proto__=1",
    "attack.steps=<script>",
    "family.units=1,x",
    "seed=1.5",
    "seed=99999999999",
    "epochs=0",
    "epochs=201",
    "trained=yes",
    "target=20",
    "step=1.01",
    "noise=-3",
    "drawn=abc",
    `drawn=${"!".repeat(523)}`,
    "constructor=1",
    "__proto__=1",
    "=",
    "&&&",
    "%",
    "#",
    "fool",
    "v=2",
    "v=2&digit=36",
  ];
  for (const link of hostile) {
    const old = Object.keys(DEFAULTS).some((key) => link.startsWith(`${key}=`));
    assertEquals(readLink(`#${link}`), old ? DEFAULTS_1 : DEFAULTS, link);
  }
});

Deno.test("readLink() reads links without a version as they were meant: ε 0.25, trained to the end", () => {
  assertEquals(readLink("#digit=3&trained=true"), { ...DEFAULTS, digit: 3, epsilon: 0.25, trained: 200 });
  assertEquals(readLink("#trained=false").trained, 0);
  assertEquals(readLink("#v=2&digit=3").epsilon, undefined);
});
