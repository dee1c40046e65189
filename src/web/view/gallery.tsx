/// <reference lib="dom" />
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { PIXELS } from "../messages.ts";
import { closeFiles } from "../page/files.ts";
import { gallery, reportError, settings } from "../page/state.ts";
import { Choice } from "./controls.tsx";
import { addressOf } from "./picture.tsx";
import { className } from "./words.ts";

/** The examples to pick from. */
export function GalleryChoice(): JSX.Element {
  const shown = gallery.value;
  const { examples = new Float32Array(), labels, inputs = 1, name = "digits", builtIn = true } = shown ?? {};
  const count = examples.length / inputs;
  const text = (i: number) => labels ? `, ${className(shown, labels[i])}` : "";
  return (
    <div class="gallery">
      {shown?.features
        ? (
          <Choice
            name={`Example of ${name}`}
            value={`${settings.digit.value}`}
            options={Array.from(
              { length: count },
              (_, i) => ({ value: `${i}`, text: `Example ${i + 1}${text(i)}` }),
            )}
            onPick={(value) => pick(+value)}
          />
        )
        : (
          <fieldset class="pick">
            <legend>Pick one of the {name}</legend>
            <div class="thumbs">
              {Array.from({ length: count }, (_, i) => (
                <Thumb
                  key={`${name} ${i}`}
                  index={i}
                  pixels={examples}
                  text={labels ? `Image ${i + 1}, digit ${labels[i]}` : `Image ${i + 1}`}
                />
              ))}
            </div>
          </fieldset>
        )}
      {!builtIn && (
        <button type="button" onClick={() => void closeFiles().catch(reportError)}>
          Back to the built-in digits
        </button>
      )}
    </div>
  );
}

function Thumb({ index, pixels, text }: { index: number; pixels: Float32Array; text: string }): JSX.Element {
  const { digit, drawn } = settings;
  return (
    <label class="thumb">
      <input
        type="radio"
        name="digit"
        aria-label={text}
        checked={digit.value === index && !drawn.value}
        onChange={() => pick(index)}
      />
      <span class="picture">
        <img
          alt=""
          src={useMemo(
            () => addressOf(pixels.subarray(PIXELS * index, PIXELS * (index + 1))),
            [pixels, index],
          )}
        />
      </span>
    </label>
  );
}

function pick(index: number): void {
  const { digit, drawn, label } = settings;
  drawn.value = label.value = undefined;
  digit.value = index;
}
