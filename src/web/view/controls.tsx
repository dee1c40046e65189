/// <reference lib="dom" />
/** Form controls with their labels. @module */

import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

/** A number on a line. */
export function Slider(
  { name, value, most, step, inWords }: {
    name: ComponentChildren;
    value: Signal<number>;
    most: number;
    step: number;
    /** The value in words. */
    inWords: (value: number) => string;
  },
): JSX.Element {
  const id = useId();
  return (
    <div class="field slider">
      <label for={id}>{name}</label>
      <output for={id}>{inWords(value.value)}</output>
      <input
        id={id}
        type="range"
        min={0}
        max={most}
        step={step}
        value={value.value}
        aria-valuetext={inWords(value.value)}
        onInput={({ currentTarget }) => value.value = +currentTarget.value}
      />
    </div>
  );
}

/** A whole number to type. */
export function Whole(
  { name, value, least, most }: { name: string; value: Signal<number>; least: number; most: number },
): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{name}</label>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={least}
        max={most}
        step={1}
        value={value.value}
        onChange={({ currentTarget }) => {
          // what is no number in the range goes back to what it was
          const given = currentTarget.valueAsNumber;
          if (Number.isInteger(given) && given >= least && given <= most) value.value = given;
          else currentTarget.value = `${value.value}`;
        }}
      />
    </div>
  );
}

/** One of several. */
export function Choice<T extends string>(
  { name, value, options, onPick }: {
    name: string;
    value: T;
    options: readonly { readonly value: T; readonly text: string; readonly disabled?: boolean }[];
    onPick: (value: T) => void;
  },
): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{name}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => onPick(currentTarget.value as T)}>
        {options.map(({ value, text, disabled }) => (
          <option key={value} value={value} disabled={disabled}>{text}</option>
        ))}
      </select>
    </div>
  );
}

/** On or off. */
export function Check({ name, value }: { name: string; value: Signal<boolean> }): JSX.Element {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={value.value}
        onChange={({ currentTarget }) => value.value = currentTarget.checked}
      />
      <span>{name}</span>
    </label>
  );
}

/** A part of the page: its heading, what is to be seen, and the thing itself. */
export function Section(
  { id, title, text, children }: {
    id: string;
    title: string;
    text: ComponentChildren;
    children: ComponentChildren;
  },
): JSX.Element {
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <div class="intro">
        <h2 id={`${id}-title`}>{title}</h2>
        <p>{text}</p>
      </div>
      {children}
    </section>
  );
}
