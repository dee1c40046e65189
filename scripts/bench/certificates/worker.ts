/** One of the workers that certify parts of the data. @module */

import { batch, certify, globalBounds, loadModel, matrix, type Model, pgd } from "../../../src/mod.ts";
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
  const start = now();
  const attacked = setting.restarts > 0
    ? pgd(model, examples, {
      ...setting.constraint,
      loss: "margin",
      restarts: setting.restarts,
      stopEarly: true,
    }).fooled
    : undefined;
  const attacking = now() - start;
  const { method, timeLimit } = setting;
  const found = certify(model, examples, {
    ...setting.constraint,
    method,
    timeLimit,
    attacked,
    now,
    global: order.global,
  });
  scope.postMessage({ kind: "rows", first: order.first, attacking, examples: found.examples });
};
