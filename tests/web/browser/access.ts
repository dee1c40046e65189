/// <reference lib="dom" />
/** Keys alone, screen readers, and every width. @module */

import { assert, assertEquals } from "@std/assert";
import axe from "axe-core";
import type { KeyInput } from "puppeteer-core";
import type { Scenario } from "./scenario.ts";
import { visit } from "./visit.ts";

/** By the name that both protocols know. */
const SPACE = " " as KeyInput;

export const access: readonly Scenario[] = [
  {
    name: "keys alone reach and move everything, in the order of the page",
    async run(stage) {
      const own = await visit(stage.browser, stage.address);
      const { page } = own;
      const at = () => page.evaluate(nameOfFocus);
      const order: string[] = [];
      const tabTo = async (name: string) => {
        for (let presses = 0; presses < 80; presses++) {
          await page.keyboard.press("Tab");
          order.push(await at());
          if (order.at(-1)!.startsWith(name)) return;
        }
        throw new Error(`Cannot reach ${name} by Tab: it goes ${order.join(" → ")}`);
      };
      await tabTo("A small step");
      await tabTo("The image, predicted as");
      for (const key of ["Delete", " ", "ArrowDown", "ArrowDown", "ArrowDown", " "]) {
        await page.keyboard.press(key as KeyInput);
      }
      await own.until(() => location.hash.includes("drawn="));
      await tabTo("Clear");
      await tabTo("Size of the step");
      await page.keyboard.press("ArrowRight");
      await own.until(() => /[#&]epsilon=/.test(location.hash));
      await tabTo("Beside it");
      // none is picked, for one was drawn
      await tabTo("Image 1, digit 3");
      await page.keyboard.press("ArrowRight");
      await own.until(() => location.hash.includes("digit=1"));
      await tabTo("Attacked model");
      await tabTo("Far beyond");
      await page.keyboard.press(SPACE);
      await own.until(() =>
        document.querySelector("#scores .plot")!.getAttribute("aria-label")!.includes("−10")
      );
      await tabTo("Epochs");
      await page.keyboard.type("1");
      await tabTo("Train");
      await page.keyboard.press("Enter");
      await own.until(() =>
        /^(Training|Finished)/.test(document.querySelector("#train .status")!.textContent!)
      );
      await tabTo("Stop");
      await page.keyboard.press("Enter");
      await tabTo("Target class");
      await tabTo("Play the step");
      await page.keyboard.press("Enter");
      await tabTo("Open files");
      await tabTo("Copy link");
      assertEquals(own.complaints, []);
      await page.close();
    },
  },
  {
    name: "axe finds nothing to mend",
    async run({ page, changesScheme }) {
      // a browser that cannot change its scheme runs in the dark one
      for (const scheme of changesScheme ? ["light", "dark"] : [undefined]) {
        if (scheme) await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        await page.evaluate(axe.source);
        const found = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
          const { violations } = await axe.run();
          return violations.map(({ id, help, nodes }) =>
            `${id}: ${help}: ${nodes.map((node) => node.html).join(" ")}`
          );
        });
        assertEquals(found, [], scheme);
      }
    },
  },
  {
    name: "nothing is wider than the window, from the narrowest phone's to a wide one",
    async run({ page }) {
      for (const width of [240, 290, 360, 390, 820, 1440]) {
        await page.setViewport({ width, height: 800 });
        const [inner, content] = await page.evaluate(() => [
          document.documentElement.clientWidth,
          document.documentElement.scrollWidth,
        ]);
        assertEquals(content, inner, `at ${width}`);
      }
    },
  },
  {
    name: "the console is silent, and nothing was asked of anyone else",
    run({ complaints, requests, address }) {
      assertEquals(complaints, []);
      assertEquals(requests.filter((url) => !/^(blob|data):/.test(url) && url.split("#")[0] !== address), []);
      assert(requests.length > 0);
      return Promise.resolve();
    },
  },
  {
    name: "the page is barred from asking: its own policy refuses a request",
    async run({ browser, address }) {
      const { page } = await visit(browser, address);
      const refused = await page.evaluate(async (address) => {
        try {
          await fetch(address);
          return false;
        } catch {
          return true;
        }
      }, address);
      assert(refused);
      await page.close();
    },
  },
];

/** What a screen reader would call what has the focus. */
function nameOfFocus(): string {
  const element = document.activeElement as HTMLInputElement | null;
  if (element === document.body) return "the page";
  return element?.getAttribute("aria-label") ?? element?.labels?.[0]?.textContent ?? element?.textContent ??
    "";
}
