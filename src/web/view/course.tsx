/// <reference lib="dom" />
/** How far a training is, and what it has come to. @module */

import type { JSX } from "preact";
import { PIXELS } from "../messages.ts";
import { gallery, type Run, training } from "../page/state.ts";
import { titleOf } from "../page/train.ts";
import { Picture } from "./picture.tsx";
import { Plot } from "./plot.tsx";
import { filtersText, percent } from "./words.ts";

/** Progress, and the lines of all runs. */
export function Course(): JSX.Element {
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
                }, under attack (ε = 0.25) ${percentOf(run.attacked)}. `
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
  const { epoch, clean } = runs[0];
  const both = runs.length > 1;
  if (phase === "running") {
    const title = titleOf(runs[both ? 1 : 0]).replace("Yours: ", "");
    return `Training ${title}${both ? ", with and without adversarial training" : ""}.`;
  }
  const errorsOf = ({ plan, clean, attacked }: Run) =>
    `${both ? plan.adversarial ? "with adversarial training " : "without it " : ""}error ${
      percentOf(clean)
    }, under attack ${percentOf(attacked)}`;
  const errors = clean.length > 0 ? `: ${runs.map(errorsOf).join("; ")}` : "";
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
