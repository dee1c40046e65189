/// <reference lib="dom" />
import type { JSX } from "preact";
import { PIXELS } from "../lab/protocol.ts";
import { gallery, settings } from "../page/state.ts";
import { Picture } from "./picture.tsx";

/** The images to pick from. */
export function Pick(): JSX.Element {
  const { images = new Float32Array(), labels, name = "digits" } = gallery.value ?? {};
  const count = images.length / PIXELS;
  return (
    <fieldset class="pick">
      <legend>Pick one of the {name}</legend>
      <div class="thumbs">
        {Array.from({ length: count }, (_, i) => (
          <Thumb
            key={i}
            index={i}
            pixels={images.subarray(i * PIXELS, (i + 1) * PIXELS)}
            text={labels ? `Image ${i + 1}, digit ${labels[i]}` : `Image ${i + 1}`}
          />
        ))}
      </div>
    </fieldset>
  );
}

function Thumb({ index, pixels, text }: { index: number; pixels: Float32Array; text: string }): JSX.Element {
  const { digit, drawn, label } = settings;
  const pick = () => {
    drawn.value = label.value = undefined;
    digit.value = index;
  };
  return (
    <label class="thumb">
      <input
        type="radio"
        name="digit"
        aria-label={text}
        checked={digit.value === index && !drawn.value}
        onChange={pick}
      />
      <Picture pixels={pixels} />
    </label>
  );
}
