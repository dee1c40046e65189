/// <reference lib="dom" />
/** Files in and out, and links. @module */

import { assert, assertEquals } from "@std/assert";
import { decode } from "fast-png";
import { model, saveModel, softmaxLinear } from "../../../src/mod.ts";
import { verdict } from "../../../src/web/view/words.ts";
import { asking, idx } from "../lab/support.ts";
import { saved } from "./saved.ts";
import type { Scenario, Stage } from "./scenario.ts";
import { visit } from "./visit.ts";

export const filing: readonly Scenario[] = [
  {
    name: "a bad file is refused in one sentence, and nothing else changes",
    async run(stage) {
      const before = await stage.text("main select");
      await open(stage, { "notes.txt": new TextEncoder().encode("no model at all") });
      const sentence =
        "Cannot open notes.txt: it is neither a safetensors model, nor IDX images or labels, nor a saved state";
      await stage.until(
        (text) => document.querySelector("[role=alert] p span")?.textContent === text,
        sentence,
      );
      await stage.page.click(".told button");
      await stage.until(() => !document.querySelector(".told p"));
      assertEquals(await stage.text("main select"), before);
    },
  },
  {
    name: "a model of one's own is opened, attacked and saved again, byte for byte",
    async run(stage) {
      using mine = model(softmaxLinear({ inputs: 784, classes: 10 }));
      const bytes = saveModel(mine);
      await open(stage, { "mine.safetensors": bytes });
      await stage.until(() => document.querySelector(".told p")?.textContent?.startsWith("Opened mine"));
      await stage.until(() =>
        document.querySelector("#fool .confidences caption")?.textContent?.includes("mine.safetensors")
      );
      await stage.pick("Model to save", "opened", "#keep");
      await stage.press("Save this model");
      assertEquals(await saved(stage, "opened.safetensors"), bytes);
      await stage.pick("The step is made for", "softmax", "#fool");
    },
  },
  {
    name: "the attacked image is saved as PNG, the settings as a state that can be opened",
    async run(stage) {
      await stage.slide("Size of the step, ε", 0.2);
      await stage.until(() => document.querySelector(".sum")?.getAttribute("data-epsilon") === "0.2");
      await stage.press("Save PNG");
      const { width, height } = decode(await saved(stage, "adversarial.png"));
      assertEquals([width, height], [280, 280]);
      await stage.press("Save state");
      const state = await saved(stage, "playground.json");
      const { format, link } = JSON.parse(new TextDecoder().decode(state));
      assertEquals([format, new URLSearchParams(link).get("epsilon")], ["gibbon-page-1", "0.2"]);
      await stage.slide("Size of the step, ε", 0.4);
      await open(stage, { "playground.json": state });
      await stage.until(() => document.querySelector(".sum")?.getAttribute("data-epsilon") === "0.2");
    },
  },
  {
    name: "the address shows the same in another tab",
    async run(stage) {
      await stage.until(() => location.hash.includes("epsilon=0.2"));
      // the trained model of this tab would be trained there again
      const address = stage.page.url().replace("trained=true", "trained=false");
      const other = await visit(stage.browser, address);
      const shown = ".sum figcaption, #fool .confidences";
      const seen = (page: Stage["page"]) => page.$$eval(shown, (all) => all.map((each) => each.textContent));
      assertEquals(await seen(other.page), await seen(stage.page));
      assertEquals(other.complaints, []);
      await other.page.close();
    },
  },
  {
    name: "a link to a trained model trains it again, to the same answers",
    async run({ browser, address }) {
      const plan = { family: "softmaxLinear", adversarial: true, seed: 9, epochs: 3 } as const;
      const link = "family=softmaxLinear&seed=9&epochs=3&trained=true&source=yours&digit=2&epsilon=0.05";
      const other = await visit(browser, `${address}#${link}`);
      await other.until(() => document.querySelector("#train .status")?.textContent?.startsWith("Finished"));
      const ask = asking();
      await ask("train", { name: "yours", plan, watch: true, resume: false });
      const { images, labels } = await ask("gallery", { count: 3 });
      const image = images.slice(2 * 784);
      const look = await ask("look", { image, label: labels![2], source: "yours", epsilon: 0.05 });
      await other.until(
        (wanted) =>
          document.querySelector(".sum figure:last-of-type figcaption span")?.textContent === wanted,
        verdict(look.opinions.yours.attacked),
      );
      assertEquals(other.complaints, []);
      await other.page.close();
    },
  },
  {
    name: "images of one's own are opened, and take the place of the digits",
    async run(stage) {
      await drop(stage, { "images.idx": idx(50, 28, 28), "labels.idx": idx(50) });
      await stage.until(() => document.querySelectorAll(".thumb").length === 10);
      assertEquals(await stage.text(".pick legend"), "Pick one of the images.idx");
      assertEquals(await stage.text("#train .status").then((text) => text.startsWith("Stopped")), true);
    },
  },
  {
    name: "the page works as a lone file, without any server",
    async run(stage) {
      const alone = await visit(stage.browser, `file://${stage.file}`);
      assert((await alone.text(".sum figcaption span")).includes("%"));
      assertEquals(alone.complaints, []);
      assertEquals(alone.requests.filter((url) => !/^(file|blob|data):/.test(url)), []);
      await alone.page.close();
    },
  },
];

/** Lets files fall on the page. */
async function drop({ page }: Stage, contents: Record<string, Uint8Array>): Promise<void> {
  await page.evaluate((files) => {
    const dataTransfer = new DataTransfer();
    for (const [name, bytes] of files) dataTransfer.items.add(new File([Uint8Array.from(bytes)], name));
    for (const type of ["dragover", "drop"]) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }
  }, Object.entries(contents).map(([name, bytes]) => [name, [...bytes]] as const));
}

/** Opens files by the page's own button. */
async function open({ page, files }: Stage, contents: Record<string, Uint8Array>): Promise<void> {
  const paths = Object.keys(contents).map((name) => `${files}/${name}`);
  for (const [name, bytes] of Object.entries(contents)) await Deno.writeFile(`${files}/${name}`, bytes);
  const input = (await page.$("input[type=file]"))!;
  await (input as import("puppeteer-core").ElementHandle<HTMLInputElement>).uploadFile(...paths);
}
