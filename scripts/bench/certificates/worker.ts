/** One of the workers that certify parts of the data. @module */

import {
  type Batch,
  batch,
  certify,
  globalBounds,
  loadModel,
  matrix,
  type Model,
  pgd,
  select,
} from "../../../src/mod.ts";
import type { Answer, Order, Setting } from "./messages.ts";

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Order>) => void;
  postMessage(answer: Answer): void;
};

let model: Model, setting: Setting;
const now = () => performance.now();

scope.onmessage = ({ data: order }) => {
  if (order.kind === "begin") {
    setting = order.setting;
    model = loadModel(setting.model);
    return;
  }
  const { constraint: { epsilon, norm } } = setting;
  if (order.kind === "global") {
    return scope.postMessage({
      kind: "global",
      table: globalBounds(model, { epsilon, norm, pairs: order.pairs }),
    });
  }
  const { rows } = order;
  const x = matrix(rows.labels.length, model.inputs, rows.x);
  const examples = batch({ x, labels: rows.labels, classes: model.classes });
  let attacking = 0;
  const fooled = (of: Batch, restarts: number): Uint8Array | undefined => {
    if (setting.restarts === 0 || of.labels.length === 0) return undefined;
    const start = now();
    const found = pgd(model, of, { ...setting.constraint, loss: "margin", restarts, stopEarly: true });
    attacking += now() - start;
    return found.fooled;
  };
  const { method, timeLimit } = setting;
  const found = [
    ...certify(model, examples, {
      ...setting.constraint,
      method,
      timeLimit,
      attacked: fooled(examples, 1),
      now,
      global: order.global,
    }).examples,
  ];
  // the many restarts are for what neither settled
  const open = found.flatMap(({ certified, falsified }, i) => certified || falsified ? [] : [i]);
  fooled(select(examples, open), setting.restarts)?.forEach((is, k) => {
    if (is) found[open[k]] = { ...found[open[k]], falsified: true, method: "attack" };
  });
  scope.postMessage({ kind: "rows", attacking, examples: found });
};
