/** One image, the step that fools, and what each model makes of it. @module */

import {
  type Batch,
  batch,
  type Differentiable,
  fgsm,
  lossDirection,
  matrix,
  type Model,
  predict,
} from "../../mod.ts";
import type { Ask } from "./exchanges.ts";
import type { Curves, Look, Opinion, Subject, Verdict } from "./protocol.ts";
import { CLASSES, PIXELS } from "./protocol.ts";

/** How many ε a curve is made of, an odd number so that 0 is among them. */
const POINTS = 81;

/** The step of `epsilon` on the image, made for `model` alone, and what all of `models` say of it. */
export function look(
  model: Model,
  ask: Ask<"look">,
  models: Iterable<readonly [string, Model]>,
): Look {
  const example = exampleOf(model, ask);
  const attacked = fgsm(model, example, { epsilon: ask.epsilon }).x.data;
  const both = matrix(2, PIXELS, [...ask.image, ...attacked]);
  const opinions: [string, Opinion][] = Array.from(models, ([name, each]) => {
    const [clean, after] = verdicts(each, both);
    return [name, { clean, attacked: after }];
  });
  return {
    label: example.labels[0],
    epsilon: ask.epsilon,
    signs: signsOf(model, example),
    attacked,
    opinions: Object.fromEntries(opinions),
  };
}

/** The scores of `model` from −reach to reach along the direction of the step, which is found once, at 0. */
export function curves(model: Model, { reach, ...subject }: Ask<"curves">): Curves {
  const example = exampleOf(model, subject);
  const signs = signsOf(model, example);
  const middle = (POINTS - 1) / 2;
  const epsilons = Float32Array.from({ length: POINTS }, (_, i) => reach * (i - middle) / middle);
  const x = matrix(POINTS, PIXELS);
  epsilons.forEach((epsilon, i) => {
    for (let j = 0; j < PIXELS; j++) x.data[i * PIXELS + j] = subject.image[j] + epsilon * signs[j];
  });
  const { data, cols } = model.scores(x);
  const scores = Array.from(
    { length: cols },
    (_, c) => Float32Array.from({ length: POINTS }, (_, i) => data[i * cols + c]),
  );
  return { label: example.labels[0], epsilons, scores };
}

/** The image as an example; where its class is not known, the model's own answer stands for it. */
function exampleOf(model: Differentiable, { image, label }: Subject): Batch {
  const x = matrix(1, PIXELS, image);
  return batch({ x, labels: [label ?? predict(model, x).predicted[0]], classes: CLASSES });
}

function signsOf(model: Differentiable, example: Batch): Float32Array {
  return lossDirection(model, example).data.map(Math.sign);
}

function verdicts(model: Differentiable, x: Parameters<typeof predict>[1]): Verdict[] {
  const { predicted, confidence, probabilities: { data, cols } } = predict(model, x);
  return Array.from(predicted, (label, i) => ({
    predicted: label,
    confidence: confidence[i],
    probabilities: data.slice(i * cols, (i + 1) * cols),
  }));
}
