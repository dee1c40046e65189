import { assertEquals } from "@std/assert";
import { PIXELS } from "../../../src/web/lab/protocol.ts";
import { readLink, writeLink } from "../../../src/web/page/link.ts";
import { leveled } from "../../../src/web/page/pixels.ts";
import { DEFAULTS, type Settings } from "../../../src/web/page/settings.ts";

const changed: Settings = {
  digit: 11,
  drawn: leveled(Float32Array.from({ length: PIXELS }, (_, i) => i % 16 / 15)),
  label: 3,
  epsilon: 0.125,
  source: "adversarialMaxout",
  far: true,
  family: "rbf",
  adversarial: false,
  seed: 123,
  epochs: 5,
  trained: true,
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

Deno.test("readLink() takes nothing that a control could not set, whatever a link says", () => {
  const hostile = [
    "digit=36",
    "digit=-1",
    "digit=1e1",
    "digit=",
    "digit=NaN",
    "label=10",
    "label=x",
    "epsilon=0.51",
    "epsilon=-0.1",
    "epsilon=Infinity",
    "epsilon=1e-3",
    "source=<script>",
    "source=",
    `source=${"a".repeat(41)}`,
    "far=1",
    "family=logistic",
    "family=__proto__",
    "seed=1.5",
    "seed=99999999999",
    "epochs=0",
    "epochs=201",
    "trained=yes",
    "target=10",
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
  ];
  for (const link of hostile) assertEquals(readLink(`#${link}`), DEFAULTS, link);
});
