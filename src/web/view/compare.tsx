/// <reference lib="dom" />
import { effect, type Signal, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { AttackResult } from "../messages.ts";
import {
  attackResult,
  catalog,
  comparing,
  type Entry,
  entryOf,
  gallery,
  models,
  settings,
  transfer,
  transferIsOld,
} from "../page/state.ts";
import { EpsilonSlider, ModelChoice } from "./choices.tsx";
import { Confidences } from "./confidences.tsx";
import { Section } from "./controls.tsx";
import { decimal, outcomeText, percent, predictionText, transferText } from "./words.ts";

/** The result that the cards show: the newest that all models were asked about. */
const shownResult: Signal<AttackResult | undefined> = signal(undefined);
effect(() => {
  const result = attackResult.value;
  if (!result?.alone) shownResult.value = result;
});

/** Every model's predictions for the example that was attacked through one of them. */
export function Compare(): JSX.Element {
  const { source } = settings;
  const cards = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => comparing.value = entry.isIntersecting);
    observer.observe(cards.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <Section
      id="compare"
      title="Try the same step on other models"
      text={
        <>
          <p>
            You need not know a model to fool it. The step is made by looking at one model only; here it is
            shown to all of them.
          </p>
          <p>
            Models that learn the same task come to similar weights, so a step that fools one often fools the
            next, and with the same wrong answer (section 8). An RBF network is confident only near its
            centres (section 7). Adversarial training makes a network harder to fool (section 6).
          </p>
        </>
      }
    >
      <div class="row">
        <ModelChoice name="Attacked model" value={source.value} onPick={(name) => source.value = name} />
        <EpsilonSlider />
      </div>
      <ul class="cards" ref={cards}>
        {models.value.map((entry) => <Card key={entry.name} {...entry} />)}
      </ul>
      <TransferTable />
    </Section>
  );
}

function Card({ name, title, bytes, done }: Entry): JSX.Element {
  const result = shownResult.value;
  const predictions = bytes && result?.predictions[name];
  if (bytes && !predictions) {
    return (
      <li class="card">
        <h3>{title}</h3>
        <p class="note">Waiting for the attacked model …</p>
      </li>
    );
  }
  if (!result || !predictions) {
    return (
      <li class="card">
        <h3>{title}</h3>
        <p class="note">Training in your browser …</p>
        <progress max={1} value={done} aria-label={`Training of ${title}`} />
      </li>
    );
  }
  const found = outcomeText(predictions, result.label);
  return (
    <li class={found === "fooled" ? "card fooled" : "card"}>
      <h3>{title}</h3>
      <p class="verdict">
        <i>{predictionText(predictions.clean, gallery.value)}</i> <span aria-hidden="true">→</span>
        <span class="hidden">becomes</span> <b>{predictionText(predictions.attacked, gallery.value)}</b>
      </p>
      <p class="note">
        {name === settings.source.value ? "the attacked model; " : ""}
        {found}
      </p>
      <Confidences predictions={predictions} label={result.label} name={title} brief />
    </li>
  );
}

/** Error rates on held-out examples that were attacked through each model. */
function TransferTable(): JSX.Element {
  const title = (name: string) => entryOf(name)?.title ?? name;
  const shown = transfer.value;
  if (gallery.value && !gallery.value.labels) {
    return <p class="note">The examples have no labels, so errors cannot be counted.</p>;
  }
  if (!shown) return <p class="note">Counting errors on held-out examples …</p>;
  const { names, clean, attacked, examples, epsilon, attack } = shown;
  // that of the figures, not the one that is chosen meanwhile
  const attackTitle = catalog.value?.attacks.find(({ name }) => name === attack)?.title ?? attack;
  return (
    <>
      <p class="note">{transferText(shown, title)}</p>
      <p class="title" id="errors-title">
        Errors on {examples} held-out examples, {attackTitle} with ε = {decimal(epsilon)}
        {transferIsOld.value ? "; being counted again" : ""}
      </p>
      <div
        class="scroll"
        aria-busy={transferIsOld.value}
        tabIndex={0}
        role="group"
        aria-label="Errors by model"
      >
        <table class="errors" aria-labelledby="errors-title">
          <thead>
            <tr>
              <th scope="col">attacked ↓ tested →</th>
              {names.map((name) => <th key={name} scope="col">{title(name)}</th>)}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">none: clean examples</th>
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
    </>
  );
}
