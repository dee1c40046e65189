import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decode } from "fast-png";
import "../../../src/kernels/inlined.ts";
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

Deno.test("html() has images as PNG of their size", () => {
  const addresses = Array.from(page.matchAll(/data:image\/png;base64,([^"]+)/g), ([, text]) => text);
  assertEquals(addresses.length, 2);
  const first = decode(Uint8Array.from(atob(addresses[0]), (character) => character.charCodeAt(0)));
  assertEquals([first.width, first.height, first.channels], [28, 28, 3]);
  // from the low end of the diverging scale to the high one
  assertEquals([...first.data.slice(0, 3)], [33, 102, 172]);
  assertEquals([...first.data.slice(27 * 3, 28 * 3)], [178, 24, 43]);
});
