/// <reference lib="dom" />
/** What the attacked model predicts. @module */

import type { JSX } from "preact";
import {
  attackEntry,
  attackResult,
  curves,
  entryOf,
  epsilon,
  gallery,
  settings,
  subject,
} from "../page/state.ts";
import { Confidences } from "./confidences.tsx";
import { Check } from "./controls.tsx";
import { Plot } from "./plot.tsx";
import { best, className, confidenceText, curvesText, decimal, topClasses } from "./words.ts";

/** The confidence of the attacked model in each class. */
export function Probabilities(): JSX.Element {
  const result = attackResult.value;
  const source = settings.source.value;
  const predictions = result?.predictions[source];
  return (
    <div>
      <h3>Confidence in each class</h3>
      {result && predictions && (
        <>
          <Confidences
            predictions={predictions}
            label={result.label}
            name={entryOf(source)?.title ?? source}
          />
          <p class="note">
            Upper bars before the attack, lower ones after it. {confidenceText(predictions, result.label)}
          </p>
        </>
      )}
    </div>
  );
}

/** Its scores along the gradient's sign. */
export function Scores(): JSX.Element {
  const shown = curves.value;
  const { far } = settings;
  // the curves go along the gradient's sign, where only one attack goes
  const { options } = subject.value ?? {};
  const alongSign = attackEntry.value?.name === "fgsm" && (options?.norm ?? "Linf") === "Linf";
  const mark = alongSign && subject.value?.target === undefined ? epsilon.value : undefined;
  const top = shown && mark !== undefined ? best(shown.scores, nearest(shown.epsilons, mark)) : undefined;
  const name = (c: number) => className(gallery.value, c);
  return (
    <div id="scores">
      <h3 tabIndex={-1}>Scores against ε</h3>
      {shown && (
        <>
          <Plot
            x={shown.epsilons}
            lines={shown.scores.map((values, c) => ({
              name: name(c),
              values,
              role: c === shown.label ? "plain" : c === top ? "accent" : "quiet",
              tag: c === shown.label || c === top ? name(c) : undefined,
            }))}
            xName="ε"
            yName="score"
            mark={mark}
            text={`Scores of the classes as ε goes from ${decimal(shown.epsilons[0])} to ${
              decimal(shown.epsilons.at(-1)!)
            }: the highest is that of ${topClasses(shown, gallery.value)}`}
          />
          <p class="note">
            The scores before they become probabilities, as the example moves along the gradient's sign.
            Strongest line: the label{mark === undefined
              ? ""
              : "; colour: the class that is highest at your ε"}. {curvesText(shown, gallery.value)}
          </p>
        </>
      )}
      <Check
        name="Far beyond the slider, from −10 to 10, as in the paper's figure 4"
        value={far.value}
        onChange={(value) => far.value = value}
      />
    </div>
  );
}

function nearest(epsilons: Float32Array, epsilon: number): number {
  return epsilons.reduce(
    (at, value, i) => Math.abs(value - epsilon) < Math.abs(epsilons[at] - epsilon) ? i : at,
    0,
  );
}
