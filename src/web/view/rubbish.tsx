/// <reference lib="dom" />
import type { JSX } from "preact";
import { PIXELS, type Rubbish as Result } from "../messages.ts";
import { saveImage } from "../page/files.ts";
import { MAX } from "../page/settings.ts";
import { gallery, noiseError, rubbish, settings, targetClass } from "../page/state.ts";
import { ModelChoice } from "./choices.tsx";
import { Choice, Section, Slider } from "./controls.tsx";
import { paint, Picture } from "./picture.tsx";
import { className, decimal, percent } from "./words.ts";

/** Noise lies within this of 0, nearly all of it. */
const SHADES = [-3, 3] as const;

/** Milliseconds of the animation and of each of its frames. */
const DURATION = 1600, FRAME = 40;

/** Noise that a model takes for a class. */
export function Rubbish(): JSX.Element {
  const { fooled, target, step, noise } = settings;
  const { classes = 10, features } = gallery.value ?? {};
  const result = rubbish.value;
  const name = (c: number) => className(gallery.value, c);
  return (
    <Section
      id="rubbish"
      title="See a digit in noise"
      text={
        <>
          <p>
            Noise is no digit, and a model that knew so would give every digit a low probability. Most models
            do not know.
          </p>
          <p>
            Move the noise one step along the gradient of a digit's probability, and the model sees that digit
            in it, though you still see noise (appendix A, figure 5). An RBF network, confident near its
            centres only, is harder to talk into it.
          </p>
        </>
      }
    >
      <div class="row">
        <ModelChoice name="Model to fool" value={fooled.value} onPick={(name) => fooled.value = name} />
        <Choice
          name="Target class"
          value={`${targetClass.value}`}
          options={Array.from({ length: classes }, (_, c) => ({ value: `${c}`, text: name(c) }))}
          onPick={(value) => target.value = +value}
        />
        <Slider
          name="Size of the step"
          value={step.value}
          max={MAX.step}
          step={0.01}
          format={decimal}
          onChange={(value) => {
            stopAnimation();
            step.value = value;
          }}
        />
        <div class="buttons">
          <button type="button" class="primary" onClick={() => void animate()}>Play the step</button>
          <button type="button" onClick={() => noise.value = (noise.value + 1) % MAX.noise}>
            New noise
          </button>
          {!features && (
            <button type="button" disabled={!result} onClick={() => result && saveSheet(result)}>
              Save PNG
            </button>
          )}
        </div>
      </div>
      {!result && <p class="note">The model is being trained …</p>}
      {result && (
        <>
          <p class="status" role="status">
            {rubbishText(result, name(result.target))} {noiseError.value !== undefined &&
              `Of noise without a step, ${percent(noiseError.value)} is taken for some class.`}
          </p>
          <ul class="noise">
            {Array.from(
              result.confidence,
              (confidence, i) => (
                <li key={i} class={result.fooled[i] && result.before[i] < 0.5 ? "fooled" : ""}>
                  {!features && (
                    <Picture
                      pixels={result.examples.subarray(i * PIXELS, (i + 1) * PIXELS)}
                      shades={SHADES}
                    />
                  )}
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

/** How many are taken for the target class, and how many were without the step. */
export function rubbishText({ fooled, before, samples }: Result, target: string): string {
  const after = fooled.reduce((n, one) => n + one, 0);
  const already = before.reduce((n, p) => n + Number(p >= 0.5), 0);
  return `${after} of ${samples} are taken for ${target} with at least 50 %${
    already > 0 ? `, ${already} of them without the step` : ""
  }.`;
}

/** Saves all the images as one. */
function saveSheet({ examples }: Result): void {
  const canvas = document.createElement("canvas");
  paint(canvas, examples, { shades: SHADES, columns: 4 });
  saveImage("rubbish.png", canvas, 5);
}

/** The animation that runs, and where its step ends. */
let running: { end: number } | undefined;

function stopAnimation(): void {
  running = undefined;
}

/** Lets the step go from 0 to its size, at once for who wants no motion. Pressed again, it begins again. */
async function animate(): Promise<void> {
  const { step } = settings;
  const own = running = { end: running?.end ?? (step.value || 0.2) };
  const frames = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : DURATION / FRAME;
  for (let frame = frames === 1 ? 1 : 0; frame <= frames && running === own; frame++) {
    step.value = frame === frames ? own.end : Math.round(1000 * own.end * frame / frames) / 1000;
    await new Promise((resolve) => setTimeout(resolve, FRAME));
  }
  if (running === own) running = undefined;
}
