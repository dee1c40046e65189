import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decode } from "fast-png";
import "../../../src/runtime/inlined.ts";
import { chart } from "../../../scripts/report/chart.ts";
import { html } from "../../../scripts/report/html.ts";
import { FIGURES, sample } from "./support.ts";

const page = await html(sample());

Deno.test("html() is one file: it asks for nothing from elsewhere, and runs nothing", () => {
  const addresses = Array.from(page.matchAll(/(?:src|href)="([^"]*)"/g), ([, address]) => address);
  assert(addresses.length >= 5);
  for (const address of addresses) assert(/^(data:image\/png;|#)/.test(address), address);
  assertEquals(page.match(/<script|@import|url\((?!#)/g), null);
});

Deno.test("html() has a row for every claim, and every figure with its title and caption", () => {
  const { claims } = sample();
  assertEquals(page.match(/<td class="verdict/g)?.length, claims.length);
  for (const { title, caption } of FIGURES) {
    const escaped = title.replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    assertStringIncludes(page, `<h4>${escaped}</h4>`);
    assertStringIncludes(page, caption);
  }
});

Deno.test("html() escapes what it is given", () => {
  assertStringIncludes(page, "4 &amp; 5");
  assert(!page.includes("<against>"));
});

Deno.test("html() draws lines and bars twice, in the page's own colors", () => {
  assertEquals(page.match(/<svg/g)?.length, 2 * (2 + 2));
  assertStringIncludes(page, "var(--series-8)");
  assertEquals(page.match(/#0[0-9a-f]{5}\b(?=")/g), null);
});

Deno.test("html() says how many trainings were kept from earlier runs", async () => {
  assertStringIncludes(page, "1 s, with 1 of 1 trainings kept from earlier runs");
  const { models, ...rest } = sample();
  const fresh = await html({ ...rest, models: models.map((model) => ({ ...model, seconds: 1 })) });
  assert(!fresh.includes("kept from earlier runs"));
});

Deno.test("chart() lays bars down whose names would run into one another, and shows the names whole", async () => {
  const figure = (names: readonly string[]) => ({
    kind: "bars" as const,
    id: "bars",
    title: "",
    caption: "",
    x: { label: "trained" },
    y: { label: "error" },
    groups: [{ name: "attacked", values: names.map((x, i) => ({ x, value: 10 + i })) }],
  });
  const long = Array.from({ length: 8 }, (_, i) => `sign step on hidden layer ${i}`);
  const short = Array.from({ length: 8 }, (_, i) => `${i}`);
  const wide = { long: (await chart(figure(long))).wide, short: (await chart(figure(short))).wide };
  const title = (of: "trained" | "error") => new RegExp(`rotate\\(-90\\)[^>]*>${of}<`);
  assert(title("trained").test(wide.long) && title("error").test(wide.short));
  assert(!wide.long.includes("…"));
  for (const i of long.keys()) assert(wide.long.includes(`>hidden layer ${i}<`), `${i}`);
});

Deno.test("chart() draws a small chart for each panel, by name", async () => {
  const { wide, narrow } = await chart({
    kind: "lines",
    id: "lines",
    title: "",
    caption: "",
    x: { label: "epoch" },
    y: { label: "loss" },
    series: ["throughRotationControl", "maxout"].map((panel) => ({
      name: "loss",
      panel,
      points: [[1, 2], [2, 1]],
    })),
  });
  for (const drawn of [wide, narrow]) {
    for (const panel of ["throughRotationControl", "maxout"]) assertStringIncludes(drawn, `>${panel}<`);
    assertEquals(drawn.match(/mark-line/g)?.length, 2);
  }
});

Deno.test("html() has images as PNG of their size", () => {
  const addresses = Array.from(page.matchAll(/data:image\/png;base64,([^"]+)/g), ([, text]) => text);
  assertEquals(addresses.length, 2);
  const first = decode(Uint8Array.from(atob(addresses[0]), (character) => character.charCodeAt(0)));
  assertEquals([first.width, first.height, first.channels], [28, 28, 3]);
  // from the low end of the diverging scale to the high one
  assertEquals([...first.data.slice(0, 3)], [33, 102, 172]);
  assertEquals([...first.data.slice(27 * 3, 28 * 3)], [178, 24, 43]);
});
