/// <reference lib="dom" />
/** Files in and out; none of them leaves the computer. @module */

import { STATE_FORMAT } from "../lab/protocol.ts";
import { address, applyLink } from "./address.ts";
import { writeLink } from "./link.ts";
import { PICTURES } from "./settings.ts";
import {
  changeEntry,
  complain,
  currentSettings,
  entryOf,
  gallery,
  OPENED,
  settings,
  tell,
  training,
} from "./state.ts";
import { restoreYours } from "./train.ts";
import { bench, workshop } from "./workers.ts";

/** Opens a visitor's own files: a model, images and labels, a saved state. */
export async function openFiles(list: Iterable<File>): Promise<void> {
  try {
    const files = await Promise.all(
      Array.from(
        list,
        async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }),
      ),
    );
    if (files.length === 0) return;
    const { model, images, link } = await bench("open", { files });
    if (model || images) await workshop("open", { files });
    if (images) {
      settings.drawn.value = settings.label.value = undefined;
      settings.digit.value = 0;
      // what was paused had other examples
      if (training.value.phase === "paused") training.value = { ...training.value, phase: "stopped" };
      gallery.value = await bench("gallery", { count: PICTURES });
    }
    if (model) {
      changeEntry(OPENED, { title: model.name, bytes: model.bytes, done: 1 });
      settings.source.value = OPENED;
    }
    if (link !== undefined) {
      applyLink(link);
      restoreYours();
    }
    tell(`Opened ${files.map(({ name }) => name).join(", ")}`);
  } catch (error) {
    complain(error);
  }
}

/** Saves the file of a model. */
export function saveModelFile(name: string): void {
  const bytes = entryOf(name)?.bytes;
  if (bytes) save(`${name}.safetensors`, new Blob([bytes], { type: "application/octet-stream" }));
}

/** Saves what is set, to be opened here again. */
export function saveState(): void {
  const state = { format: STATE_FORMAT, link: writeLink(currentSettings()) };
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
  try {
    await navigator.clipboard.writeText(address());
    tell("Copied the link");
  } catch {
    complain("Cannot copy the link: the browser does not permit it; the address bar has it");
  }
}

function save(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
