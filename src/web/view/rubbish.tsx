/// <reference lib="dom" />
import type { JSX } from "preact";
import { CLASSES, type Growth, PIXELS } from "../lab/protocol.ts";
import { saveImage } from "../page/files.ts";
import { MOST } from "../page/settings.ts";
import { grown, noiseError, settings } from "../page/state.ts";
import { Choice, Section, Slider } from "./controls.tsx";
import { ModelChoice } from "./models.tsx";
import { paint } from "./paint.ts";
import { Picture } from "./picture.tsx";
import { inEpsilon, percent } from "./words.ts";

/** Noise lies within this of 0, nearly all of it. */
const SHADES = [-3, 3] as const;

/** Milliseconds that growing takes, and the steps in which it grows. */
const DURATION = 1600, FRAME = 40;

/** Grows rubbish from noise. */
export function Rubbish(): JSX.Element {
  const { fooled, target, step, noise } = settings;
  const growth = grown.value;
  return (
    <Section
      id="rubbish"
      title="Rubbish that is a digit"
      text={
        <>
          Noise is no digit, and a model that knew so would give each digit a low probability. Move the noise
          one step up the gradient of the probability of a digit and the model sees that digit in it, though
          you still see noise (appendix A, figure 5). To most models, most noise is some digit without any
          step. Only the RBF network, confident near its centres alone, is hard to talk into it.
        </>
      }
    >
      <div class="row">
        <ModelChoice name="Model to fool" value={fooled} />
        <Choice
          name="Grow toward"
          value={`${target.value}`}
          options={Array.from({ length: CLASSES }, (_, c) => ({ value: `${c}`, text: `${c}` }))}
          onPick={(value) => target.value = +value}
        />
        <Slider name="Size of the step" value={step} most={MOST.step} step={0.01} inWords={inEpsilon} />
        <div class="buttons">
          <button type="button" class="primary" onClick={() => void growSlowly()}>Grow</button>
          <button type="button" onClick={() => noise.value = (noise.value + 1) % MOST.noise}>
            New noise
          </button>
          <button type="button" disabled={!growth} onClick={() => growth && saveSheet(growth)}>
            Save PNG
          </button>
        </div>
      </div>
      {growth && (
        <>
          <p class="status" role="status">
            {growth.fooled.reduce((n, one) => n + one, 0)} of {growth.samples} are taken for the digit{" "}
            {target.value} with at least 50 %. {noiseError.value !== undefined &&
              `Of noise without a step, ${percent(noiseError.value)} is taken for some digit.`}
          </p>
          <ul class="noise">
            {Array.from(
              growth.confidence,
              (confidence, i) => (
                <li key={i} class={growth.fooled[i] ? "fooled" : ""}>
                  <Picture
                    pixels={growth.images.subarray(i * PIXELS, (i + 1) * PIXELS)}
                    shades={SHADES}
                  />
                  <span>{percent(confidence)}</span>
                </li>
              ),
            )}
          </ul>
        </>
      )}
    </Section>
  );
}

/** Saves all the images as one. */
function saveSheet({ images }: Growth): void {
  const canvas = document.createElement("canvas");
  paint(canvas, images, { shades: SHADES, columns: 4 });
  saveImage("rubbish.png", canvas, 5);
}

/** Lets the step grow from nothing to what it is, at once for who wants no motion. */
async function growSlowly(): Promise<void> {
  const { step } = settings;
  const end = step.value || 0.2;
  const frames = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : DURATION / FRAME;
  for (let frame = frames === 1 ? 1 : 0; frame <= frames; frame++) {
    step.value = frame === frames ? end : Math.round(1000 * end * frame / frames) / 1000;
    await new Promise((resolve) => setTimeout(resolve, FRAME));
  }
}
