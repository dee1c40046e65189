import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { models } from "../page/state.ts";
import { Choice } from "./controls.tsx";
import { percent } from "./words.ts";

/** Picks one of the models; those that are not there yet say how far they are. */
export function ModelChoice({ name, value }: { name: string; value: Signal<string> }): JSX.Element {
  const options = models.value.map(({ name, title, bytes, done }) => ({
    value: name,
    text: bytes ? title : `${title} (training, ${percent(Math.floor(100 * done) / 100)})`,
    disabled: !bytes && name !== value.value,
  }));
  return <Choice name={name} value={value.value} options={options} onPick={(name) => value.value = name} />;
}
