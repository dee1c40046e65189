/// <reference lib="dom" />
import type { JSX } from "preact";
import {
  attackEntry,
  catalog,
  entryOf,
  epsilon,
  epsilonRange,
  gallery,
  proven,
  settings,
  smallest,
  strongest,
  subject,
  usableOptions,
} from "../page/state.ts";
import { Probabilities, Scores } from "./answers.tsx";
import { EpsilonSlider, ModelChoice } from "./choices.tsx";
import { Check, Choice, OptionControls, Section } from "./controls.tsx";
import { GalleryChoice } from "./gallery.tsx";
import { RandomSigns, Sum } from "./sum.tsx";
import { className, decimal, finding, provenText, strongestText } from "./words.ts";

/** An example, the attack, and one model's predictions. */
export function Attack(): JSX.Element {
  const { source, control } = settings;
  return (
    <Section
      id="attack"
      title="Change every pixel a little"
    >
      <div class="two">
        <div>
          <Finding />
          <Sum />
          <EpsilonSlider />
          <Check
            name="Beside it, random signs of the same size"
            value={control.value}
            onChange={(value) => control.value = value}
          />
          <RandomSigns />
          <Strongest />
          <Proven />
        </div>
        <div class="side">
          <GalleryChoice />
          <ModelChoice
            name="Attacked model"
            value={source.value}
            onPick={(name) => source.value = name}
          />
          <AttackChoice />
          <LabelChoice />
        </div>
      </div>
      <div class="prose">
        <p>
          A model adds up many inputs, each times a weight. Change each pixel by only ε, but each in the
          direction that hurts, and 784 small harms add up to a large one, while to your eye little has
          happened.
        </p>
        <p>
          To find those directions, ask the model how its loss J would grow with each pixel, and keep the
          sign: <span class="formula">x + ε·sign(∇ₓJ(x, y))</span>, the <em>fast gradient sign method</em>
          {" "}
          (section 4). A score w·x then shifts by ε‖w‖₁ (section 3).
        </p>
      </div>
      <div class="halves">
        <Probabilities />
        <Scores />
      </div>
      {!gallery.value?.features && (
        <p class="note">
          Ink is 1 and paper is 0; the paper uses ε = 0.25. Draw on the first image to attack a digit of your
          own. The attacked image is shown with greys beyond 0 and 1, as far as a pixel changes, because the
          step is not cut off there.
        </p>
      )}
    </Section>
  );
}

/** Which ε is enough, in one sentence, and a way to it. */
function Finding(): JSX.Element {
  const current = smallest.value?.subject === subject.value ? smallest.value : undefined;
  const target = current?.subject.target;
  const text = current
    ? finding(current.result, {
      max: epsilonRange.value.max,
      target: target === undefined ? undefined : className(gallery.value, target),
      gallery: gallery.value,
    })
    : entryOf(settings.source.value)?.bytes
    ? "Looking for the smallest ε that is enough …"
    : "The model is being trained …";
  const enough = current?.result.epsilon;
  return (
    <div class="finding">
      <p>
        <b role="status">{text}</b> {enough !== undefined && epsilon.value !== enough && (
          <button
            type="button"
            class="link"
            onClick={() => settings.epsilon.value = undefined}
          >
            Set ε to {decimal(enough)}
          </button>
        )}
      </p>
    </div>
  );
}

/** What many steps need, beside what the chosen attack needs. */
function Strongest(): JSX.Element | null {
  const resultOf = (known: typeof strongest.value) =>
    known?.subject === subject.value ? known?.result : undefined;
  const [many, single] = [resultOf(strongest.value), resultOf(smallest.value)];
  // what is aimed at may be what the model reads anyway
  if (!many || !single || many.wrongBefore || single.predicted === single.label) return null;
  const { max } = epsilonRange.value;
  return (
    <p class="note strongest">
      {strongestText(many, single, {
        max,
        attack: attackEntry.value?.title ?? "this attack",
        gallery: gallery.value,
      })}
    </p>
  );
}

/** What no attack can do, below the pictures: it comes later, and must not move them under a pen. */
function Proven(): JSX.Element | null {
  const radius = proven.value?.subject === subject.value ? proven.value?.radius : undefined;
  const norm = subject.value?.options?.norm ?? attackEntry.value?.norm;
  const text = radius === undefined ? undefined : provenText(radius, norm);
  return text === undefined ? null : <p class="note">{text}</p>;
}

/** The attack, the class it aims at, and its options. */
function AttackChoice(): JSX.Element {
  const { attack, attackOptions, aim } = settings;
  const entry = attackEntry.value;
  const { classes = 0 } = gallery.value ?? {};
  return (
    <>
      <Choice
        name="Attack"
        value={entry?.name ?? ""}
        options={(catalog.value?.attacks ?? []).map(({ name, title }) => ({ value: name, text: title }))}
        onPick={(name) => {
          attack.value = name;
          attackOptions.value = {};
          settings.epsilon.value = undefined;
        }}
      />
      {entry?.targeted && (
        <Choice
          name="It aims at"
          value={`${aim.value ?? ""}`}
          options={[
            { value: "", text: "any wrong class" },
            ...Array.from(
              { length: classes },
              (_, c) => ({ value: `${c}`, text: className(gallery.value, c) }),
            ),
          ]}
          onPick={(value) => aim.value = value === "" ? undefined : +value}
        />
      )}
      {entry && (
        <OptionControls
          entry={entry}
          values={usableOptions(entry, attackOptions.value)}
          onChange={(values) => {
            // another norm, another ε
            if (values.norm !== attackOptions.value.norm) settings.epsilon.value = undefined;
            attackOptions.value = values;
          }}
        />
      )}
    </>
  );
}

function LabelChoice(): JSX.Element {
  const { label, drawn, digit } = settings;
  const { classes = 0, labels, features } = gallery.value ?? {};
  const known = drawn.value ? undefined : labels?.[digit.value];
  const options = [
    {
      value: "",
      text: known === undefined
        ? "what the model says"
        : `${className(gallery.value, known)}, as it is labelled`,
    },
    ...Array.from({ length: classes }, (_, c) => ({ value: `${c}`, text: className(gallery.value, c) })),
  ];
  return (
    <Choice
      name={features ? "Its class" : "The image shows"}
      value={`${label.value ?? ""}`}
      options={options}
      onPick={(value) => label.value = value === "" ? undefined : +value}
    />
  );
}
