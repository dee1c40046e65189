/// <reference lib="dom" />
import type { JSX } from "preact";
import { saveModelFile } from "../page/files.ts";
import { MAX } from "../page/settings.ts";
import {
  catalog,
  entryOf,
  familyEntry,
  gallery,
  settings,
  training,
  usableOptions,
  YOURS,
} from "../page/state.ts";
import { pauseTraining, resumeTraining, startTraining, stopTraining } from "../page/train.ts";
import { Choice, NumberField, OptionControls, Section } from "./controls.tsx";
import { Course } from "./course.tsx";

/** Trains a model while someone watches. */
export function Train(): JSX.Element {
  return (
    <Section
      id="train"
      title="Train a model against it"
      text={
        <>
          <p>
            Show a model attacked examples while it learns, and it learns to withstand them, at least this
            attack.
          </p>
          <p>
            Adversarial training attacks the model as it is, at every update, and learns from both images: the
            loss is ½·J(x) + ½·J(x + ε·sign(∇ₓJ)), with ε = 0.25 (section 6). Train with it, without it, or
            both at once: the error under attack is the line to watch. After each epoch the new model takes
            part above and below as “Yours”.
          </p>
        </>
      }
    >
      <Form />
      <Course />
    </Section>
  );
}

/** What to train; while a training runs or is paused, what is trained. */
function Form(): JSX.Element {
  const { family, familyOptions, adversarial, both, seed, epochs } = settings;
  const { phase, runs } = training.value;
  const busy = phase === "running" || phase === "paused";
  const plan = busy ? runs[0].plan : {
    family: familyEntry.value?.name ?? "",
    options: familyEntry.value ? usableOptions(familyEntry.value, familyOptions.value) : {},
    adversarial: adversarial.value,
    seed: seed.value,
    epochs: epochs.value,
  };
  const mode = (busy ? runs.length > 1 : both.value) ? "both" : plan.adversarial ? "with" : "without";
  const families = catalog.value?.families ?? [];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void startTraining();
      }}
    >
      <div class="row">
        <Choice
          name="Model"
          value={plan.family}
          disabled={busy}
          options={families.map(({ name, title }) => ({ value: name, text: title }))}
          onPick={(name) => {
            family.value = name;
            familyOptions.value = {};
          }}
        />
        <Choice
          name="Adversarial training"
          value={mode}
          disabled={busy}
          options={[
            { value: "with", text: "with" },
            { value: "without", text: "without" },
            { value: "both", text: "both, one over the other" },
          ]}
          onPick={(value) => {
            both.value = value === "both";
            adversarial.value = value !== "without";
          }}
        />
        <NumberField
          name="Epochs"
          value={plan.epochs}
          min={1}
          max={MAX.epochs}
          disabled={busy}
          onChange={(value) => epochs.value = value}
        />
        <NumberField
          name="Seed"
          value={plan.seed}
          min={0}
          max={MAX.seed}
          disabled={busy}
          onChange={(value) => seed.value = value}
        />
        <Buttons />
      </div>
      <OptionControls
        entry={families.find(({ name }) => name === plan.family)}
        values={plan.options ?? {}}
        disabled={busy}
        onChange={(values) => familyOptions.value = values}
      />
    </form>
  );
}

function Buttons(): JSX.Element {
  const { phase } = training.value;
  const [running, paused] = [phase === "running", phase === "paused"];
  return (
    <div class="buttons">
      <button type="submit" class="primary" disabled={running || paused || !gallery.value?.labels}>
        Train
      </button>
      {paused
        ? <button type="button" onClick={() => void resumeTraining()}>Resume</button>
        : <button type="button" disabled={!running} onClick={pauseTraining}>Pause</button>}
      <button type="button" disabled={!running && !paused} onClick={stopTraining}>Stop</button>
      <button type="button" disabled={!entryOf(YOURS)?.bytes} onClick={() => saveModelFile(YOURS)}>
        Save model
      </button>
    </div>
  );
}
