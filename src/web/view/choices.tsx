/** Controls of settings that stand in several places. @module */

import type { JSX } from "preact";
import { attackResult, epsilon, epsilonRange, models, settings } from "../page/state.ts";
import { Choice, Slider } from "./controls.tsx";
import { decimal, percent } from "./words.ts";

/** The slider of ε, with a way back to the smallest that is enough. */
export function EpsilonSlider(): JSX.Element {
  return (
    <Slider
      name={<>Size of the step, ε</>}
      value={epsilon.value ?? attackResult.value?.epsilon ?? 0}
      {...epsilonRange.value}
      format={decimal}
      onChange={(value) => settings.epsilon.value = value}
    />
  );
}

/** Picks one of the models; those that are not there yet say how far they are. */
export function ModelChoice(
  { name, value, onPick }: { name: string; value: string; onPick: (name: string) => void },
): JSX.Element {
  const options = models.value.map(({ name, title, bytes, done }) => ({
    value: name,
    text: bytes ? title : `${title} (training, ${percent(Math.floor(100 * done) / 100)})`,
    disabled: !bytes && name !== value,
  }));
  return <Choice name={name} value={value} options={options} onPick={onPick} />;
}
