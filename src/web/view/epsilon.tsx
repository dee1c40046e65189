import type { JSX } from "preact";
import { MOST } from "../page/settings.ts";
import { settings } from "../page/state.ts";
import { Slider } from "./controls.tsx";
import { inEpsilon } from "./words.ts";

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
