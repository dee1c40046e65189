/** Experiment, section 8, figure 4: the scores along the line on which adversarial examples lie. @module */

import { slice } from "../data/batch.ts";
import { lossDirection } from "../loss.ts";
import { matrix } from "../matrix.ts";
import { alongLine } from "../evaluate/line.ts";
import { EPSILON, type Experiment, percent } from "./experiment.ts";
import { imagesFigure, rowOf } from "./images.ts";

/** The class of the image, as in the paper's figure 4. */
const CLASS = 4;

/** How far the line goes either way, and in which steps. */
const FAR = 10, STEP = 0.05;

/** Where a line may count as straight: beyond the images' own range. */
const OUTSIDE = 2;

/** Section 8, figure 4: the scores along the line on which adversarial examples lie. */
export const lineExperiment: Experiment = {
  id: "line",
  title: "The scores along the attack's direction",
  explains:
    "One image of a 4 is moved along the direction of the attack, backward and forward, much farther than " +
    "the attack goes. In the paper the scores follow nearly straight lines, and the image is taken for a " +
    "4 only in a thin band around where it began.",
  models: () => ["maxout"],
  async run({ test, model: trained }) {
    const model = await trained("maxout");
    // the first of its class, chosen by index before anything is known of it
    const at = test.labels.indexOf(CLASS);
    const example = slice(test, at, at + 1);
    const slope = lossDirection(model, example);
    const direction = matrix(1, slope.cols, slope.data.map(Math.sign));
    const epsilons = Array.from({ length: 2 * FAR / STEP + 1 }, (_, i) => (i - FAR / STEP) * STEP);
    const all = Array.from(epsilons.keys());
    const { scores, predicted, x } = alongLine(model, example.x, { direction, epsilons });
    const score = (row: number, c: number) => scores.data[row * scores.cols + c];
    const right = (from: number, to: number) => {
      const within = all.filter((i) => epsilons[i] >= from && epsilons[i] <= to);
      return percent(within.filter((i) => predicted[i] === CLASS).length / within.length);
    };
    const classes = Array.from({ length: model.classes }, (_, c) => c);
    const linear = classes.flatMap((c) =>
      [1, -1].map((side) => {
        const outside = all.filter((i) => side * epsilons[i] >= OUTSIDE);
        return straightness(outside.map((i) => [epsilons[i], score(i, c)]));
      })
    );
    const last = epsilons.length - 1;
    const min = Math.min(...linear);
    return {
      measurements: {
        "right.share": right(-FAR, FAR),
        "right.share forward": right(0, FAR),
        "right.share backward": right(-FAR, 0),
        "straightness.least": min,
        "straightness.mean": linear.reduce((a, b) => a + b, 0) / linear.length,
        "score.own at 10": score(last, CLASS),
        "score.greatest at 10": Math.max(...classes.map((c) => score(last, c))),
        "score.own at -10": score(0, CLASS),
        "score.greatest at -10": Math.max(...classes.map((c) => score(0, c))),
        "score.greatest at 0": Math.max(...classes.map((c) => score(FAR / STEP, c))),
      },
      figures: [{
        kind: "lines",
        id: "scores",
        title: "Scores of the ten classes along the attack's direction",
        caption:
          `The arguments of the softmax for the first ${CLASS} among the test images, at x + ε·sign(∇J(x)), the direction being that ` +
          "at ε = 0 throughout. The attack itself goes to ε = .25.",
        x: { label: "ε" },
        y: { label: "Score" },
        series: classes.map((c) => ({
          name: `${c}`,
          points: epsilons.map((epsilon, i) => [epsilon, score(i, c)] as const),
          ...(c === CLASS && { emphasis: true }),
        })),
        marks: [{ x: EPSILON, label: "the attack" }],
      }, montage()],
    };

    function montage() {
      const count = 11;
      const places = Array.from({ length: count }, (_, i) => Math.round(i * last / (count - 1)));
      return imagesFigure(
        {
          id: "montage",
          title: "The inputs along that line",
          caption: "Under each its ε; framed where the network sees a 4.",
        },
        places.map((i) => ({
          values: rowOf(x, i),
          label: `ε ${epsilons[i].toFixed(0).replace("-", "−")}`,
          marked: predicted[i] === CLASS,
        })),
        { columns: count, range: [-FAR, FAR + 1] },
      );
    }
  },
};

/** R² of the best line through points: 1 if they lie on one. */
function straightness(points: readonly (readonly [number, number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([x]) => x), mean(([, y]) => y)];
  const xx = mean(([a]) => (a - x) * (a - x));
  const yy = mean(([, b]) => (b - y) * (b - y));
  const xy = mean(([a, b]) => (a - x) * (b - y));
  return yy > 0 ? xy * xy / (xx * yy) : 1;
}
