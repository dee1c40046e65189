/// <reference lib="dom" />
/** The pictures of an attack: the example, what is added, and what comes of it. @module */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Prediction } from "../messages.ts";
import { saveImage } from "../page/files.ts";
import { blank } from "../page/pixels.ts";
import { attackEntry, attackResult, example, gallery, settings } from "../page/state.ts";
import { Features } from "./features.tsx";
import { center, clear, Pad } from "./pad.tsx";
import { Picture } from "./picture.tsx";
import { decimal, directionText, noiseText, outcomeText, predictionText } from "./words.ts";

/** x + ε·direction = the attacked example, as in the paper's figure 1. */
export function Sum(): JSX.Element {
  const result = attackResult.value;
  const shown = gallery.value;
  const predictions = result?.predictions[settings.source.value];
  const fooled = result && predictions && outcomeText(predictions, result.label) === "fooled";
  const after = predictions ? predictionText(predictions.attacked, shown) : "…";
  return (
    <div class={fooled ? "sum fooled" : "sum"} data-epsilon={result?.epsilon}>
      {shown?.features
        ? (
          <>
            <Features names={shown.features} before={example.value} after={result?.attacked} />
            <p class="verdict">
              <span>{predictions ? predictionText(predictions.clean, shown) : "…"}</span>{" "}
              <span aria-hidden="true">→</span>
              <span class="hidden">becomes</span> <b>{after}</b>
            </p>
          </>
        )
        : <ImageSum predictions={predictions} />}
    </div>
  );
}

/** The same example with random signs of the same size, if that is wanted. */
export function RandomSigns(): JSX.Element | null {
  const result = attackResult.value;
  const shown = gallery.value;
  const predictions = result?.predictions[settings.source.value];
  if (!settings.control.value || !result || !predictions) return null;
  return (
    <div class="noise-control">
      {!shown?.features && (
        <Picture
          pixels={result.noisy}
          shades={[-result.scale, 1 + result.scale]}
          text={`The image with random signs, predicted as ${predictionText(predictions.noisy, shown)}`}
        />
      )}
      <p class="note">{noiseText(predictions, result.label, shown)}</p>
    </div>
  );
}

function ImageSum(
  { predictions }: { predictions: { clean: Prediction; attacked: Prediction } | undefined },
): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const result = attackResult.value;
  // where ε is a length, a pixel changes by less
  const scale = result?.scale ?? 0;
  const clean = predictions ? predictionText(predictions.clean) : "…";
  const attacked = predictions ? predictionText(predictions.attacked) : "…";
  return (
    <div class="pictures">
      <figure>
        <Pad text={predictions ? `The image, predicted as ${clean}` : "The image"} />
        <figcaption>
          <b>x</b> <span>{clean}</span>
        </figcaption>
        <p class="buttons">
          <button type="button" onClick={clear}>Clear</button>
          <button type="button" onClick={center}>Centre</button>
        </p>
      </figure>
      <span class="operator" aria-hidden="true">+ {decimal(scale)} ×</span>
      <figure>
        <Picture
          pixels={result?.direction ?? EMPTY}
          shades={[-1, 1]}
          text={result ? directionText(result) : "What is added"}
        />
        <figcaption>
          <b>{attackEntry.value?.name === "fgsm" ? "sign(∇ₓJ)" : "direction"}</b>{" "}
          <span>
            <span class="light-only">dark adds ink, light removes it, grey leaves it</span>
            <span class="dark-only">light adds ink, dark removes it, grey leaves it</span>
          </span>
        </figcaption>
      </figure>
      <span class="operator" aria-hidden="true">=</span>
      <figure>
        <Picture
          canvas={canvas}
          pixels={result?.attacked ?? EMPTY}
          shades={[-scale, 1 + scale]}
          text={predictions ? `The attacked image, predicted as ${attacked}` : "The attacked image"}
        />
        <figcaption>
          <b>attacked</b> <span>{attacked}</span>
        </figcaption>
        <p class="buttons">
          <button type="button" onClick={() => saveImage("adversarial.png", canvas.current!, 10)}>
            Save PNG
          </button>
        </p>
      </figure>
    </div>
  );
}

const EMPTY = blank();
