/// <reference lib="dom" />
/** A page, what it asked for, and what it complained of. @module */

import type { Browser, ElementHandle, Page } from "puppeteer-core";

/** A visit to the playground. */
export interface Visit {
  readonly page: Page;
  /** Addresses that were asked for. */
  readonly requests: string[];
  /** What the console and the page's own errors said. */
  readonly complaints: string[];
  /** The text of the first element that `selector` finds. */
  text(selector: string): Promise<string>;
  /** Resolves when `check` holds in the page. */
  until<A extends unknown[]>(check: (...args: A) => unknown, ...args: A): Promise<void>;
  /** Sets the slider with that label, as a hand would. */
  slide(label: string, value: number): Promise<void>;
  /** Presses the button of that text, or else the one whose text begins with it. */
  press(text: string): Promise<void>;
  /** Picks from the list with that label. */
  pick(label: string, value: string, within?: string): Promise<void>;
}

/** Milliseconds for anything that is waited for; a busy machine may take long. */
const PATIENCE = 60_000;

/**
 * Clicks what `target` is or selects, where a pointer would hit it. All at one moment: on a busy machine the page may move
 * between the look where something is and the click there.
 */
export async function click(page: Page, target: string | ElementHandle<Element>): Promise<void> {
  const element = typeof target === "string" ? await page.waitForSelector(target) : target;
  await element!.evaluate((each) => {
    each.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, top, width, height } = each.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    if (!each.contains(hit)) throw new Error(`${each.outerHTML} lies under ${hit?.outerHTML}`);
    (each as HTMLElement).focus();
    (each as HTMLElement).click();
  });
}

/** The page at `address` in a new tab; the moments when it could first be used are in `globalThis.moments`. */
export async function visit(browser: Browser, address: string): Promise<Visit> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  const requests: string[] = [], complaints: string[] = [];
  page.on("request", (request) => void requests.push(request.url()));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warn") complaints.push(message.text());
  });
  page.on("pageerror", (error) => void complaints.push(String(error)));
  await page.evaluateOnNewDocument(() => {
    const moments: { usable?: number } = (globalThis as Record<string, unknown>).moments = {};
    new MutationObserver((_, observer) => {
      if (!document.querySelector(".sum[data-epsilon]")) return;
      moments.usable = performance.now();
      observer.disconnect();
    }).observe(document, { subtree: true, childList: true, attributes: true });
  });
  await page.goto(address);
  await page.waitForSelector(".sum[data-epsilon]");
  return {
    page,
    requests,
    complaints,
    text: (selector) => page.$eval(selector, (element) => element.textContent?.trim() ?? ""),
    until: async (check, ...args) => void await page.waitForFunction(check as () => unknown, {}, ...args),
    slide: (label, value) =>
      page.evaluate(
        (label, value) => {
          const found = [...document.querySelectorAll("label")].find((each) => each.textContent === label);
          const slider = document.getElementById(found!.htmlFor) as HTMLInputElement;
          slider.value = `${value}`;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        },
        label,
        value,
      ),
    press: async (text) => {
      const button = await page.waitForFunction(
        (text) => {
          const all = [...document.querySelectorAll("button")];
          const words = (button: HTMLElement) => button.textContent!.trim();
          return all.find((each) => words(each) === text) ??
            all.find((each) => words(each).startsWith(`${text} `));
        },
        {},
        text,
      );
      await click(page, button as ElementHandle<HTMLButtonElement>);
    },
    pick: (label, value, within = "main") =>
      page.evaluate(
        (label, value, within) => {
          const found = [...document.querySelectorAll(`${within} label`)].find((each) =>
            each.textContent === label
          );
          const list = document.getElementById((found as HTMLLabelElement).htmlFor) as HTMLSelectElement;
          list.value = value;
          list.dispatchEvent(new Event("change", { bubbles: true }));
        },
        label,
        value,
        within,
      ),
  };
}
