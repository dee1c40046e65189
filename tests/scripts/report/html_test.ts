import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decode } from "fast-png";
import "../../../src/runtime/inlined.ts";
import { chart } from "../../../scripts/report/chart.ts";
import { html } from "../../../scripts/report/html.ts";
import { MODEL_NAMES } from "../../../src/paper/names.ts";
import { FIGURES, sample } from "./support.ts";

const page = html(sample());

Deno.test("html() is one file: it asks for nothing from elsewhere, and runs nothing", () => {
  const addresses = Array.from(
    page.matchAll(/(?:src=|href=|url\()(?:"|&quot;)?([^")]*)/g),
    ([, address]) => address,
  );
  assert(addresses.length >= 5);
  for (const address of addresses) {
    assert(/^(data:image\/(png;|svg\+xml,)|#)/.test(address), address.slice(0, 100));
  }
  assertEquals(page.match(/<script|@import/g), null);
});

Deno.test("html() has a row for every claim, and every figure with its title and caption", () => {
  const { claims } = sample();
  const shown = claims.filter(({ id }) => id.startsWith("maxout."));
  // once in the table of all, and those of a section with figures beside it
  assertEquals(page.match(/<td class="verdict/g)?.length, claims.length + shown.length);
  for (const { title, caption } of FIGURES) {
    const escaped = title.replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    assertStringIncludes(page, `<h3>${escaped}</h3>`);
    assertStringIncludes(page, caption);
  }
});

Deno.test("html() says that the paper's attack is no bound on robustness", () =>
  assertStringIncludes(page, "FGSM alone is no bound on robustness"));

Deno.test("html() escapes its values", () => {
  assertStringIncludes(page, "4 &amp; 5");
  assert(!page.includes("<against>"));
});

Deno.test("html() draws lines and bars twice, each as an image with colors of its own in light and dark", () => {
  const drawn = Array.from(page.matchAll(/--(wide|narrow):url\(&quot;data:image\/svg\+xml,(.*?)&quot;\)/g));
  // the figures' chart, lines and bars, errors and losses in training
  assertEquals(page.match(/class="chart" role="img" aria-label="[^"]/g)?.length, 1 + 2 + 2);
  assertEquals(drawn.map(([, size]) => size), Array(5).fill(["wide", "narrow"]).flat());
  for (const [, , written] of drawn) {
    const svg = decodeURIComponent(written);
    const [light, dark] = svg.split("@media(prefers-color-scheme:dark)");
    const used = new Set(Array.from(svg.matchAll(/var\(--([\w-]+)\)/g), ([, name]) => name));
    assert(used.size > 0);
    for (const name of used) {
      for (const scheme of [light, dark]) assert(new RegExp(`--${name}:#\\w{6}`).test(scheme), name);
    }
    assertEquals(svg.match(/(?:fill|stroke)="#/g), null);
  }
});

Deno.test("html() has enough contrast between text and background, in light and dark", () => {
  const [light, dark] = page.match(/<style>(.*?)\n/s)![1].split("@media(prefers-color-scheme:dark)");
  for (const scheme of [light, dark]) {
    const colors = new Map(
      Array.from(scheme.matchAll(/--([\w-]+):(#\w{6})/g), ([, name, color]) => [name, color]),
    );
    const on = (name: string) => contrast(colors.get(name)!, colors.get("panel")!);
    for (const name of ["ink", "quiet", "accent", "good", "fair", "bad"]) {
      assert(on(name) >= 4.5, `${name} ${on(name)}`);
    }
  }
  // charts have colors of their own
  const drawn = page.matchAll(/url\(&quot;data:image\/svg\+xml,(.*?)&quot;\)/g);
  const panels = [light, dark].map((scheme) => scheme.match(/--panel:(#\w{6})/)![1]);
  let compared = 0;
  for (const [, written] of drawn) {
    decodeURIComponent(written).split("@media(prefers-color-scheme:dark)").forEach((scheme, i) => {
      for (const [, name, color] of scheme.matchAll(/--([\w-]+):(#\w{6})/g)) {
        // lines behind the figures are to be faint
        if (name === "rule") continue;
        const least = name === "open" ? 2.4 : 4.2;
        assert(contrast(color, panels[i]) >= least, `${name} ${contrast(color, panels[i])}`);
        compared++;
      }
    });
  }
  assert(compared > 20);
});

/** The contrast of two colors, from 1 to 21. */
function contrast(...colors: [string, string]): number {
  const [dark, light] = colors.map((color) => {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
      .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

Deno.test("html() breaks no line between a number and its unit, or within an equation", () => {
  const shown = page.replaceAll(/<style>.*?<\/style>|<td.*?<\/td>|<[^>]*>/gs, " ");
  assertEquals(shown.match(/[^.]{20}\d %[^.]{9}/g), null);
  assertStringIncludes(shown, "with ε\u00a0=\u00a0.25 a softmax");
});

Deno.test("chart() writes the name of a mark where no line runs through it", () => {
  const { svg } = chart({
    kind: "lines",
    id: "a",
    title: "",
    caption: "",
    x: { label: "ε" },
    y: { label: "error", domain: [0, 100] },
    series: [{ name: "maxout", points: [[0, 100], [1, 100]] }],
    marks: [{ x: 0.5, label: "the paper's" }],
  }).wide;
  const top = Number(svg.match(/ d="M[\d.]+ ([\d.]+)[^"]*"[^>]*class="line"/)![1]);
  assert(Number(svg.match(/y="([\d.]+)">the paper/)![1]) < top);
});

Deno.test("html() has few elements, or a phone waits for them: some ten for a claim, four for a figure with a chart", () => {
  const elements = (html: string) => html.match(/<[a-z]/g)!.length;
  const { claims } = sample();
  assert(elements(html(sample({}))) < 150 + 11 * claims.length);
  // a chart is one
  const chart = FIGURES.filter(({ kind }) => kind === "lines");
  const alone = html(sample({ maxout: chart })), twice = html(sample({ maxout: [...chart, ...chart] }));
  assertEquals(elements(twice) - elements(alone), 4);
});

Deno.test("html() says how many trainings were kept from earlier runs", () => {
  assertStringIncludes(page, "1 s, with 1 of 1 trainings kept from earlier runs");
  const { models, ...rest } = sample();
  const fresh = html({ ...rest, models: models.map((model) => ({ ...model, seconds: 1 })) });
  assert(!fresh.includes("kept from earlier runs"));
});

Deno.test("chart() shows names of bars whole, whatever their length, and values behind them", () => {
  const names = Array.from({ length: 8 }, (_, i) => `sign step on the hidden layer number ${i}`);
  const { wide: { svg: wide }, narrow: { svg: narrow } } = chart({
    kind: "bars",
    id: "bars",
    title: "",
    caption: "",
    x: { label: "trained" },
    y: { label: "error" },
    groups: [{ name: "attacked", values: names.map((x, i) => ({ x, value: 10 + i })) }],
  });
  const words = (drawn: string) => drawn.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
  for (const drawn of [wide, narrow]) {
    for (const i of names.keys()) assertStringIncludes(words(drawn), `number ${i}`);
    assertStringIncludes(drawn, ">17</text>");
  }
});

Deno.test("chart() draws no bar for unknown values, and says so", () => {
  const values = [{ x: "softmax", value: 40 }, { x: "maxout", value: null }];
  const { wide: { svg } } = chart({
    kind: "bars",
    id: "bars",
    title: "",
    caption: "",
    x: { label: "model" },
    y: { label: "error" },
    groups: [{ name: "attacked", values }],
  });
  assertEquals(svg.match(/<rect/g)?.length, 1);
  assertStringIncludes(svg, ">not known</text>");
});

Deno.test("chart() draws a small chart for each panel, by name", () => {
  const { wide: { svg: wide }, narrow: { svg: narrow } } = chart({
    kind: "lines",
    id: "lines",
    title: "",
    caption: "",
    x: { label: "epoch" },
    y: { label: "loss" },
    series: ["small maxout", "maxout"].map((panel) => ({ name: "loss", panel, points: [[1, 2], [2, 1]] })),
  });
  for (const drawn of [wide, narrow]) {
    for (const panel of ["small maxout", "maxout"]) assertStringIncludes(drawn, `>${panel}<`);
    assertEquals(drawn.match(/class="line"/g)?.length, 2);
  }
});

Deno.test("chart() writes a panel's name clear of the names above it and of the numbers at its axis", () => {
  const { svg } = chart({
    kind: "lines",
    id: "lines",
    title: "",
    caption: "",
    x: { label: "epoch" },
    y: { label: "error", scale: "log", domain: [1, 100] },
    series: ["clean", "attacked"].map((name) => ({
      name,
      panel: "maxout of a quite long name",
      points: [[1, 100], [2, 1]],
    })),
  }).wide;
  const at = (word: string) => Number(svg.match(new RegExp(`y="([\\d.]+)"[^>]*>${word}[^<]*</text>`))![1]);
  const [legend, first, last, number] = ["attacked", "maxout", "(?:long )?name", "100"].map(at);
  assert(last > first && first - legend >= 10, `${legend} ${first} ${last}`);
  assert(number - last >= 12, `${last} ${number}`);
});

Deno.test("chart() draws conditions that are compared in colors that are told apart", () => {
  const names = ["clean", "attacked", "that tells when to stop"];
  const { svg } = chart({
    kind: "lines",
    id: "lines",
    title: "",
    caption: "",
    x: { label: "epoch" },
    y: { label: "error" },
    series: names.map((name) => ({ name, panel: "maxout", points: [[1, 2], [2, 1]] })),
  }).wide;
  const drawn = Array.from(svg.matchAll(/stroke="var\(--([\w-]+)\)"[^>]*class="line"/g), ([, name]) => name);
  assertEquals(drawn.length, names.length);
  for (const scheme of svg.split("@media(prefers-color-scheme:dark)")) {
    const used = drawn.map((name) => scheme.match(new RegExp(`--${name}:(#\\w{6})`))![1]);
    used.forEach((a, i) => used.slice(i + 1).forEach((b) => assert(contrast(a, b) >= 1.5, `${a} ${b}`)));
  }
});

Deno.test("chart() leaves invisible points out of a line, and keeps every corner", () => {
  const points = Array.from({ length: 401 }, (_, i) => [i, Math.abs(i - 150)] as const);
  const axes = { x: { label: "x" }, y: { label: "y" } };
  const { svg: wide } = chart({
    kind: "lines",
    id: "a",
    title: "",
    caption: "",
    ...axes,
    series: [{ name: "maxout", points }],
  }).wide;
  const d = wide.match(/d="([^"]*)"[^>]*class="line"/)![1];
  const corners = d.slice(1).split("L").map((each) => each.split(" ").map(Number));
  assertEquals(corners.length, 3);
  const [[left], [middle, bottom], [right]] = corners;
  assert(Math.abs((middle - left) / (right - left) - 150 / 400) < 0.001);
  assert(corners.every(([, y]) => y <= bottom));
});

Deno.test("chart() gives one model one color in every figure, and labels its line directly", () => {
  const series = ["softmax", "maxout", "rbf"].map((key, i) => ({
    name: MODEL_NAMES[key],
    points: [[0, i], [1, 100]] as const,
  }));
  const axes = { x: { label: "ε" }, y: { label: "error", unit: "%" } };
  const of = (some: typeof series) =>
    chart({ kind: "lines", id: "a", title: "", caption: "", ...axes, series: some }).wide.svg;
  const color = (drawn: string, name: string) => drawn.match(new RegExp(`fill="([^"]*)"[^>]*>${name}<`))?.[1];
  for (const { name } of series) {
    assert(color(of(series), name)?.startsWith("var(--model-"), name);
    assertEquals(color(of(series), name), color(of(series.toReversed()), name));
  }
  assertEquals(new Set(series.map(({ name }) => color(of(series), name))).size, 3);
  // all end at one height, and still no label lies on another
  const ys = Array.from(of(series).matchAll(/y="([\d.]+)" fill="var\(--model/g), ([, y]) => Number(y));
  ys.sort((a, b) => a - b).forEach((y, i) => assert(i === 0 || y - ys[i - 1] >= 13));
});

Deno.test("html() has images as PNG of their size", () => {
  const addresses = Array.from(page.matchAll(/data:image\/png;base64,([^")]+)/g), ([, text]) => text);
  assertEquals(addresses.length, 2);
  const first = decode(Uint8Array.from(atob(addresses[0]), (character) => character.charCodeAt(0)));
  assertEquals([first.width, first.height, first.channels], [28, 28, 3]);
  // from the low end of the diverging scale to the high one
  assertEquals([...first.data.slice(0, 3)], [33, 102, 172]);
  assertEquals([...first.data.slice(27 * 3, 28 * 3)], [178, 24, 43]);
});
