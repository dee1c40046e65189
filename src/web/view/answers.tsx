/// <reference lib="dom" />
/** What the attacked model answers. @module */

import type { JSX } from "preact";
import { entryOf, lines, seen, settings } from "../page/state.ts";
import { Confidences } from "./confidences.tsx";
import { Check } from "./controls.tsx";
import { Plot } from "./plot.tsx";
import { best, inEpsilon, leaders } from "./words.ts";

/** The confidence of the model that is attacked in each digit. */
export function Probabilities(): JSX.Element {
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

/** Its scores along the step. */
export function Scores(): JSX.Element {
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
