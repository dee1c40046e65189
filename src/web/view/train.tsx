/// <reference lib="dom" />
import type { JSX } from "preact";
import { FAMILIES, PIXELS } from "../lab/protocol.ts";
import { saveModelFile } from "../page/files.ts";
import { FAMILY_TITLES, isFamily, MOST } from "../page/settings.ts";
import { entryOf, gallery, settings, training, YOURS } from "../page/state.ts";
import { pauseTraining, stopTraining, trainYours } from "../page/train.ts";
import { Check, Choice, Section, Whole } from "./controls.tsx";
import { Picture } from "./picture.tsx";
import { Plot } from "./plot.tsx";
import { percent } from "./words.ts";

/** Images in a row of hidden units, three pieces each. */
const COLUMNS = 9;

/** Trains a model while one looks. */
export function Train(): JSX.Element {
  const { family, adversarial, seed, epochs } = settings;
  return (
    <Section
      id="train"
      title="Train one yourself"
      text={
        <>
          Adversarial training makes the step anew for the model as it is, at every update, and learns from
          both images: the loss is ½·J(x) + ½·J(x + ε·sign(∇ₓJ)), with ε = 0.25 (section 6). Train once with
          it and once without: the error under attack is the line to watch. Each epoch's model takes the place
          of “Yours” above and below, so the other pictures move while it learns.
        </>
      }
    >
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          void trainYours();
        }}
      >
        <Choice
          name="Model"
          value={family.value}
          options={FAMILIES.map((value) => ({ value, text: FAMILY_TITLES[value] }))}
          onPick={(value) => isFamily(value) && (family.value = value)}
        />
        <Whole name="Epochs" value={epochs} least={1} most={MOST.epochs} />
        <Whole name="Seed" value={seed} least={0} most={MOST.seed} />
        <Check name="Adversarial training" value={adversarial} />
        <Buttons />
      </form>
      <Course />
    </Section>
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
        ? <button type="button" onClick={() => void trainYours({ resume: true })}>Resume</button>
        : <button type="button" disabled={!running} onClick={pauseTraining}>Pause</button>}
      <button type="button" disabled={!running && !paused} onClick={stopTraining}>Stop</button>
      <button type="button" disabled={!entryOf(YOURS)?.bytes} onClick={() => saveModelFile(YOURS)}>
        Save model
      </button>
    </div>
  );
}

/** How it goes. */
function Course(): JSX.Element {
  const { phase, plan, epoch, done, loss, clean, attacked, filters } = training.value;
  const epochs = loss.map((_, i) => i + 1);
  return (
    <>
      <p class="status" role="status">{statusInWords()}</p>
      {plan && phase !== "idle" && (
        <div class="meter">
          <progress max={1} value={done} aria-label="Training" />
          <span>epoch {epoch} of {plan.epochs}</span>
        </div>
      )}
      {loss.length > 0 && (
        <div class="thirds">
          <div>
            <h3>Loss</h3>
            <Plot
              x={epochs}
              lines={[{ name: "loss", values: loss, role: "plain" }]}
              xName="epoch"
              yName="nats"
              text={`Loss after ${loss.length} epochs: ${loss.at(-1)!.toFixed(3)} nats`}
            />
            <p class="note">Mean over the epoch; with adversarial training, over both halves.</p>
          </div>
          <div>
            <h3>Error on held-out images</h3>
            <Plot
              x={epochs}
              lines={[
                { name: "clean", values: clean.map((e) => 100 * e), role: "plain", tag: "x" },
                { name: "attacked", values: attacked.map((e) => 100 * e), role: "accent", tag: "adv" },
              ]}
              xName="epoch"
              yName="%"
              range={[0, 100]}
              text={`Error after ${loss.length} epochs: ${percent(clean.at(-1)!)} clean, ${
                percent(attacked.at(-1)!)
              } under attack`}
            />
            <p class="note">
              Clean {percent(clean.at(-1)!)}; attacked with ε = 0.25, <b>{percent(attacked.at(-1)!)}</b>.
            </p>
          </div>
          <div>
            <h3>{plan?.family === "rbf" ? "Centres" : "First-layer weights"}</h3>
            {filters && (
              <Picture
                pixels={filters.images}
                columns={filters.columns === 10 ? 5 : COLUMNS}
                shades={plan?.family === "rbf" ? [0, 1] : weightShades(filters.images)}
                text={`${filters.images.length / PIXELS} images of what the first layer looks for`}
              />
            )}
            <p class="note">
              What the first layer looks for, dark for ink. With adversarial training weights become more
              localised and easier to read (figure 3).
            </p>
          </div>
        </div>
      )}
    </>
  );
}

/** Told aloud, so only what matters. */
function statusInWords(): string {
  const { phase, loss, clean, attacked, epoch } = training.value;
  if (gallery.value && !gallery.value.labels) return "Images without labels cannot be trained on.";
  if (phase === "idle") {
    return `${gallery.value?.train ?? "…"} images to learn from, ${gallery.value?.test ?? "…"} held out.`;
  }
  if (phase === "running") return "Training.";
  const so = loss.length > 0
    ? `: error ${percent(clean.at(-1)!)}, under attack ${percent(attacked.at(-1)!)}`
    : "";
  const what =
    { paused: `Paused in epoch ${epoch}`, finished: "Finished", stopped: `Stopped in epoch ${epoch}` }[phase];
  return `${what}${so}.`;
}

/** Alike on both sides of 0, so far out that few weights are beyond. */
function weightShades(weights: Float32Array): readonly [number, number] {
  const mean = weights.reduce((sum, value) => sum + Math.abs(value), 1e-9) / weights.length;
  return [-4 * mean, 4 * mean];
}
