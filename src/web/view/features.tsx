/// <reference lib="dom" />
/** An example of a table: bars in place of pixels. @module */

import type { JSX } from "preact";
import { decimal } from "./words.ts";

/** Features that are shown: those that change most, if there are more. */
const MAX_SHOWN = 24;

/** Each feature's value before and after the attack; the bars reach from 0 to 1, the range of the table. */
export function Features(
  { names, before, after }: { names: readonly string[]; before: Float32Array; after?: Float32Array },
): JSX.Element {
  const change = (i: number) => Math.abs((after?.[i] ?? before[i]) - before[i]);
  const shown = names.map((_, i) => i).sort((a, b) => change(b) - change(a)).slice(0, MAX_SHOWN)
    .sort((a, b) => a - b);
  return (
    <table class="features confidences">
      <caption class="note">
        {names.length > shown.length
          ? `The ${shown.length} of ${names.length} inputs that change most. `
          : ""}
        Each column is scaled so that its values in the table lie in 0 … 1. Upper bars before the attack,
        lower ones after it.
      </caption>
      <thead>
        <tr>
          {["Input", "Bars", "Before", "After"].map((name) => (
            <th key={name} scope="col">
              <span class="hidden">{name}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map((i) => (
          <tr key={i}>
            <th scope="row">{names[i]}</th>
            <td class="bars" aria-hidden="true">
              <span class="before" style={{ backgroundSize: part(before[i]) }} />
              <span class="after" style={{ backgroundSize: part(after?.[i] ?? before[i]) }} />
            </td>
            <td>{decimal(before[i])}</td>
            <td>{after && decimal(after[i])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function part(value: number): string {
  return `${100 * Math.min(1, Math.max(0, value))}% 100%`;
}
