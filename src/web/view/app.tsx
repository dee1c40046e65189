/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { openFiles } from "../page/files.ts";
import { changes, reset, undo } from "../page/history.ts";
import { PRESETS, scrollToPart, showPreset } from "../page/presets.ts";
import { notice } from "../page/state.ts";
import { Attack } from "./attack.tsx";
import { Compare } from "./compare.tsx";
import { Files } from "./files.tsx";
import { Rubbish } from "./rubbish.tsx";
import { Train } from "./train.tsx";

/** The parts of the page by their ids, as the menu calls them. */
const PARTS: Readonly<Record<string, { name: string; part: () => JSX.Element }>> = {
  attack: { name: "Attack", part: Attack },
  compare: { name: "Other models", part: Compare },
  train: { name: "Train", part: Train },
  rubbish: { name: "Noise", part: Rubbish },
  files: { name: "Your files", part: Files },
};

/** The whole page, or one part of it within another page. */
export function App({ embed }: { embed?: string }): JSX.Element {
  if (embed !== undefined) {
    const { part: Part } = Object.hasOwn(PARTS, embed) ? PARTS[embed] : PARTS.attack;
    return (
      <>
        <main>
          <Part />
          <p class="note">
            <a href={location.pathname} target="_blank" rel="noopener">Gibbon, the whole playground</a>
          </p>
        </main>
        <Notices />
      </>
    );
  }
  return (
    <>
      <header>
        <p class="brand">Gibbon</p>
        <h1>A small step in every pixel, and the model reads another digit</h1>
        <p class="lead">
          Add a pattern too faint to matter to you, and the model takes one digit for another. Drag ε to see
          how little it takes. From{" "}
          <a href="https://arxiv.org/abs/1412.6572">Explaining and Harnessing Adversarial Examples</a>{" "}
          (Goodfellow, Shlens and Szegedy, 2015). The models are trained in your browser, now; nothing you
          draw or open leaves it.
        </p>
        <ol class="presets" aria-label="The paper in five steps">
          {PRESETS.map((preset) => (
            <li key={preset.title}>
              <button type="button" onClick={() => showPreset(preset)}>
                <b>{preset.title}</b> <span>{preset.text}</span>
              </button>
            </li>
          ))}
        </ol>
      </header>
      <nav aria-label="Parts of the page">
        {Object.entries(PARTS).map(([id, { name }]) => (
          <a
            key={id}
            href={`#${id}`}
            onClick={(event) => {
              // the address holds the settings
              event.preventDefault();
              scrollToPart(id);
            }}
          >
            {name}
          </a>
        ))}
        <span class="buttons">
          <button type="button" disabled={changes.value === 0} onClick={undo}>Undo</button>
          <button type="button" onClick={reset}>Reset</button>
        </span>
      </nav>
      <main>
        {Object.entries(PARTS).map(([id, { part: Part }]) => <Part key={id} />)}
      </main>
      <Notices />
      <Drop />
    </>
  );
}

/** Messages to the visitor, above everything else until they are read. */
function Notices(): JSX.Element {
  const shown = notice.value;
  return (
    <div class="notices" role={shown?.kind === "error" ? "alert" : "status"}>
      {shown && (
        <p class={shown.kind}>
          <span>{shown.text}</span>
          <button type="button" aria-label="Dismiss" onClick={() => notice.value = undefined}>×</button>
        </p>
      )}
    </div>
  );
}

/** Takes files that are dropped anywhere. */
function Drop(): JSX.Element | null {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files");
    const listeners: Record<string, (event: DragEvent) => void> = {
      dragover(event) {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      },
      dragleave: ({ relatedTarget }) => relatedTarget === null && setOver(false),
      drop(event) {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(false);
        void openFiles([...event.dataTransfer!.files]);
      },
    };
    const all = Object.entries(listeners) as [string, EventListener][];
    all.forEach(([name, listener]) => addEventListener(name, listener));
    return () => all.forEach(([name, listener]) => removeEventListener(name, listener));
  }, []);
  return over ? <div class="drop" aria-hidden="true">Drop to open</div> : null;
}
