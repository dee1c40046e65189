/// <reference lib="dom" />
import type { JSX } from "preact";
import { type Entry, entryOf, gallery, models, seen, settings, table, tableIsOld } from "../page/state.ts";
import { Confidences } from "./confidences.tsx";
import { Section } from "./controls.tsx";
import { Epsilon } from "./epsilon.tsx";
import { ModelChoice } from "./models.tsx";
import { inEpsilon, percent, verdict } from "./words.ts";

/** What all models make of the step that is made for one of them. */
export function Compare(): JSX.Element {
  return (
    <Section
      id="compare"
      title="The same step, other models"
      text={
        <>
          The step is made for one model alone; here it is shown to all of them. Models that learnt the same
          task fall for it too, and often say the same wrong digit, for they have come to similar weights
          (section 8). The RBF network, which knows each digit only near its centre, errs with little
          confidence (section 7). The maxout network that was trained against such steps withstands most of
          them (section 6).
        </>
      }
    >
      <div class="row">
        <ModelChoice name="The step is made for" value={settings.source} />
        <Epsilon />
      </div>
      <ul class="cards">
        {models.value.map((entry) => <Card key={entry.name} {...entry} />)}
      </ul>
      <Table />
    </Section>
  );
}

function Card({ name, title, bytes, done }: Entry): JSX.Element {
  const look = seen.value;
  const opinion = bytes && look?.opinions[name];
  if (!look || !opinion) {
    return (
      <li class="card">
        <h3>{title}</h3>
        <p class="note">Training in your browser …</p>
        <progress max={1} value={done} aria-label={`Training of ${title}`} />
      </li>
    );
  }
  const fooled = opinion.attacked.predicted !== look.label;
  return (
    <li class={fooled ? "card fooled" : "card"}>
      <h3>{title}</h3>
      <p class="verdict">
        <i>{verdict(opinion.clean)}</i> <span aria-hidden="true">→</span>
        <span class="hidden">becomes</span> <b>{verdict(opinion.attacked)}</b>
      </p>
      <p class="note">
        {name === settings.source.value ? "made for it; " : ""}
        {fooled ? "fooled" : "not fooled"}
      </p>
      <Confidences opinion={opinion} label={look.label} name={title} brief />
    </li>
  );
}

/** How often each model errs on held-out images that were attacked for each. */
function Table(): JSX.Element {
  const title = (name: string) => entryOf(name)?.title ?? name;
  const transfer = table.value;
  if (gallery.value && !gallery.value.labels) {
    return <p class="note">The images have no labels, so errors cannot be counted.</p>;
  }
  if (!transfer) return <p class="note">Counting errors on held-out images …</p>;
  const { names, clean, attacked, examples, epsilon } = transfer;
  return (
    <div
      class="scroll"
      aria-busy={tableIsOld.value}
      tabIndex={0}
      role="group"
      aria-label="Errors by model"
    >
      <table class="errors">
        <caption>
          Errors on {examples} held-out images, each moved by ε = {inEpsilon(epsilon)}
          {tableIsOld.value ? "; being counted anew" : ""}
        </caption>
        <thead>
          <tr>
            <th scope="col">made for ↓ shown to →</th>
            {names.map((name) => <th key={name} scope="col">{title(name)}</th>)}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">nobody: clean images</th>
            {clean.map((error, i) => <td key={names[i]}>{percent(error)}</td>)}
          </tr>
          {attacked.map((errors, row) => (
            <tr key={names[row]}>
              <th scope="row">{title(names[row])}</th>
              {errors.map((error, i) => (
                <td key={names[i]} class={i === row ? "own" : ""}>{percent(error)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
