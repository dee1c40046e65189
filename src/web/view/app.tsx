/// <reference lib="dom" />
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { openFiles } from "../page/files.ts";
import { notice } from "../page/state.ts";
import { Compare } from "./compare.tsx";
import { Fool } from "./fool.tsx";
import { Keep } from "./keep.tsx";
import { Rubbish } from "./rubbish.tsx";
import { Train } from "./train.tsx";

/** The whole page. */
export function App(): JSX.Element {
  return (
    <>
      <header>
        <p class="brand">Gibbon</p>
        <h1>A small step in every pixel, and the model reads another digit</h1>
        <p class="lead">
          Take a digit that a model reads with confidence, nudge each pixel the way that hurts the model most,
          and it reads another one, with confidence. This page follows{" "}
          <a href="https://arxiv.org/abs/1412.6572">Explaining and Harnessing Adversarial Examples</a>{" "}
          (Goodfellow, Shlens and Szegedy, 2015). Its models were not sent to you: they are being trained in
          your browser now, and nothing you draw or open leaves it.
        </p>
        <nav aria-label="Parts of the page">
          <a href="#fool">One step</a>
          <a href="#compare">Other models</a>
          <a href="#train">Train</a>
          <a href="#rubbish">Rubbish</a>
          <a href="#keep">Your files</a>
        </nav>
      </header>
      <main>
        <Fool />
        <Compare />
        <Train />
        <Rubbish />
        <Keep />
      </main>
      <Told />
      <Drop />
    </>
  );
}

/** What there is to tell, above everything else until it is read. */
function Told(): JSX.Element {
  const told = notice.value;
  return (
    <div class="told" role={told?.kind === "error" ? "alert" : "status"}>
      {told && (
        <p class={told.kind}>
          <span>{told.text}</span>
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
