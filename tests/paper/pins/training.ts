/** Networks trained on something, attacked or noisy (section 6). @module */

import type { Model } from "../../../src/models/model.ts";
import { answer, attacked, errorOf, mean } from "../reference.ts";
import { controlPins, FLOAT32, type Pins, standing } from "./common.ts";

/** Spread and participation of the first layer's filters, as figure 3 is judged. */
function filters(of: Model) {
  const { data, shape } = of.tensors()["layer0.W"];
  const [inputs, side] = [shape[2], Math.sqrt(shape[2])];
  const each = Array.from({ length: data.length / inputs }, (_, f) => {
    const energy = Array.from(data.subarray(f * inputs, (f + 1) * inputs), (w) => w * w);
    const total = energy.reduce((a, b) => a + b);
    const row = (i: number) => Math.floor(i / side), col = (i: number) => i % side;
    const center = (of: (i: number) => number) => energy.reduce((sum, e, i) => sum + e * of(i), 0) / total;
    const [r, c] = [center(row), center(col)];
    const variance = center((i) => (row(i) - r) ** 2 + (col(i) - c) ** 2);
    return { spread: Math.sqrt(variance), used: total ** 2 / energy.reduce((s, e) => s + e * e, 0) / inputs };
  });
  return { spread: mean(each.map(({ spread }) => spread)), used: mean(each.map(({ used }) => used)) };
}

/** Pins by claim. */
export const TRAINING: Pins = {
  ...standing("adversarial", "adversarialMaxout"),
  "adversarial.clean.gain": ({ of, test }) =>
    errorOf(of("maxout"), test) - errorOf(of("adversarialMaxout"), test),
  // as the small world's records have it
  "adversarial.epochs": () => 3,
  "adversarial.transfer from naive.error": ({ of, test }) =>
    errorOf(of("adversarialMaxout"), attacked(of("maxout"), test)),
  "adversarial.transfer to naive.error": ({ of, test }) =>
    errorOf(of("maxout"), attacked(of("adversarialMaxout"), test)),
  "adversarial.transfer from naive in float32.error": ({ of, test }) =>
    errorOf(of("adversarialMaxout"), attacked(of("maxout"), test, 0.25, FLOAT32)),
  "adversarial.transfer to naive in float32.error": ({ of, test }) =>
    errorOf(of("maxout"), attacked(of("adversarialMaxout"), test, 0.25, FLOAT32)),
  "adversarial.fgsm on predictions.error": ({ of, test: { x, y } }) => {
    const own = of("adversarialMaxout");
    return errorOf(own, { x: attacked(own, { x, y: x.map((row) => answer(own, row)) }).x, y });
  },
  "adversarial.filters.adversarial.spread": ({ of }) => filters(of("adversarialMaxout")).spread,
  "adversarial.filters.naive.spread": ({ of }) => filters(of("maxout")).spread,
  "adversarial.filters.adversarial.participation": ({ of }) => filters(of("adversarialMaxout")).used,
  "adversarial.filters.naive.participation": ({ of }) => filters(of("maxout")).used,
  ...standing("trainingAttack.whole", "adversarialMaxout"),
  ...standing("trainingAttack.dropped", "droppedAttackMaxout"),
  ...standing("trainingAttack.both", "droppedBothMaxout"),
  ...standing("trainingAttack.float32", "float32AttackMaxout"),
  ...standing("large.naive", "largeMaxout"),
  ...standing("large.adversarial", "largeAdversarialMaxout"),
  ...standing("noise.naive", "maxout"),
  ...standing("noise.sign", "signNoiseMaxout"),
  ...standing("noise.uniform", "uniformNoiseMaxout"),
  ...standing("noise.adversarial", "adversarialMaxout"),
  "noise.distance from naive": (w) =>
    Math.max(
      ...["sign", "uniform"].map((name) =>
        Math.abs(TRAINING[`noise.${name}.fgsm.error`](w) - TRAINING["noise.naive.fgsm.error"](w))
      ),
    ),
  "noise.advantage of the attack": (w) =>
    Math.min(...["sign", "uniform"].map((name) => TRAINING[`noise.${name}.fgsm.error`](w))) -
    TRAINING["noise.adversarial.fgsm.error"](w),
  ...controlPins("controls.plain", "plainControl"),
  ...controlPins("controls.fgsm", "fgsmControl"),
  ...controlPins("controls.through rotation", "throughRotationControl"),
  ...controlPins("controls.through gradient", "throughGradientControl"),
  ...controlPins("controls.hidden", "hiddenControl"),
  ...controlPins("controls.last hidden", "lastHiddenControl"),
  ...controlPins("controls.hidden rotation", "hiddenRotationControl"),
};
