/// <reference lib="dom" />
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { copyLink, openFiles, saveModelFile, saveState } from "../page/files.ts";
import { models, settings } from "../page/state.ts";
import { Section } from "./controls.tsx";
import { ModelChoice } from "./models.tsx";

/** Files in and out, and the link. */
export function Keep(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const { source } = settings;
  const ready = models.value.some(({ name, bytes }) => name === source.value && bytes);
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
        <ModelChoice name="Model" value={source} />
        <div class="buttons">
          <button type="button" disabled={!ready} onClick={() => saveModelFile(source.value)}>
            Save this model
          </button>
          <button type="button" onClick={saveState}>Save state</button>
          <button type="button" onClick={() => void copyLink()}>Copy link</button>
        </div>
      </div>
    </Section>
  );
}
