/** How models learned, as figures. @module */

import type { LinesFigure } from "../../src/paper/figure.ts";
import type { Report } from "../../src/report/report.ts";

/** The loss of every model of the first seed against its epochs, and what was measured of some after each. */
export function curves(models: Report["models"]): LinesFigure[] {
  const histories = models.filter(({ seed, history }) => seed === models[0].seed && history.length > 1)
    .map(({ name, history }) => ({ name, epochs: history }));
  const errors = histories.flatMap(({ name, epochs }) => {
    const line = (what: string, of: (epoch: typeof epochs[number]) => number | undefined) => ({
      name: what,
      panel: name,
      // a logarithmic axis has no place for 0
      points: epochs.flatMap((epoch, i) => of(epoch) ? [[i + 1, 100 * of(epoch)!] as const] : []),
    });
    const measured = [...new Set(epochs.flatMap(({ monitored }) => Object.keys(monitored ?? {})))];
    return [
      line("that tells when to stop", ({ validationError }) => validationError),
      ...measured.map((key) => line(key, ({ monitored }) => monitored?.[key])),
    ].filter(({ points }) => points.length > 1);
  });
  const least = Math.min(...errors.flatMap(({ points }) => points.map(([, y]) => y)));
  return [
    ...(errors.length > 0
      ? [{
        ...figure("errors", "Error after each epoch", {
          label: "error",
          unit: "%",
          scale: "log",
          domain: [Math.min(least, 10), 100],
        }),
        caption:
          "On examples held out of training. Under attack the error of an adversarially trained network falls " +
          "on long after its clean error has settled, which is why the paper stops by the former.",
        series: errors,
      }]
      : []),
    {
      ...figure("losses", "Loss during training", { label: "loss", unit: "nats", scale: "log" }),
      caption:
        "The mean loss of the training examples in each epoch, with dropout and perturbations as the recipe " +
        "has them; losses of different heads and objectives do not compare.",
      series: histories.map(({ name, epochs }) => ({
        name: "loss",
        panel: name,
        points: epochs.map(({ loss }, i) => [i + 1, loss] as const).filter(([, loss]) => loss > 0),
      })),
    },
  ];
}

function figure(id: string, title: string, y: LinesFigure["y"]) {
  return { kind: "lines" as const, id, title, x: { label: "epoch" }, y };
}
