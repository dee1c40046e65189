/// <reference lib="dom" />
/** An image, the step, and what models make of them. @module */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { DEFAULTS } from "../../../src/web/page/settings.ts";
import { percent, verdict } from "../../../src/web/view/words.ts";
import type { Scenario, Stage } from "./scenario.ts";
import { median } from "../../../scripts/bench/rows.ts";

const AFTER = ".sum figure:last-of-type figcaption span";

/** The captions below the first and the last image. */
async function captions({ page }: Stage): Promise<string[]> {
  return await page.$$eval(
    ".sum figcaption span",
    (spans) => [spans[0], spans[2]].map((s) => s.textContent ?? ""),
  );
}

export const looking: readonly Scenario[] = [
  {
    name: "a digit is attacked at first sight, and reads as it does elsewhere",
    async run(stage) {
      const { clean, attacked } =
        (await stage.expected.look(DEFAULTS.digit, "softmax", 0.25)).opinions.softmax;
      assertEquals(await captions(stage), [verdict(clean), verdict(attacked)]);
      const shown = await stage.page.$$eval(
        "#fool .confidences tbody tr",
        (rows) =>
          rows.map((row) => [...row.querySelectorAll("td:not(.bars)")].map((cell) => cell.textContent)),
      );
      const wanted = Array.from(clean.probabilities, (p, c) => [p, attacked.probabilities[c]].map(percent));
      assertEquals(shown, wanted);
      const usable = await stage.page.evaluate(() =>
        (globalThis as unknown as { moments: { usable: number } }).moments.usable
      );
      stage.measured(`first interaction ${Math.round(usable)} ms after navigation`);
    },
  },
  {
    name: "ε moves everything that hangs on it",
    async run(stage) {
      for (const epsilon of [0, 0.1, 0.5, 0.25]) {
        await stage.slide("Size of the step, ε", epsilon);
        await stage.until(
          (e) => document.querySelector(".sum")?.getAttribute("data-epsilon") === e,
          `${epsilon}`,
        );
        const { attacked } = (await stage.expected.look(DEFAULTS.digit, "softmax", epsilon)).opinions.softmax;
        assertEquals(await stage.text(AFTER), verdict(attacked));
      }
      const pixels = await stage.page.$$eval(
        ".sum canvas",
        (canvases) => (canvases as HTMLCanvasElement[]).map((canvas) => canvas.toDataURL()),
      );
      assertEquals(new Set(pixels).size, 3);
    },
  },
  {
    name: "the curves say in words which digit leads where",
    async run({ page, until }) {
      const label = () => page.$eval("#fool .plot", (plot) => plot.getAttribute("aria-label")!);
      const near = await label();
      assert(/from −0.5 to 0.5: the highest is that of 4 up to .*, then 9$/.test(near), near);
      await page.click("#fool .check input");
      await until((near) => document.querySelector("#fool .plot")!.getAttribute("aria-label") !== near, near);
      assert((await label()).includes("from −10 to 10"));
      assert(await page.$("#fool .plot canvas"));
      await page.click("#fool .check input");
    },
  },
  {
    name: "another digit is picked",
    async run(stage) {
      await stage.page.click(".thumb:nth-child(20)");
      await stage.until(() => document.querySelector(".sum figcaption span")?.textContent?.startsWith("6"));
      const { clean, attacked } = (await stage.expected.look(19, "softmax", 0.25)).opinions.softmax;
      assertEquals(await captions(stage), [verdict(clean), verdict(attacked)]);
    },
  },
  {
    name: "all models are compared on the same step, with the table of transfer",
    async run(stage) {
      const { page, until, expected } = stage;
      await until(() => document.querySelectorAll(".card .confidences").length >= 4);
      const cards = await page.$$eval(".card .verdict b", (all) => all.map((each) => each.textContent));
      const { opinions } = await expected.look(19, "softmax", 0.25);
      assertEquals(cards, Object.values(opinions).map(({ attacked }) => verdict(attacked)));
      await until(() => document.querySelectorAll(".errors tbody tr").length === 5);
      await until(() => document.querySelector(".scroll")!.getAttribute("aria-busy") !== "true");
      const shown = await page.$$eval(
        ".errors tbody tr",
        (rows) => rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)),
      );
      const { clean, attacked } = expected.transfer;
      assertEquals(shown, [clean, ...attacked].map((row) => row.map(percent)));
      stage.measured(`ε redrawn in ${await redraws(stage)}`);
    },
  },
  {
    name: "a digit is drawn, and its model's own answer stands for its class",
    async run(stage) {
      const { page } = stage;
      await stage.press("Clear");
      const before = await stage.text(AFTER);
      const { x, y, width } = (await (await page.$(".pad"))!.boundingBox())!;
      const to = (u: number, v: number) => page.mouse.move(x + u * width, y + v * width, { steps: 6 });
      await to(0.5, 0.2);
      await page.mouse.down();
      await to(0.5, 0.8);
      await page.mouse.up();
      await stage.until(
        (before) =>
          document.querySelector(".sum figure:last-of-type figcaption span")?.textContent !== before,
        before,
      );
      await stage.until(() => document.querySelector(".sum figcaption span")?.textContent?.startsWith("1"));
      const ink = await page.$eval(".pad canvas", (canvas) => {
        const { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, 28, 28);
        return [14 * 28 + 14, 14 * 28 + 3].map((pixel) => data[4 * pixel]);
      });
      assertEquals(ink, [0, 255]);
      await stage.until(() => location.hash.includes("drawn="));
      assertNotEquals(await stage.text("#fool select ::-p-text(what the model says)"), "");
    },
  },
];

/** How long the picture takes to follow the slider, in the page's own time. */
async function redraws({ page }: Stage): Promise<string> {
  const times = await page.evaluate(async () => {
    const sum = document.querySelector(".sum")!;
    const slider = document.querySelector("#fool input[type=range]") as HTMLInputElement;
    const times: number[] = [];
    for (let i = 0; i < 40; i++) {
      const value = `${i % 2 ? 0.3 : 0.1 + i / 400}`;
      const start = performance.now();
      slider.value = value;
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise<void>((resolve) => {
        const observer = new MutationObserver(() => {
          if (sum.getAttribute("data-epsilon") !== String(+slider.value)) return;
          observer.disconnect();
          resolve();
        });
        observer.observe(sum, { attributes: true });
      });
      times.push(performance.now() - start);
    }
    return times;
  });
  const [least, most] = [Math.min(...times), Math.max(...times)].map((time) => time.toFixed(1));
  return `${median(times).toFixed(1)} ms (median of ${times.length}, ${least} to ${most} ms)`;
}
