/// <reference lib="dom" />
/** Training and growing. @module */

import { assert, assertEquals } from "@std/assert";
import { percent } from "../../../src/web/view/words.ts";
import { asking } from "../lab/support.ts";
import { plain, saved } from "./saved.ts";
import type { Scenario, Stage } from "./scenario.ts";

const STATUS = "#train .status";

const PLAN = { family: "maxout", adversarial: false, seed: 5, epochs: 4 } as const;

export const making: readonly Scenario[] = [
  {
    name:
      "a model is trained, paused, resumed, and saved with the bytes of an uninterrupted training elsewhere",
    async run(stage) {
      const { page } = stage;
      await set(stage, PLAN);
      await stage.pick("Model", PLAN.family, "#train");
      await pauseAtOnce(stage);
      await stage.press("Train");
      await stage.until(() => document.querySelector("#train .status")?.textContent?.startsWith("Paused"));
      await stage.press("Resume");
      await stage.until(() => document.querySelector("#train .status")?.textContent?.startsWith("Finished"));
      assertEquals((await page.$$("#train .plot canvas, #train .picture canvas")).length, 3);
      const ends: { clean: number; attacked: number }[] = [];
      const ask = { name: "yours", plan: PLAN, watch: true, resume: false };
      const { bytes } = await asking()("train", ask, { tell: ({ end }) => void (end && ends.push(end)) });
      const { clean, attacked } = ends.at(-1)!;
      assertEquals(
        await stage.text(STATUS),
        `Finished: error ${percent(clean)}, under attack ${percent(attacked)}.`,
      );
      await stage.press("Save model");
      assertEquals(plain(await saved(stage, "yours.safetensors")), plain(bytes!));
    },
  },
  {
    name: "adversarial training is stopped, and its model so far is among the others",
    async run(stage) {
      await set(stage, { epochs: 50, seed: 1, adversarial: true });
      await stage.pick("Model", "maxout", "#train");
      await stage.press("Train");
      await stage.until(() => document.querySelectorAll("#train .plot canvas").length === 2);
      await stage.press("Stop");
      await stage.until(() => document.querySelector("#train .status")?.textContent?.startsWith("Stopped"));
      await stage.until(() => document.querySelectorAll(".card .confidences").length === 5);
      assertEquals(await stage.text(".card:last-child h3"), "Yours: Maxout network, adversarial");
      assert(await stage.page.$("#train .row button[type=submit]:not(:disabled)"));
    },
  },
  {
    name: "rubbish is grown toward a class, from the same noise until another is asked for",
    async run(stage) {
      await stage.pick("Model to fool", "softmax", "#rubbish");
      await stage.pick("Grow toward", "8", "#rubbish");
      await stage.slide("Size of the step", 0.3);
      await stage.press("Grow");
      const { fooled, confidence } = await stage.expected.ask("grow", {
        source: "softmax",
        target: 8,
        step: 0.3,
        seed: 1,
        samples: 12,
      });
      const count = fooled.reduce((n, one) => n + one, 0);
      await stage.until(
        (text) => document.querySelector("#rubbish .status")?.textContent?.startsWith(text),
        `${count} of 12 are taken for the digit 8`,
      );
      await stage.until(
        (wanted) =>
          document.querySelectorAll("#rubbish .fooled").length === wanted[1] &&
          document.querySelector("#rubbish li > span:last-child")?.textContent === wanted[0],
        [percent(confidence[0]), count] as const,
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
async function set(
  { page }: Stage,
  { epochs, seed, adversarial }: { epochs: number; seed: number; adversarial: boolean },
): Promise<void> {
  const [first, second] = await page.$$("#train input[type=number]");
  for (const [input, value] of [[first, epochs], [second, seed]] as const) {
    await input.click({ count: 3 });
    await input.type(`${value}`);
    await page.keyboard.press("Tab");
  }
  const check = (await page.$("#train input[type=checkbox]"))!;
  if (await check.evaluate((input) => (input as HTMLInputElement).checked) !== adversarial) {
    await check.click();
  }
}
