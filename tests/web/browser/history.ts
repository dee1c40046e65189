/// <reference lib="dom" />
/** The address, the way back, presets, and the page within another. @module */

import { assert, assertEquals } from "@std/assert";
import type { Scenario } from "./scenario.ts";
import { click, type Visit, visit } from "./visit.ts";

const SLIDER = "Size of the step, ε";

/** Waits until the attack with that ε is shown. */
function shownAt({ until }: Visit, epsilon: string): Promise<void> {
  return until((wanted) => document.querySelector(".sum")?.getAttribute("data-epsilon") === wanted, epsilon);
}

/** Waits until the address holds these words, or none. */
function addressHas({ until }: Visit, words: string, has = true): Promise<void> {
  return until((words, has) => location.hash.includes(words) === has, words, has);
}

export const history: readonly Scenario[] = [
  {
    name: "the menu goes to parts of the page and leaves the settings in the address",
    async run({ browser, address }) {
      const own = await visit(browser, address);
      await own.slide(SLIDER, 0.3);
      await addressHas(own, "epsilon=0.3");
      for (const part of ["rubbish", "train"]) {
        await click(own.page, `nav a[href="#${part}"]`);
        await own.until((part) => document.activeElement?.id === `${part}-title`, part);
        await own.until((part) => {
          const { top } = document.getElementById(part)!.getBoundingClientRect();
          return top < innerHeight && top > -innerHeight;
        }, part);
        assert(own.page.url().includes("epsilon=0.3"), own.page.url());
      }
      await own.page.close();
    },
  },
  {
    name: "undo, the browser's back button and reset each do what they say",
    async run({ browser, address }) {
      const own = await visit(browser, address);
      const smallest = await own.page.$eval(".sum", (sum) => sum.getAttribute("data-epsilon")!);
      assert(await own.page.$("nav button:disabled"), "nothing to undo yet");
      await own.slide(SLIDER, 0.3);
      await addressHas(own, "epsilon=0.3");
      await own.slide(SLIDER, 0.4);
      await addressHas(own, "epsilon=0.4");
      await own.press("Undo");
      await shownAt(own, "0.3");
      await own.page.goBack();
      await shownAt(own, smallest);
      await own.page.goForward();
      await shownAt(own, "0.3");
      await own.press("Reset");
      await shownAt(own, smallest);
      await addressHas(own, "epsilon", false);
      await own.press("Undo");
      await shownAt(own, "0.3");
      assertEquals(own.complaints, []);
      await own.page.close();
    },
  },
  {
    name: "a link from before shows what it showed: ε 0.25 where it says nothing, and the model it names",
    async run({ browser, address }) {
      const own = await visit(browser, `${address}#digit=3&source=adversarialMaxout`);
      await shownAt(own, "0.25");
      assertEquals(
        await own.page.$eval("#attack .side select", (select) => (select as HTMLSelectElement).value),
        "adversarialMaxout",
      );
      await own.page.close();
    },
  },
  {
    name: "every preset goes to its part with its settings",
    async run({ browser, address }) {
      const own = await visit(browser, address);
      const buttons = await own.page.$$(".presets button");
      assertEquals(buttons.length, 5);
      await click(own.page, buttons[1]);
      await addressHas(own, "far=true");
      await click(own.page, buttons[3]);
      await own.until(() =>
        /^(Training|Finished)/.test(document.querySelector("#train .status")!.textContent!)
      );
      assertEquals((await own.page.$$("#train .meter")).length, 2);
      await click(own.page, buttons[0]);
      await addressHas(own, "far=true", false);
      assertEquals(own.complaints, []);
      await own.page.close();
    },
  },
  {
    name: "within another page it shows one part and a link to the whole",
    async run({ browser, address }) {
      const own = await visit(browser, `${address}?embed#v=2&digit=3`);
      assertEquals(await own.page.$$eval("section", (all) => all.map((each) => each.id)), ["attack"]);
      assertEquals(await own.page.$("header, nav, .presets"), null);
      assert(await own.page.$("main > p a[target=_blank]"));
      await own.page.goto(`${address}?embed=train`);
      await own.page.waitForSelector("#train");
      assertEquals(await own.page.$$eval("section", (all) => all.map((each) => each.id)), ["train"]);
      await own.page.close();
    },
  },
];
