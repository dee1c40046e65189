/** Logistic regression and weight decay (section 5). @module */

import { attacked, errorOf, forward, mean, type Rows, type World } from "../reference.ts";
import { controlPins, type Pins } from "./common.ts";

/** Logistic regression's examples: 3 as class 0, 7 as class 1. */
function threesAndSevens({ x, y }: Rows): Rows {
  const own = y.flatMap((label, i) => label === 3 || label === 7 ? [i] : []);
  return { x: own.map((i) => x[i]), y: own.map((i) => y[i] === 7 ? 1 : 0) };
}

/** Mean of softplus of the negative margin after the attack, and the weights' sizes. */
function logisticPins(prefix: string, key: string): Pins {
  const weights = ({ of }: World) => Array.from(of(key).tensors().W.data);
  return {
    [`closed.${prefix}.fgsm.error`]: ({ of, test }) =>
      errorOf(of(key), attacked(of(key), threesAndSevens(test))),
    [`closed.${prefix}.clean.error`]: ({ of, test }) => errorOf(of(key), threesAndSevens(test)),
    [`closed.${prefix}.training error`]: ({ of, train }) => errorOf(of(key), threesAndSevens(train)),
    [`closed.${prefix}.weights`]: (world) => weights(world).reduce((sum, w) => sum + Math.abs(w), 0),
    [`closed.${prefix}.worst training loss`]: ({ of, train }) => {
      const { x, y } = attacked(of(key), threesAndSevens(train));
      return mean(x.map((row, i) => Math.log1p(Math.exp((y[i] === 1 ? -1 : 1) * forward(of(key), row)[0]))));
    },
  };
}

/** Pins by claim. */
export const LOGISTIC: Pins = {
  "logistic.clean.error": ({ of, test }) => errorOf(of("logistic"), threesAndSevens(test)),
  "logistic.fgsm.error": ({ of, test }) =>
    errorOf(of("logistic"), attacked(of("logistic"), threesAndSevens(test))),
  "logistic.closed form.gap": () => 0,
  ...logisticPins("plain", "logistic"),
  ...logisticPins("adversarial", "adversarialLogistic"),
  ...logisticPins("l1 0.25", "l1Logistic-0.25"),
  ...controlPins("decay.none", "plainControl"),
  ...controlPins("decay.0.0025", "l1Maxout-0.0025"),
  ...controlPins("decay.0.000025", "l1Maxout-0.000025"),
  ...controlPins("decay.adversarial", "fgsmControl"),
};
