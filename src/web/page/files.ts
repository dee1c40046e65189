/// <reference lib="dom" />
/** Files in and out; none of them leaves the computer. @module */

import { type NamedBytes, STATE_FORMAT } from "../messages.ts";
import { address, applyLink, linkOfPage } from "./history.ts";
import { isPicture, readPicture } from "./images.ts";
import { quantize } from "./pixels.ts";
import { DEFAULTS } from "./settings.ts";
import {
  changeEntry,
  entryOf,
  exchanging,
  gallery,
  notify,
  OPENED,
  reportError,
  resetModels,
  settings,
  training,
} from "./state.ts";
import { showExamples, trainDefaults } from "./start.ts";
import { forgetTraining, restoreTraining } from "./train.ts";
import { requestAll } from "./workers.ts";

/** Opens a visitor's own files: a model, images and labels, a table, a picture, a saved state. */
export async function openFiles(list: Iterable<File>): Promise<void> {
  try {
    const all = await Promise.all(
      Array.from(
        list,
        async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }),
      ),
    );
    if (all.length === 0) return;
    const picture = all.find(({ bytes }) => isPicture(bytes));
    const files = all.filter(({ bytes }) => !isPicture(bytes));
    if (picture) await showPicture(picture);
    if (files.length > 0) await openOthers(files);
    notify(`Opened ${all.map(({ name }) => name).join(", ")}`);
  } catch (error) {
    reportError(error);
  }
}

/** Takes the built-in digits again. */
export async function closeFiles(): Promise<void> {
  await exchange(async () => {
    const { reshaped } = await requestAll("closeFiles", {});
    await replaceExamples(reshaped, DEFAULTS.digit);
  });
}

async function showPicture({ name, bytes }: NamedBytes): Promise<void> {
  if (gallery.value?.features) throw new Error(`Cannot open ${name}: the examples are a table, not images`);
  const image = quantize(await readPicture(name, bytes));
  settings.label.value = undefined;
  settings.drawn.value = image;
}

async function openOthers(files: readonly NamedBytes[]): Promise<void> {
  const { model, link } = await exchange(async () => {
    const opened = await requestAll("openFiles", { files });
    if (opened.examples) await replaceExamples(opened.reshaped, 0);
    return opened;
  });
  if (model) {
    changeEntry(OPENED, { title: model.name, bytes: model.bytes, done: 1 });
    settings.source.value = OPENED;
  }
  if (link !== undefined) {
    applyLink(link);
    restoreTraining();
  }
}

/** Does `work`, in which the workers take other examples. */
async function exchange<T>(work: () => Promise<T>): Promise<T> {
  exchanging.value = true;
  try {
    return await work();
  } finally {
    exchanging.value = false;
  }
}

/**
 * Shows the examples that the workers have now, and of them the one at `digit`; trains the default models if theirs had
 * another shape.
 */
async function replaceExamples(reshaped: boolean, digit: number): Promise<void> {
  settings.drawn.value = settings.label.value = settings.aim.value = undefined;
  settings.digit.value = digit;
  // a paused training had other examples
  if (training.value.phase === "paused") training.value = { ...training.value, phase: "stopped" };
  if (reshaped) {
    forgetTraining();
    resetModels();
  }
  await showExamples();
  if (reshaped) void trainDefaults().catch(reportError);
}

/** Saves the file of a model. */
export function saveModelFile(name: string): void {
  const bytes = entryOf(name)?.bytes;
  if (bytes) save(`${name}.safetensors`, new Blob([bytes], { type: "application/octet-stream" }));
}

/** Saves what is set, to be opened here again. */
export function saveState(): void {
  const state = { format: STATE_FORMAT, link: linkOfPage() };
  save("playground.json", new Blob([`${JSON.stringify(state, null, 2)}\n`], { type: "application/json" }));
}

/** Saves what `canvas` shows, each of its pixels `scale` wide. */
export function saveImage(name: string, canvas: HTMLCanvasElement, scale: number): void {
  const large = document.createElement("canvas");
  large.width = canvas.width * scale;
  large.height = canvas.height * scale;
  const context = large.getContext("2d")!;
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, large.width, large.height);
  large.toBlob((blob) => blob && save(name, blob), "image/png");
}

/** Copies the link to what is set. */
export async function copyLink(): Promise<void> {
  await copy(address(), "link", "the address bar has it");
}

/** Copies what shows one part of the page within another page. */
export async function copyEmbed(part: string): Promise<void> {
  const [page, link = ""] = address().split("#");
  const source = `${page.split("?")[0]}?embed=${part}${link && `#${link}`}`.replaceAll("&", "&amp;");
  const code = `<iframe src="${source}" width="720" height="640" title="Gibbon playground"></iframe>`;
  await copy(code, "code to embed", "its address is that of this page with ?embed before the #");
}

async function copy(text: string, what: string, otherwise: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(`Copied the ${what}`);
  } catch {
    reportError(`Cannot copy the ${what}: the browser does not permit it; ${otherwise}`);
  }
}

function save(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
