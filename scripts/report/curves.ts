/** How models learned, as figures. @module */

import type { LinesFigure } from "../../src/paper/figure.ts";
import { modelName } from "../../src/paper/names.ts";
import type { Report } from "../../src/report/report.ts";

/** Points of a curve in the page: more are not to be seen. */
const POINTS = 60;

/** The loss of every model of the first seed against its epochs, and what was measured of some after each. */
export function curves(models: Report["models"]): LinesFigure[] {
  const histories = models.filter(({ seed, history }) => seed === models[0].seed && history.length > 1)
    .map(({ name, history }) => ({ name: modelName(name), epochs: history }));
  const errors = histories.flatMap(({ name, epochs }) => {
    const line = (what: string, of: (epoch: typeof epochs[number]) => number | undefined) => ({
      name: what,
      panel: name,
      // a logarithmic axis has no place for 0
      points: thinned(epochs.flatMap((epoch, i) => of(epoch) ? [[i + 1, 100 * of(epoch)!] as const] : [])),
    });
    const measured = [...new Set(epochs.flatMap(({ monitored }) => Object.keys(monitored ?? {})))];
    return [
      line("that tells when to stop", ({ validationError }) => validationError),
      ...measured.map((key) => line(key, ({ monitored }) => monitored?.[key])),
    ].filter(({ points }) => points.length > 1);
  });
  const lowest = Math.min(10, ...errors.flatMap(({ points }) => points.map(([, y]) => y)));
  const losses = histories.map(({ name, epochs }) => ({
    name: "loss",
    panel: name,
    points: thinned(epochs.map(({ loss }, i) => [i + 1, loss] as const).filter(([, loss]) => loss > 0)),
  })).filter(({ points }) => points.length > 1);
  return [
    ...(errors.length > 0
      ? [{
        ...figure("errors", "Error after each epoch", {
          label: "error",
          unit: "%",
          scale: "log",
          domain: [lowest, 100],
        }),
        caption:
          "On examples held out of training, clean and after one step of ε = .25. The paper stops adversarial " +
          "training by the error under attack.",
        series: errors,
      }]
      : []),
    ...(losses.length > 0
      ? [{
        ...figure("losses", "Loss during training", { label: "loss", unit: "nats", scale: "log" }),
        caption:
          "The mean loss of the training examples in each epoch, with dropout and perturbations as the recipe " +
          "has them; losses of different heads and objectives do not compare.",
        series: losses,
      }]
      : []),
  ];
}

/** Some of `points`, the first and the last among them. */
function thinned(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const step = Math.max(Math.ceil(points.length / POINTS), 1);
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}

function figure(id: string, title: string, y: LinesFigure["y"]) {
  return { kind: "lines" as const, id, title, x: { label: "epoch" }, y };
}
