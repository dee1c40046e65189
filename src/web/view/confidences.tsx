/// <reference lib="dom" />
import type { JSX } from "preact";
import type { Opinion } from "../lab/protocol.ts";
import { percent } from "./words.ts";

/** The probability of each class before and after the step, as a table with bars. */
export function Confidences(
  { opinion: { clean, attacked }, label, name, brief = false }: {
    opinion: Opinion;
    label: number;
    name: string;
    /** Whether there is no room to show the numbers before the step. */
    brief?: boolean;
  },
): JSX.Element {
  return (
    <table class="confidences">
      <caption class="hidden">What {name} says of each digit, before and after the step</caption>
      <thead>
        <tr>
          {["Digit", "Bars", ...brief ? [] : ["Before"], brief ? "Before, then after" : "After"].map((
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
              <th scope="row">{c}</th>
              <td class="bars" aria-hidden="true">
                <span class="before" style={{ width: `${100 * before}%` }} />
                <span class="after" style={{ width: `${100 * after}%` }} />
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
