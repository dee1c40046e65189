/// <reference lib="dom" />
import type { JSX } from "preact";
import { PIXELS } from "../messages.ts";
import { saveModelFile } from "../page/files.ts";
import { MAX } from "../page/settings.ts";
import {
  catalog,
  entryOf,
  familyEntry,
  gallery,
  type Run,
  settings,
  training,
  usableOptions,
  YOURS,
} from "../page/state.ts";
import { pauseTraining, resumeTraining, startTraining, stopTraining, titleOf } from "../page/train.ts";
import { Choice, NumberField, OptionControls, Section } from "./controls.tsx";
import { Picture } from "./picture.tsx";
import { Plot } from "./plot.tsx";
import { filtersText, percent } from "./words.ts";

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

/** Progress, and the lines of all runs. */
function Course(): JSX.Element {
  const { phase, runs } = training.value;
  const longest = runs.reduce((max, { loss }) => Math.max(max, loss.length), 0);
  const axis = Array.from({ length: longest }, (_, i) => i + 1);
  const xRange = [0, Math.max(1, runs[0]?.plan.epochs ?? 1)] as const;
  const tag = (run: Run, what: string) =>
    runs.length === 1 ? what : `${what}${run.plan.adversarial ? ", with" : ", without"}`;
  const padded = (values: readonly number[], scale = 1) =>
    axis.map((_, i) => i < values.length ? scale * values[i] : null);
  return (
    <>
      <p class="status" role="status">{statusText()}</p>
      {phase !== "idle" && runs.map((run) => (
        <div key={run.name} class="meter">
          <progress max={1} value={run.done} aria-label={`Training of ${titleOf(run)}`} />
          <span>
            {runs.length > 1 && (run.plan.adversarial ? "with: " : "without: ")}epoch {run.epoch} of{" "}
            {run.plan.epochs}
          </span>
        </div>
      ))}
      {longest > 0 && (
        <div class="thirds">
          <div>
            <h3>Loss</h3>
            <Plot
              x={axis}
              lines={runs.map((run) => ({
                name: tag(run, "loss"),
                values: padded(run.loss),
                role: run.plan.adversarial && runs.length > 1 ? "accent" : "plain",
                tag: runs.length > 1 ? (run.plan.adversarial ? "with" : "without") : undefined,
              }))}
              xName="epoch"
              yName="nats"
              xRange={xRange}
              text={runs.map((run) =>
                `${tag(run, "Loss")} after ${run.loss.length} epochs: ${fixed(run.loss.at(-1))} nats`
              )
                .join("; ")}
            />
            <p class="note">
              Mean over the epoch{runs.some(({ plan }) => plan.adversarial)
                ? "; with adversarial training, over clean and attacked examples"
                : ""}.
            </p>
          </div>
          <div>
            <h3>Error on held-out examples</h3>
            <Plot
              x={axis}
              lines={runs.flatMap((run) => [
                {
                  name: tag(run, "clean"),
                  values: padded(run.clean, 100),
                  role: "plain" as const,
                  dashed: runs.length > 1 && !run.plan.adversarial,
                  tag: tag(run, "clean"),
                },
                {
                  name: tag(run, "attacked"),
                  values: padded(run.attacked, 100),
                  role: "accent" as const,
                  dashed: runs.length > 1 && !run.plan.adversarial,
                  tag: tag(run, "attacked"),
                },
              ])}
              xName="epoch"
              yName="%"
              xRange={xRange}
              range={[0, 100]}
              text={runs.map((run) =>
                `${titleOf(run)} after ${run.loss.length} epochs: error ${percentOf(run.clean)} clean, ${
                  percentOf(run.attacked)
                } under attack`
              ).join("; ")}
            />
            <p class="note">
              {runs.map((run) =>
                `${runs.length > 1 ? run.plan.adversarial ? "With: " : "Without: " : ""}clean ${
                  percentOf(run.clean)
                }, attacked with ε = 0.25 ${percentOf(run.attacked)}. `
              )}
            </p>
          </div>
          <Filters />
        </div>
      )}
    </>
  );
}

/** First-layer weights of all runs. */
function Filters(): JSX.Element {
  const { runs } = training.value;
  return (
    <div>
      {runs.map((run) =>
        run.filters && (
          <div key={run.name}>
            <h3>
              {run.plan.family === "rbf" ? "Centres" : "First-layer weights"}
              {runs.length > 1 && (run.plan.adversarial ? ", with" : ", without")}
            </h3>
            <Picture
              pixels={run.filters.images}
              columns={run.filters.columns}
              shades={run.plan.family === "rbf" ? [0, 1] : weightShades(run.filters.images)}
              text={`${run.filters.images.length / PIXELS} images of what the first layer looks for`}
            />
          </div>
        )
      )}
      <p class="note">{filtersText(runs.map(({ plan }) => plan.adversarial))}</p>
    </div>
  );
}

/** Told aloud, so only what matters. */
function statusText(): string {
  const { phase, runs } = training.value;
  if (gallery.value && !gallery.value.labels) return "Examples without labels cannot be trained on.";
  if (phase === "idle") {
    return `${gallery.value?.train ?? "…"} examples to train on, ${gallery.value?.test ?? "…"} held out.`;
  }
  const { epoch, clean, attacked } = runs[0];
  if (phase === "running") return `Training ${runs.map(titleOf).join(" and ").replaceAll("Yours: ", "")}.`;
  const errors = clean.length > 0 ? `: error ${percentOf(clean)}, under attack ${percentOf(attacked)}` : "";
  const what =
    { paused: `Paused in epoch ${epoch}`, finished: "Finished", stopped: `Stopped in epoch ${epoch}` }[phase];
  return `${what}${errors}.`;
}

function percentOf(values: readonly number[]): string {
  return values.length > 0 ? percent(values.at(-1)!) : "–";
}

function fixed(value: number | undefined): string {
  return value === undefined ? "–" : value.toFixed(3);
}

/** Symmetric about 0, so wide that few weights are beyond. */
function weightShades(weights: Float32Array): readonly [number, number] {
  const mean = weights.reduce((sum, value) => sum + Math.abs(value), 1e-9) / weights.length;
  return [-4 * mean, 4 * mean];
}
