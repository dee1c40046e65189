/// <reference lib="dom" />
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { ROSTER } from "../lab/roster.ts";
import { copyLink, openFiles, saveModelFile, saveState } from "../page/files.ts";
import { entryOf } from "../page/state.ts";
import { Section } from "./controls.tsx";
import { ModelChoice } from "./models.tsx";

/** Files in and out, and the link. */
export function Keep(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const chosen = useSignal(Object.keys(ROSTER)[0]);
  return (
    <Section
      id="keep"
      title="Your own files"
      text={
        <>
          Open a model (safetensors, as this page or <code>gibbon train</code>{" "}
          saves it) or images and labels of your own (IDX, the format of MNIST, also packed by gzip; choose
          both files at once), or drop them anywhere on the page. They stay on your computer: the page may not
          make requests, which its content security policy has the browser enforce. Everything is seeded and
          computed by kernels that give the same bytes in every browser, so a link shows others exactly what
          you see, but for files of your own.
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
        <ModelChoice name="Model to save" value={chosen} />
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
        </div>
      </div>
    </Section>
  );
}
