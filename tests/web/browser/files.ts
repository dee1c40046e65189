/// <reference lib="dom" />
/** Files in and out, and links. @module */

import { assert, assertEquals } from "@std/assert";
import { decode, encode } from "fast-png";
import { model, saveModel, softmaxLinear } from "../../../src/mod.ts";
import { writeOnnx } from "../../../src/onnx.ts";
import { predictionText } from "../../../src/web/view/words.ts";
import { idx, requester } from "../worker/support.ts";
import { downloaded } from "./downloads.ts";
import type { Scenario, Stage } from "./scenario.ts";
import { click, visit } from "./visit.ts";

export const files: readonly Scenario[] = [
  {
    name: "a bad file is refused in one sentence, and nothing else changes",
    async run(stage) {
      const before = await stage.text("main select");
      await open(stage, { "notes.txt": new TextEncoder().encode("no model at all") });
      const sentence =
        "Cannot open notes.txt: it is neither a model (safetensors, ONNX), nor IDX images or labels, nor a table (CSV), a PNG or a saved state";
      await stage.until(
        (text) => document.querySelector("[role=alert] p span")?.textContent === text,
        sentence,
      );
      await click(stage.page, ".notices button");
      await stage.until(() => !document.querySelector(".notices p"));
      assertEquals(await stage.text("main select"), before);
    },
  },
  {
    name: "a model of one's own is opened, attacked and saved again, byte for byte",
    async run(stage) {
      using mine = model(softmaxLinear({ inputs: 784, classes: 10 }));
      const bytes = saveModel(mine);
      await open(stage, { "mine.safetensors": bytes });
      await stage.until(() => document.querySelector(".notices p")?.textContent?.startsWith("Opened mine"));
      await stage.until(() =>
        document.querySelector("#attack .confidences caption")?.textContent?.includes("mine.safetensors")
      );
      await stage.pick("Model to save", "opened", "#files");
      await stage.press("Save this model");
      assertEquals(await downloaded(stage, "opened.safetensors"), bytes);
      // the same from PyTorch or scikit-learn
      await open(stage, { "mine.onnx": writeOnnx(mine) });
      await stage.until(() =>
        document.querySelector("#attack .confidences caption")?.textContent?.includes("mine.onnx")
      );
      await stage.pick("Attacked model", "softmax", "#attack");
    },
  },
  {
    name: "the attacked image is saved as PNG, the settings as a state that can be opened",
    async run(stage) {
      await stage.slide("Size of the step, ε", 0.2);
      await stage.until(() => document.querySelector(".sum")?.getAttribute("data-epsilon") === "0.2");
      await stage.press("Save PNG");
      const { width, height } = decode(await downloaded(stage, "adversarial.png"));
      assertEquals([width, height], [280, 280]);
      await stage.press("Save state");
      const state = await downloaded(stage, "playground.json");
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
      const address = stage.page.url().replace(/trained=\d+/, "trained=0");
      const other = await visit(stage.browser, address);
      const shown = ".pictures figcaption, #attack .confidences";
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
      const request = requester();
      await request("train", { name: "yours", plan, watch: true, resume: false });
      const { examples, labels } = await request("gallery", { count: 3 });
      const { predictions } = await request("attack", {
        example: examples.slice(2 * 784),
        label: labels![2],
        source: "yours",
        attack: "fgsm",
        epsilon: 0.05,
      });
      await other.until(
        (wanted) =>
          document.querySelector(".pictures figure:last-of-type figcaption span")?.textContent === wanted,
        predictionText(predictions.yours.attacked),
      );
      assertEquals(other.complaints, []);
      await other.page.close();
    },
  },
  {
    name: "a picture is decoded, and stands in place of the digit, with a way back",
    async run(stage) {
      await click(stage.page, ".thumb:nth-child(5)");
      await stage.until(() => location.hash.includes("digit=4") && !location.hash.includes("drawn="));
      // a dark bar on light paper, larger than a digit: a 1
      const data = new Uint8Array(120 * 90).fill(240);
      for (let y = 20; y < 100; y++) data.fill(10, y * 90 + 40, y * 90 + 50);
      await open(stage, { "one.png": encode({ width: 90, height: 120, data, channels: 1, depth: 8 }) });
      await stage.until(() =>
        document.querySelector(".pictures figcaption > span")?.textContent?.startsWith("1")
      );
      const [ink, paper] = await stage.page.$eval(".pad canvas", (canvas) => {
        const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
        copy.drawImage(canvas as HTMLCanvasElement, 0, 0);
        const { data } = copy.getImageData(0, 0, 28, 28);
        return [14 * 28 + 14, 14 * 28 + 3].map((pixel) => data[4 * pixel]);
      });
      assert(ink < 60 && paper === 255, `${ink} ${paper}`);
      await stage.until(() => location.hash.includes("drawn="));
      await stage.press("Undo");
      await stage.until(() => document.querySelector(".thumb:nth-child(5) :checked"));
      const broken = encode({ width: 9, height: 9, data: new Uint8Array(81), channels: 1, depth: 8 });
      await open(stage, { "broken.png": Uint8Array.from(broken.subarray(0, 20)) });
      await stage.until(() =>
        document.querySelector(".notices .error span")?.textContent ===
          "Cannot open broken.png: the browser cannot decode this picture"
      );
      await click(stage.page, ".notices button");
    },
  },
  {
    name: "images of one's own are opened, take the place of the digits, and give it back",
    async run(stage) {
      await drop(stage, { "images.idx": idx(50, 28, 28), "labels.idx": idx(50) });
      await stage.until(() => document.querySelectorAll(".thumb").length === 10);
      assertEquals(await stage.text(".pick legend"), "Pick one of the images.idx");
      await stage.press("Back to the built-in digits");
      await stage.until(() => document.querySelectorAll(".thumb").length === 36);
      assertEquals(await stage.text(".pick legend"), "Pick one of the built-in digits");
    },
  },
  {
    name: "a table is opened: bars in place of pixels, models trained on it, and back",
    async run({ browser, address, files }) {
      const own = await visit(browser, address);
      const opening = await own.text(".finding b");
      const lines = Array.from(
        { length: 60 },
        (_, i) => `${i % 7},${i},${100 - 2 * i},${i < 30 ? "iris" : "rose"}`,
      );
      await Deno.writeTextFile(`${files}/flowers.csv`, ["a,width,length,species", ...lines].join("\n"));
      const input = await own.page.$("input[type=file]");
      await (input as import("puppeteer-core").ElementHandle<HTMLInputElement>).uploadFile(
        `${files}/flowers.csv`,
      );
      await own.until(() => document.querySelectorAll(".features tbody tr").length === 3);
      await own.until(() => document.querySelectorAll(".card .confidences").length === 4);
      const names = await own.page.$$eval(".features tbody th", (all) => all.map((each) => each.textContent));
      assertEquals(names, ["a", "width", "length"]);
      assert(/iris|rose/.test(await own.text(".sum .verdict b")));
      assertEquals(await own.page.$(".pad"), null);
      // the digit that noise was to be taken for is no class of a table of two
      await own.until(() => document.querySelectorAll("#rubbish .noise li").length > 0);
      const targets = await own.page.$$eval(
        "#rubbish select",
        (lists) => lists.map((list) => (list as HTMLSelectElement).selectedOptions[0]?.textContent),
      );
      assert(/iris|rose/.test(targets[1] ?? ""), `${targets}`);
      await own.press("Back to the built-in digits");
      // the one that the page opens with
      await own.until((wanted) =>
        document.querySelector(".pad") &&
        document.querySelector(".finding b")?.textContent === wanted, opening);
      assertEquals(await own.page.$(".notices .error"), null);
      assertEquals(own.complaints, []);
      await own.page.close();
    },
  },
  {
    name: "the page works as a lone file, without any server",
    async run(stage) {
      const alone = await visit(stage.browser, `file://${stage.file}`);
      assert((await alone.text(".pictures figcaption span")).includes("%"));
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
