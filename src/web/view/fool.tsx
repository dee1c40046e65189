/// <reference lib="dom" />
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { CLASSES, type Look } from "../lab/protocol.ts";
import { saveImage } from "../page/files.ts";
import { blank } from "../page/pixels.ts";
import { gallery, seen, settings } from "../page/state.ts";
import { Probabilities, Scores } from "./answers.tsx";
import { Choice, Section } from "./controls.tsx";
import { Epsilon } from "./epsilon.tsx";
import { ModelChoice } from "./models.tsx";
import { center, clear, Pad } from "./pad.tsx";
import { Pick } from "./pick.tsx";
import { Picture } from "./picture.tsx";
import { inEpsilon, verdict } from "./words.ts";

/** An image, the step, and what one model makes of them. */
export function Fool(): JSX.Element {
  return (
    <Section
      id="fool"
      title="One step along the sign"
      text={
        <>
          Ask the model which way each pixel raises its loss J, keep only the sign, and move every pixel by ε
          that way: <span class="formula">x + ε·sign(∇ₓJ(x, y))</span>. This is the{" "}
          <em>fast gradient sign method</em>{" "}
          (section 4 of the paper). No pixel moves by more than ε, but all 784 move together, so a score w·x
          shifts by ε‖w‖₁: a little in every pixel, a lot in sum (section 3).
        </>
      }
    >
      <div class="two">
        <div class="side">
          <Pick />
          <ModelChoice name="The step is made for" value={settings.source} />
          <Label />
        </div>
        <div>
          <Sum />
          <Epsilon />
          <p class="note">
            Ink is 1 and paper is 0; the paper uses ε = 0.25 on MNIST. Draw on the first image to see a digit
            of your own; the greys of the last reach from −ε to 1 + ε, for the step is not cut off at 0 and 1.
          </p>
        </div>
      </div>
      <div class="halves">
        <Probabilities />
        <Scores />
      </div>
    </Section>
  );
}

function Label(): JSX.Element {
  const { label, drawn, digit } = settings;
  const known = drawn.value ? undefined : gallery.value?.labels?.[digit.value];
  const options = [
    { value: "", text: known === undefined ? "what the model says it is" : `${known}, as it is labelled` },
    ...Array.from({ length: CLASSES }, (_, c) => ({ value: `${c}`, text: `${c}` })),
  ];
  return (
    <Choice
      name="The image shows"
      value={`${label.value ?? ""}`}
      options={options}
      onPick={(value) => label.value = value === "" ? undefined : +value}
    />
  );
}

/** x + ε·sign = the attacked image, as in the paper's figure 1. */
function Sum(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const look = seen.value;
  const opinion = look?.opinions[settings.source.value];
  const nothing = blank();
  const epsilon = look?.epsilon ?? settings.epsilon.value;
  return (
    <div class="sum" data-epsilon={look?.epsilon}>
      <figure>
        <Pad text={opinion ? `The image, taken for ${verdict(opinion.clean)}` : "The image"} />
        <figcaption>
          <b>x</b> <span>{opinion ? verdict(opinion.clean) : "…"}</span>
        </figcaption>
        <p class="buttons">
          <button type="button" onClick={clear}>Clear</button>
          <button type="button" onClick={center}>Centre</button>
        </p>
      </figure>
      <span class="operator" aria-hidden="true">+ {inEpsilon(epsilon)} ×</span>
      <figure>
        <Picture
          pixels={look?.signs ?? nothing}
          shades={[1, -1]}
          fixed
          text={look ? signsInWords(look) : "The signs of the gradient"}
        />
        <figcaption>
          <b>sign(∇ₓJ)</b> <span>white up, black down</span>
        </figcaption>
      </figure>
      <span class="operator" aria-hidden="true">=</span>
      <figure class={look && opinion && opinion.attacked.predicted !== look.label ? "fooled" : ""}>
        <Picture
          canvas={canvas}
          pixels={look?.attacked ?? nothing}
          shades={[-epsilon, 1 + epsilon]}
          text={opinion
            ? `The image after the step, taken for ${verdict(opinion.attacked)}`
            : "The image after the step"}
        />
        <figcaption>
          <b>after</b> <span>{opinion ? verdict(opinion.attacked) : "…"}</span>
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

function signsInWords({ signs }: Look): string {
  const count = (sign: number) => signs.reduce((n, value) => n + Number(value === sign), 0);
  return `The signs of the gradient: ${count(1)} pixels up, ${count(-1)} down, ${count(0)} left alone`;
}
