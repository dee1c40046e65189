/// <reference lib="dom" />
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { DEFAULT_MODELS } from "../default_models.ts";
import { copyEmbed, copyLink, openFiles, saveModelFile, saveState } from "../page/files.ts";
import { entryOf } from "../page/state.ts";
import { ModelChoice } from "./choices.tsx";
import { Section } from "./controls.tsx";

/** Files in and out, and the link. */
export function Files(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const chosen = useSignal(Object.keys(DEFAULT_MODELS)[0]);
  return (
    <Section
      id="files"
      title="Bring your own"
      text={
        <>
          <p>
            Open a picture of a digit (PNG), images with their labels (IDX, as MNIST has them, both files at
            once), a table (CSV, a class and numbers in each line), or a model (ONNX of PyTorch or
            scikit-learn, or safetensors, as this page or <code>gibbon train</code>{" "}
            saves it); or drop them anywhere on the page. IDX and CSV may be packed by gzip.
          </p>
          <p>
            They stay on your computer: the page may not make requests, which its content security policy has
            the browser enforce. Everything is seeded and computed by kernels that give the same bytes in
            every browser, so a link shows others exactly what you see, except files of your own.
          </p>
        </>
      }
    >
      <div class="row">
        <input
          ref={input}
          class="hidden"
          type="file"
          multiple
          aria-label="Files to open"
          tabIndex={-1}
          onChange={async ({ currentTarget }) => {
            await openFiles([...currentTarget.files ?? []]);
            currentTarget.value = "";
          }}
        />
        <div class="buttons">
          <button type="button" class="primary" onClick={() => input.current!.click()}>Open files …</button>
        </div>
        <ModelChoice name="Model to save" value={chosen.value} onPick={(name) => chosen.value = name} />
        <div class="buttons">
          <button
            type="button"
            disabled={!entryOf(chosen.value)?.bytes}
            onClick={() => saveModelFile(chosen.value)}
          >
            Save this model
          </button>
          <button type="button" onClick={saveState}>Save state</button>
          <button type="button" onClick={() => void copyLink()}>Copy link</button>
          <button type="button" onClick={() => void copyEmbed("attack")}>Copy code to embed</button>
        </div>
      </div>
    </Section>
  );
}
