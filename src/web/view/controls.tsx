/// <reference lib="dom" />
/** Form controls with their labels. @module */

import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { type Field, problem, rangeOf } from "../../schema.ts";
import type { CatalogEntry, OptionValues } from "../messages.ts";
import { readOption } from "../page/link.ts";

/** A number on a line. */
export function Slider(
  { name, value, max, step, format, onChange }: {
    name: ComponentChildren;
    value: number;
    max: number;
    step: number;
    /** The value as text. */
    format: (value: number) => string;
    onChange: (value: number) => void;
  },
): JSX.Element {
  const id = useId();
  return (
    <div class="field slider">
      <label for={id}>{name}</label>
      <output for={id}>{format(value)}</output>
      <input
        id={id}
        type="range"
        min={0}
        max={max}
        step={step}
        value={value}
        aria-valuetext={format(value)}
        onInput={({ currentTarget }) => onChange(+currentTarget.value)}
      />
    </div>
  );
}

/** A value to type; what does not fit is told beside it, and nothing changes. */
export function TextField(
  { name, text, wanted, numeric = false, disabled, onText }: {
    name: string;
    text: string;
    /** What fits, in words that follow "must be". */
    wanted: string;
    numeric?: boolean;
    disabled?: boolean;
    /** Takes the text; false if it does not fit. */
    onText: (text: string) => boolean;
  },
): JSX.Element {
  const id = useId();
  const [refused, setRefused] = useState(false);
  return (
    <div class="field">
      <label for={id}>{name}</label>
      <input
        id={id}
        type="text"
        inputMode={numeric ? "numeric" : undefined}
        autocomplete="off"
        value={text}
        disabled={disabled}
        aria-invalid={refused}
        aria-describedby={refused ? `${id}-problem` : undefined}
        onChange={({ currentTarget }) => setRefused(!onText(currentTarget.value.trim()))}
        onBlur={({ currentTarget }) => {
          if (!refused) currentTarget.value = text;
        }}
      />
      {refused && <span id={`${id}-problem`} class="problem" role="alert">{`must be ${wanted}`}</span>}
    </div>
  );
}

/** A whole number to type. */
export function NumberField(
  { name, value, min, max, disabled, onChange }: {
    name: string;
    value: number;
    min: number;
    max: number;
    disabled?: boolean;
    onChange: (value: number) => void;
  },
): JSX.Element {
  return (
    <TextField
      name={name}
      text={`${value}`}
      wanted={`a whole number from ${min} to ${max}`}
      numeric
      disabled={disabled}
      onText={(text) => {
        const fits = /^\d{1,9}$/.test(text) && +text >= min && +text <= max;
        if (fits) onChange(+text);
        return fits;
      }}
    />
  );
}

/** One of several. */
export function Choice<T extends string>(
  { name, value, options, disabled, onPick }: {
    name: string;
    value: T;
    options: readonly { readonly value: T; readonly text: string; readonly disabled?: boolean }[];
    disabled?: boolean;
    onPick: (value: T) => void;
  },
): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{name}</label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        onChange={({ currentTarget }) => onPick(currentTarget.value as T)}
      >
        {options.map(({ value, text, disabled }) => (
          <option key={value} value={value} disabled={disabled}>{text}</option>
        ))}
      </select>
    </div>
  );
}

/** On or off. */
export function Check(
  { name, value, disabled, onChange }: {
    name: string;
    value: boolean;
    disabled?: boolean;
    onChange: (value: boolean) => void;
  },
): JSX.Element {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={value}
        disabled={disabled}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <span>{name}</span>
    </label>
  );
}

/** A control for each option of a family or an attack, made from its schema; folded away, for most need none. */
export function OptionControls(
  { entry, values, disabled, onChange }: {
    entry: CatalogEntry | undefined;
    values: OptionValues;
    disabled?: boolean;
    onChange: (values: OptionValues) => void;
  },
): JSX.Element | null {
  const fields = Object.entries(entry?.options ?? {});
  if (fields.length === 0) return null;
  const set = (key: string, value: unknown) => {
    const { [key]: _, ...others } = values;
    onChange(value === undefined ? others : { ...others, [key]: value });
  };
  return (
    <details class="options">
      <summary>Options of {entry!.title}</summary>
      <div class="row">
        {fields.map(([key, field]) => (
          <OptionControl
            key={`${entry!.name} ${key}`}
            name={key}
            field={field}
            value={values[key] ?? field.default}
            disabled={disabled}
            onChange={(value) => set(key, value)}
          />
        ))}
      </div>
    </details>
  );
}

function OptionControl(
  { name, field, value, disabled, onChange }: {
    name: string;
    field: Field;
    value: unknown;
    disabled?: boolean;
    onChange: (value: unknown) => void;
  },
): JSX.Element {
  const control = field.kind === "boolean"
    ? <Check name={name} value={value === true} disabled={disabled} onChange={onChange} />
    : field.kind === "choice"
    ? (
      <Choice
        name={name}
        value={`${value ?? ""}`}
        disabled={disabled}
        options={[
          ...value === undefined ? [{ value: "", text: "default" }] : [],
          ...(field.choices ?? []).map((word) => ({ value: word, text: word })),
        ]}
        onPick={(word) => onChange(word || undefined)}
      />
    )
    : (
      <TextField
        name={name}
        text={value === undefined ? "" : `${value}`}
        wanted={rangeOf(field)}
        disabled={disabled}
        onText={(text) => {
          const read = text === "" ? undefined : readOption(text.replaceAll(" ", ""));
          const parsed = field.kind.endsWith("s") && typeof read === "number" ? [read] : read;
          const fits = parsed === undefined ? text === "" : problem(field, parsed) === undefined;
          if (fits) onChange(parsed);
          return fits;
        }}
      />
    );
  return <div class="option" title={field.help}>{control}</div>;
}

/** A part of the page: its heading, what it is about, and the thing itself. */
export function Section(
  { id, title, text, children }: {
    id: string;
    title: string;
    text?: ComponentChildren;
    children: ComponentChildren;
  },
): JSX.Element {
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <div class={text ? "intro" : ""}>
        <h2 id={`${id}-title`} tabIndex={-1}>{title}</h2>
        {text && <div class="text">{text}</div>}
      </div>
      {children}
    </section>
  );
}
