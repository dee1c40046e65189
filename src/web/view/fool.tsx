/// <reference lib="dom" />
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { CLASSES, type Look } from "../lab/protocol.ts";
import { saveImage } from "../page/files.ts";
import { MOST } from "../page/settings.ts";
import { entryOf, gallery, lines, seen, settings } from "../page/state.ts";
import { Confidences } from "./confidences.tsx";
import { Check, Choice, Section, Slider } from "./controls.tsx";
import { ModelChoice } from "./models.tsx";
import { center, clear, Pad } from "./pad.tsx";
import { Pick } from "./pick.tsx";
import { Picture } from "./picture.tsx";
import { Plot } from "./plot.tsx";
import { best, inEpsilon, leaders, verdict } from "./words.ts";

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

/** The slider of ε, wherever it is at hand. */
export function Epsilon(): JSX.Element {
  return (
    <Slider
      name={<>Size of the step, ε</>}
      value={settings.epsilon}
      most={MOST.epsilon}
      step={0.005}
      inWords={inEpsilon}
    />
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
      name="The image is a"
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
  const nothing = new Float32Array(784);
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

function Probabilities(): JSX.Element {
  const look = seen.value;
  const source = settings.source.value;
  const opinion = look?.opinions[source];
  const title = entryOf(source)?.title ?? source;
  return (
    <div>
      <h3>Ten confidences</h3>
      {look && opinion && <Confidences opinion={opinion} label={look.label} name={title} />}
      <p class="note">
        Upper bars before the step, lower ones after it. The mistake is often made with more confidence than
        the right answer was. An RBF network's ten probabilities are independent: they may all be near zero,
        which says “none of these”.
      </p>
    </div>
  );
}

function Scores(): JSX.Element {
  const curves = lines.value;
  const { far, epsilon } = settings;
  const mark = epsilon.value;
  const top = curves && best(curves.scores, nearest(curves.epsilons, mark));
  return (
    <div>
      <h3>Scores against ε</h3>
      {curves && (
        <Plot
          x={curves.epsilons}
          lines={curves.scores.map((values, c) => ({
            name: `${c}`,
            values,
            role: c === curves.label ? "plain" : c === top ? "accent" : "quiet",
            tag: c === curves.label || c === top ? `${c}` : undefined,
          }))}
          xName="ε"
          yName="score"
          mark={mark}
          text={`Scores of the ten digits as ε goes from ${inEpsilon(curves.epsilons[0])} to ${
            inEpsilon(curves.epsilons.at(-1)!)
          }: the highest is that of ${leaders(curves)}`}
        />
      )}
      <Check name="Far beyond the slider, from −10 to 10, as in the paper's figure 4" value={far} />
      <p class="note">
        The scores that the probabilities are made of, along this one direction. Black is the true digit,
        colour the one on top at your ε. They are nearly straight lines, exactly so for softmax regression:
        models are fooled because they are too linear, not because they are too wild. The right digit leads in
        a thin band about ε = 0.
      </p>
    </div>
  );
}

function nearest(epsilons: Float32Array, epsilon: number): number {
  return epsilons.reduce(
    (at, value, i) => Math.abs(value - epsilon) < Math.abs(epsilons[at] - epsilon) ? i : at,
    0,
  );
}
