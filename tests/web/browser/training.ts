/// <reference lib="dom" />
/** Training, and noise. @module */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { EpochEnd } from "../../../src/web/messages.ts";
import { percent } from "../../../src/web/view/words.ts";
import { requester } from "../worker/support.ts";
import { downloaded, tensorsOf } from "./downloads.ts";
import type { Scenario, Stage } from "./scenario.ts";
import { visit } from "./visit.ts";

const STATUS = "#train .status";

const PLAN = { family: "maxout", adversarial: false, seed: 5, epochs: 4 } as const;

/** Milliseconds within which Pause must be answered; on an idle machine it takes a tenth. */
const PROMPT = 700;

/** What the same training comes to here, for all browsers. */
let uninterrupted: ReturnType<typeof trainedHere> | undefined;

async function trainedHere() {
  const ends: EpochEnd[] = [];
  const params = { name: "yours", plan: PLAN, watch: true, resume: false };
  const { bytes } = await requester()("train", params, {
    onProgress: ({ end }) => void (end && ends.push(end)),
  });
  return { ends, bytes };
}

export const training: readonly Scenario[] = [
  {
    name: "an epoch limit is told beside the field, not only kept",
    async run(stage) {
      const [epochs] = await stage.page.$$("#train input[type=text]");
      await epochs.evaluate((field) => (field as HTMLInputElement).select());
      await epochs.type("500");
      await stage.page.keyboard.press("Tab");
      await stage.until(() => document.querySelector("#train .problem"));
      assertEquals(await stage.text("#train .problem"), "must be a whole number from 1 to 200");
      await fill(stage, { epochs: 7, seed: 5 });
      await stage.until(() => !document.querySelector("#train .problem"));
    },
  },
  {
    name:
      "a model is trained, paused, resumed, and saved with the bytes of an uninterrupted training elsewhere",
    async run(stage) {
      const { page } = stage;
      await fill(stage, PLAN);
      await stage.pick("Model", PLAN.family, "#train");
      await stage.pick("Adversarial training", "without", "#train");
      await pauseAtOnce(stage);
      await stage.press("Train");
      await stage.until(() => document.querySelector("#train .status")?.textContent?.startsWith("Paused"));
      // the form shows what is paused, and cannot say otherwise
      assertEquals(
        await page.$$eval("#train form :is(input, select):not(:disabled)", (all) => all.length),
        0,
      );
      await stage.press("Resume");
      await stage.until(() => document.querySelector("#train .status")?.textContent?.startsWith("Finished"));
      assertEquals((await page.$$("#train .plot canvas, #train .picture canvas")).length, 3);
      const { ends, bytes } = await (uninterrupted ??= trainedHere());
      const { clean, attacked } = ends.at(-1)!;
      assertEquals(
        await stage.text(STATUS),
        `Finished: error ${percent(clean)}, under attack ${percent(attacked)}.`,
      );
      await stage.press("Save model");
      assertEquals(tensorsOf(await downloaded(stage, "yours.safetensors")), tensorsOf(bytes!));
    },
  },
  {
    name: "the charts show a first epoch",
    async run({ browser, address }) {
      const link = "v=2&family=softmaxLinear&epochs=30&trained=1";
      const own = await visit(browser, `${address}#${link}`);
      await own.until(() => document.querySelector("#train .status")?.textContent?.startsWith("Paused"));
      const colours = await own.page.$eval("#train .plot canvas", (element) => {
        const canvas = element as HTMLCanvasElement;
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", {
          willReadFrequently: true,
        })!;
        copy.drawImage(canvas, 0, 0);
        const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
        const ink = getComputedStyle(element).getPropertyValue("--ink").trim();
        const wanted = [1, 3, 5].map((at) => parseInt(ink.slice(at, at + 2), 16));
        let count = 0;
        for (let i = 0; i < data.length; i += 4) {
          if (wanted.every((value, c) => Math.abs(data[i + c] - value) < 8) && data[i + 3] > 200) count++;
        }
        return count;
      });
      assert(colours > 8, `the first point of the loss takes ${colours} pixels`);
      await own.page.close();
    },
  },
  {
    name: "Pause is answered promptly in the middle of training",
    async run(stage) {
      await fill(stage, { epochs: 50, seed: 1 });
      await stage.pick("Adversarial training", "with", "#train");
      await stage.press("Train");
      const delays: number[] = [];
      for (let i = 0; i < 3; i++) {
        delays.push(
          await stage.page.evaluate(async () => {
            const button = (text: string) =>
              [...document.querySelectorAll<HTMLButtonElement>("#train button")].find((each) =>
                each.textContent === text
              );
            const start = performance.now();
            button("Pause")!.click();
            while (!button("Resume")) await new Promise((resolve) => setTimeout(resolve, 5));
            const delay = performance.now() - start;
            button("Resume")!.click();
            while (!button("Pause") || button("Pause")!.disabled) {
              await new Promise((resolve) => setTimeout(resolve, 5));
            }
            await new Promise((resolve) => setTimeout(resolve, 150));
            return delay;
          }),
        );
      }
      stage.measured(`Pause answered in ${delays.map(Math.round).join(", ")} ms`);
      assert(Math.min(...delays) < PROMPT, `${delays}`);
    },
  },
  {
    name: "ε follows the hand while a model is trained",
    async run(stage) {
      const frames = await stage.page.evaluate(async () => {
        const slider = document.querySelector<HTMLInputElement>("#attack input[type=range]")!;
        const frames: number[] = [];
        let before = await new Promise<number>(requestAnimationFrame);
        for (let i = 0; i < 160; i++) {
          slider.value = `${0.05 + 0.4 * Math.abs((i % 80) / 40 - 1)}`;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
          const now = await new Promise<number>(requestAnimationFrame);
          frames.push(now - before);
          before = now;
        }
        return frames.sort((a, b) => a - b);
      });
      const at = (part: number) => frames[Math.floor(part * (frames.length - 1))].toFixed(1);
      stage.measured(
        `frames while dragging ε in training: median ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)} ms`,
      );
    },
  },
  {
    name:
      "adversarial training is stopped, its model so far is among the others, and the link holds how far it went",
    async run(stage) {
      await stage.press("Stop");
      await stage.until(() => document.querySelector("#train .status")?.textContent?.startsWith("Stopped"));
      await stage.until(() => document.querySelectorAll(".card .confidences").length === 5);
      assertEquals(await stage.text(".card:last-child h3"), "Yours: Maxout network, adversarial");
      assert(await stage.page.$("#train .row button[type=submit]:not(:disabled)"));
      const done = await stage.page.$eval(
        "#train .plot",
        (plot) => +plot.ariaLabel!.match(/after (\d+) epochs/)![1],
      );
      await stage.until(
        (wanted) => location.hash.includes(`epochs=50`) && location.hash.includes(`trained=${wanted}`),
        done,
      );
    },
  },
  {
    name: "the link of a stopped training trains as far elsewhere and no further",
    async run(stage) {
      const link = "v=2&family=softmaxLinear&seed=9&epochs=30&trained=3&source=yours";
      const other = await visit(stage.browser, `${stage.address}#${link}`);
      await other.until(() => document.querySelector("#train .status")?.textContent?.startsWith("Paused"));
      assertMatch(await other.text("#train .meter"), /epoch 3 of 30/);
      await other.until(() => location.hash.includes("epochs=30") && location.hash.includes("trained=3"));
      await other.page.close();
    },
  },
  {
    name: "a network is trained with and without adversarial training at once, one curve over the other",
    async run(stage) {
      await fill(stage, { epochs: 2, seed: 3 });
      await stage.pick("Model", "softmaxLinear", "#train");
      await stage.pick("Adversarial training", "both", "#train");
      await stage.press("Train");
      await stage.until(() => document.querySelector("#train .status")?.textContent?.startsWith("Finished"));
      assertEquals((await stage.page.$$("#train .meter")).length, 2);
      const labels = await stage.page.$$eval("#train .plot", (plots) => plots.map((plot) => plot.ariaLabel));
      for (const label of labels) assertEquals(label?.split("; ").length, 2, label!);
      const titles = await stage.page.$$eval(
        ".card h3",
        (all) => all.slice(4).map((each) => each.textContent),
      );
      assertEquals(titles, ["Yours: Softmax regression, adversarial", "Yours: Softmax regression"]);
      await stage.until(() => location.hash.includes("both=true"));
    },
  },
  {
    name: "noise is moved toward a class, from the same noise until another is asked for",
    async run(stage) {
      await stage.pick("Model to fool", "softmax", "#rubbish");
      await stage.pick("Target class", "8", "#rubbish");
      await stage.slide("Size of the step", 0.3);
      // pressed again it begins again, and ends at the same size all the same
      await stage.press("Play the step");
      await stage.press("Play the step");
      await stage.until(() =>
        document.querySelector<HTMLInputElement>("#rubbish input[type=range]")!.value === "0.3"
      );
      const { fooled, before, confidence } = await stage.expected.request("rubbish", {
        source: "softmax",
        target: 8,
        step: 0.3,
        seed: 1,
        samples: 12,
      });
      const count = fooled.reduce((n, one) => n + one, 0);
      await stage.until(
        (text) => document.querySelector("#rubbish .status")?.textContent?.startsWith(text),
        `${count} of 12 are taken for 8`,
      );
      const marked = fooled.filter((one, i) => one && before[i] < 0.5).length;
      await stage.until(
        (wanted) =>
          document.querySelectorAll("#rubbish .fooled").length === wanted[1] &&
          document.querySelector("#rubbish li > span:last-child")?.textContent === wanted[0],
        [percent(confidence[0]), marked] as const,
      );
      await stage.press("New noise");
      await stage.until(
        (was) => document.querySelector("#rubbish li > span:last-child")?.textContent !== was,
        percent(confidence[0]),
      );
    },
  },
];

/** Has the page itself press Pause as soon as it can: from here it might come too late. */
async function pauseAtOnce({ page }: Stage): Promise<void> {
  await page.evaluate(() => {
    const form = document.querySelector("#train")!;
    new MutationObserver((_, observer) => {
      const pause = [...form.querySelectorAll("button")].find((button) => button.textContent === "Pause");
      if (!pause || pause.disabled) return;
      observer.disconnect();
      pause.click();
    }).observe(form, { subtree: true, childList: true, attributes: true });
  });
}

/** Fills in the form of training. */
async function fill({ page }: Stage, { epochs, seed }: { epochs: number; seed: number }): Promise<void> {
  const [first, second] = await page.$$("#train .row input[type=text]");
  for (const [input, value] of [[first, epochs], [second, seed]] as const) {
    await input.evaluate((field) => (field as HTMLInputElement).select());
    await input.type(`${value}`);
    await page.keyboard.press("Tab");
  }
}
