/// <reference lib="dom" />
/** An example, the attack, and what models make of it. @module */

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { DEFAULTS, EPSILONS } from "../../../src/web/page/settings.ts";
import { finding, noiseText, percent, predictionText, provenText } from "../../../src/web/view/words.ts";
import { median } from "../../../scripts/bench/rows.ts";
import type { Scenario, Stage } from "./scenario.ts";
import { click } from "./visit.ts";

const AFTER = ".pictures figure:last-of-type figcaption span";

/** The captions below the first and the last image. */
async function captions({ page }: Stage): Promise<string[]> {
  return await page.$$eval(
    ".pictures figcaption > span",
    (spans) => [spans[0], spans[2]].map((s) => s.textContent ?? ""),
  );
}

/** Waits until the attack with that ε is shown. */
function shownAt({ until }: Stage, epsilon: number): Promise<void> {
  return until(
    (wanted) => document.querySelector(".sum")?.getAttribute("data-epsilon") === wanted,
    `${epsilon}`,
  );
}

export const attack: readonly Scenario[] = [
  {
    name: "the page opens on a digit that is fooled, with the smallest ε that is enough, and says so",
    async run(stage) {
      const { expected } = stage;
      const { digit } = DEFAULTS;
      const params = { ...expected.subject(digit), ...EPSILONS.Linf };
      const smallest = await expected.request("smallest", params);
      const { predictions: { softmax }, label } = await expected.attack(digit, smallest.epsilon!);
      assertEquals([softmax.clean.predicted === label, softmax.attacked.predicted === label], [true, false]);
      await shownAt(stage, smallest.epsilon!);
      assertEquals(await captions(stage), [softmax.clean, softmax.attacked].map((p) => predictionText(p)));
      assertEquals(await stage.text(".finding b"), finding(smallest, EPSILONS.Linf));
      assertMatch(
        await stage.text(".finding b"),
        /^ε = 0\.\d+ is enough: the model reads \d instead of \d\.$/,
      );
      assertEquals(await stage.text(".noise-control .note"), noiseText(softmax, label));
      const shown = await stage.page.$$eval(
        "#attack .confidences tbody tr",
        (rows) =>
          rows.map((row) => [...row.querySelectorAll("td:not(.bars)")].map((cell) => cell.textContent)),
      );
      const { clean, attacked } = softmax;
      assertEquals(
        shown,
        Array.from(clean.probabilities, (p, c) => [p, attacked.probabilities[c]].map(percent)),
      );
      const usable = await stage.page.evaluate(() =>
        (globalThis as unknown as { moments: { usable: number } }).moments.usable
      );
      stage.measured(`first attack ${Math.round(usable)} ms after navigation`);
    },
  },
  {
    name: "ε moves everything that depends on it, and goes back to the smallest that is enough",
    async run(stage) {
      const smallest = await stage.page.$eval(".sum", (sum) => sum.getAttribute("data-epsilon"));
      for (const epsilon of [0, 0.1, 0.5, 0.25]) {
        await stage.slide("Size of the step, ε", epsilon);
        await shownAt(stage, epsilon);
        const { predictions: { softmax } } = await stage.expected.attack(DEFAULTS.digit, epsilon);
        assertEquals(await stage.text(AFTER), predictionText(softmax.attacked));
      }
      await stage.press("Set ε to");
      await shownAt(stage, +smallest!);
      await stage.slide("Size of the step, ε", 0.25);
      await shownAt(stage, 0.25);
    },
  },
  {
    name: "what the attack adds is dark where it adds ink on a light page, and light on a dark one",
    async run({ page, expected, changesScheme }) {
      const { direction } = await expected.attack(DEFAULTS.digit, 0.25);
      const [up, down] = [direction.indexOf(1), direction.indexOf(-1)];
      for (const scheme of changesScheme ? ["light", "dark"] : ["dark"]) {
        if (changesScheme) await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        const [added, removed, filter, caption] = await page.$eval(
          ".pictures figure:nth-of-type(2)",
          (figure, up, down) => {
            const canvas = figure.querySelector("canvas")!;
            const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
            copy.drawImage(canvas, 0, 0);
            const { data } = copy.getImageData(0, 0, 28, 28);
            const caption = [...figure.querySelectorAll<HTMLElement>("figcaption span span")]
              .filter((span) => getComputedStyle(span).display !== "none");
            return [
              data[4 * up],
              data[4 * down],
              getComputedStyle(canvas).filter,
              caption[0].textContent,
            ] as const;
          },
          up,
          down,
        );
        assertEquals([added, removed], [0, 255]);
        assertEquals(filter === "none", scheme === "light");
        assert(caption!.startsWith(scheme === "light" ? "dark adds" : "light adds"), caption!);
      }
    },
  },
  {
    name: "the curves' text names who leads along the step, and goes far when asked",
    async run(stage) {
      const { page, until } = stage;
      const label = () => page.$eval("#scores .plot", (plot) => plot.getAttribute("aria-label")!);
      const near = await label();
      assert(/from −0.5 to 0.5: the highest is that of 4 up to .*, then 9$/.test(near), near);
      assertMatch(await stage.text("#scores .note"), /exactly straight lines.* The label 4 is ahead/);
      await click(page, "#scores .check input");
      await until(
        (near) => document.querySelector("#scores .plot")!.getAttribute("aria-label") !== near,
        near,
      );
      assert((await label()).includes("from −10 to 10"));
      assert(await page.$("#scores .plot canvas"));
      await click(page, "#scores .check input");
    },
  },
  {
    name: "an attack is aimed at a class",
    async run(stage) {
      await stage.pick("It aims at", "7", "#attack");
      await stage.until(() =>
        /to make the model read 7|No ε/.test(document.querySelector(".finding b")!.textContent!)
      );
      const { predictions: { softmax } } = await stage.expected.attack(DEFAULTS.digit, 0.25, { target: 7 });
      await stage.until(
        (wanted) =>
          document.querySelector(".pictures figure:last-of-type figcaption span")?.textContent === wanted,
        predictionText(softmax.attacked),
      );
      await stage.pick("It aims at", "", "#attack");
    },
  },
  {
    name: "random signs of the same size stand beside the attack, go when not wanted, and come back",
    async run(stage) {
      const { page, until, expected } = stage;
      const toggle = () =>
        page.evaluate(() => {
          const all = [...document.querySelectorAll<HTMLElement>("#attack .check")];
          all.find((each) => each.textContent!.includes("random signs"))!.querySelector("input")!.click();
        });
      await stage.slide("Size of the step, ε", 0.25);
      await shownAt(stage, 0.25);
      await toggle();
      await until(() => !document.querySelector(".noise-control"));
      await toggle();
      const { predictions: { softmax }, label } = await expected.attack(DEFAULTS.digit, 0.25);
      await until(
        (wanted) => document.querySelector(".noise-control .note")?.textContent === wanted,
        noiseText(softmax, label),
      );
      assert(await page.$(`.noise-control canvas[aria-label*="${predictionText(softmax.noisy)}"]`));
    },
  },
  {
    name: "a radius is proven within which the strongest attack finds nothing",
    async run({ expected, until }) {
      const { max, step } = EPSILONS.Linf;
      const subject = expected.subject(DEFAULTS.digit);
      const { radius } = await expected.request("certify", { ...subject, max });
      const many = await expected.request("strongest", { ...subject, max, step });
      assert(radius! > 0 && radius! <= many.epsilon!, `${radius} ${many.epsilon}`);
      const proven = provenText(radius!)!;
      await until(
        (wanted) => [...document.querySelectorAll("#attack .note")].some((p) => p.textContent === wanted),
        proven,
      );
      await until(
        (wanted) => document.querySelector("#attack .strongest")?.textContent?.includes(wanted),
        `ε = ${many.epsilon}`,
      );
    },
  },
  {
    name: "many steps, projected gradient descent, are taken and aimed, from the smallest ε of their own",
    async run(stage) {
      const { expected, until } = stage;
      await stage.pick("Attack", "pgd", "#attack");
      for (const target of [undefined, 7]) {
        await stage.pick("It aims at", `${target ?? ""}`, "#attack");
        const change = { attack: "pgd", options: {}, target };
        const params = { ...expected.subject(DEFAULTS.digit), ...change, ...EPSILONS.Linf };
        const smallest = await expected.request("smallest", params);
        const { predictions: { softmax } } = await expected.attack(
          DEFAULTS.digit,
          smallest.epsilon!,
          change,
        );
        await until(
          (sentence, prediction) =>
            document.querySelector(".finding b")?.textContent === sentence &&
            document.querySelector(".pictures figure:last-of-type figcaption span")?.textContent ===
              prediction,
          finding(smallest, { ...EPSILONS.Linf, target: target === undefined ? undefined : `${target}` }),
          predictionText(softmax.attacked),
        );
      }
      await stage.pick("It aims at", "", "#attack");
      await stage.pick("Attack", "fgsm", "#attack");
      await stage.slide("Size of the step, ε", 0.25);
      await shownAt(stage, 0.25);
    },
  },
  {
    name: "an attack whose ε is a length shows its image in full contrast, though ε is large",
    async run(stage) {
      await stage.pick("Attack", "pgd", "#attack");
      await stage.pick("norm", "L2", "#attack");
      // of the maximum norm it goes to 0.5 alone
      await stage.until(() => Number(document.querySelector(".sum")?.getAttribute("data-epsilon")) > 0.5);
      const shown = await stage.page.$eval(".pictures figure:last-of-type canvas", (canvas) => {
        const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
        copy.drawImage(canvas as HTMLCanvasElement, 0, 0);
        const greys = [...copy.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0);
        return Math.max(...greys) - Math.min(...greys);
      });
      assert(shown > 150, `${shown}`);
      await stage.pick("Attack", "fgsm", "#attack");
      await stage.slide("Size of the step, ε", 0.25);
      await shownAt(stage, 0.25);
    },
  },
  {
    name: "another digit is picked",
    async run(stage) {
      await click(stage.page, ".thumb:nth-child(20)");
      await stage.until(() =>
        document.querySelector(".pictures figcaption > span")?.textContent?.startsWith("6")
      );
      const { clean, attacked } = (await stage.expected.attack(19, 0.25)).predictions.softmax;
      assertEquals(await captions(stage), [clean, attacked].map((p) => predictionText(p)));
    },
  },
  {
    name: "all models are compared on the same step, with the table of transfer",
    async run(stage) {
      const { page, until, expected } = stage;
      await until(() => document.querySelectorAll(".card .confidences").length >= 4);
      const cards = await page.$$eval(".card .verdict b", (all) => all.map((each) => each.textContent));
      const { predictions } = await expected.attack(19, 0.25);
      assertEquals(cards, Object.values(predictions).map(({ attacked }) => predictionText(attacked)));
      await until(() => document.querySelectorAll(".errors tbody tr").length === 5);
      await until(() => document.querySelector(".scroll")!.getAttribute("aria-busy") !== "true");
      const shown = await page.$$eval(
        ".errors tbody tr",
        (rows) => rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)),
      );
      const { clean, attacked } = await expected.transfer(0.25);
      assertEquals(shown, [clean, ...attacked].map((row) => row.map(percent)));
      stage.measured(`ε redrawn in ${await redraws(stage)}`);
    },
  },
  {
    name: "no card calls a model fooled that is wrong without the attack",
    async run(stage) {
      const wrong = await Promise.all(
        Array.from(stage.expected.gallery.labels!, (label, digit) => ({ label, digit })).map(async (each) => {
          const { predictions } = await stage.expected.attack(each.digit, 0);
          return Object.values(predictions).some(({ clean }) => clean.predicted !== each.label);
        }),
      );
      const digit = wrong.indexOf(true);
      await click(stage.page, `.thumb:nth-child(${digit + 1})`);
      const { predictions, label } = await stage.expected.attack(digit, 0.25);
      const words = Object.values(predictions).map(({ clean, attacked }) =>
        clean.predicted !== label
          ? "wrong without the attack"
          : attacked.predicted !== label
          ? "fooled"
          : "not fooled"
      );
      assert(words.includes("wrong without the attack"));
      await stage.until((wanted) => {
        const notes = [...document.querySelectorAll(".card > .note")].map((note) =>
          note.textContent!.replace("the attacked model; ", "")
        );
        return notes.slice(0, 4).join() === wanted;
      }, words.join());
      await click(stage.page, ".thumb:nth-child(20)");
    },
  },
  {
    name: "a digit is drawn, and its model's own prediction stands for its class",
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
          document.querySelector(".pictures figure:last-of-type figcaption span")?.textContent !== before,
        before,
      );
      await stage.until(() =>
        document.querySelector(".pictures figcaption > span")?.textContent?.startsWith("1")
      );
      const ink = await page.$eval(".pad canvas", (canvas) => {
        const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
        copy.drawImage(canvas as HTMLCanvasElement, 0, 0);
        const { data } = copy.getImageData(0, 0, 28, 28);
        return [14 * 28 + 14, 14 * 28 + 3].map((pixel) => data[4 * pixel]);
      });
      assertEquals(ink, [0, 255]);
      await stage.until(() => location.hash.includes("drawn="));
      assertNotEquals(await stage.text("#attack select ::-p-text(what the model says)"), "");
    },
  },
];

/** How long the picture takes to follow the slider, in the page's own time. */
async function redraws({ page }: Stage): Promise<string> {
  const times = await page.evaluate(async () => {
    const sum = document.querySelector(".sum")!;
    const slider = document.querySelector("#attack input[type=range]") as HTMLInputElement;
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const value = `${i % 2 ? 0.25 : 0.1 + i / 400}`;
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
  const [min, max] = [Math.min(...times), Math.max(...times)].map((time) => time.toFixed(1));
  return `${median(times).toFixed(1)} ms (median of ${times.length}, ${min} to ${max} ms)`;
}
