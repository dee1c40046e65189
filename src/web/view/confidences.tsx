/// <reference lib="dom" />
import type { JSX } from "preact";
import type { Predictions } from "../messages.ts";
import { gallery } from "../page/state.ts";
import { className, percent } from "./words.ts";

/** The probability of each class before and after the attack, as a table with bars. */
export function Confidences(
  { predictions: { clean, attacked }, label, name, brief = false }: {
    predictions: Pick<Predictions, "clean" | "attacked">;
    label: number;
    name: string;
    /** Whether there is no room to show the numbers before the attack. */
    brief?: boolean;
  },
): JSX.Element {
  const shown = gallery.value;
  return (
    <table class={shown?.classNames ? "confidences named" : "confidences"}>
      <caption class="hidden">Confidence of {name} in each class, before and after the attack</caption>
      <thead>
        <tr>
          {["Class", "Bars", ...brief ? [] : ["Before"], brief ? "Before, then after" : "After"].map((
            name,
          ) => (
            <th key={name} scope="col">
              <span class="hidden">{name}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from(clean.probabilities, (before, c) => {
          const after = attacked.probabilities[c];
          const role = c === label ? "true" : c === attacked.predicted ? "wrong" : "";
          return (
            <tr key={c} class={role}>
              <th scope="row">{className(shown, c)}</th>
              <td class="bars" aria-hidden="true">
                <span class="before" style={{ backgroundSize: `${100 * before}% 100%` }} />
                <span class="after" style={{ backgroundSize: `${100 * after}% 100%` }} />
              </td>
              {!brief && <td>{percent(before)}</td>}
              <td>
                {brief && <span class="hidden">{percent(before)}, then</span>}
                {percent(after)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
