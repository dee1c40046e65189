/** What answers the page's requests. @module */

import { InputError } from "../../errors.ts";
import { init, loadModel, measureRubbish, type Model, rubbish } from "../../mod.ts";
import type { Context, Params, RequestName, Result } from "../messages.ts";
import { attackExample, certify, scoreCurves, smallestEpsilon, strongestEpsilon } from "./attack.ts";
import { catalog } from "./catalog.ts";
import { builtInDigits, type Data, galleryOf } from "./data.ts";
import { rubbishToward, transfer } from "./evaluate.ts";
import { readFiles } from "./files.ts";
import { type Interrupted, resting, trainModel } from "./training.ts";

/** For each request, what answers it. */
export type Handlers = {
  readonly [K in RequestName]: (params: Params<K>, context: Context<K>) => Result<K> | Promise<Result<K>>;
};

/** Handlers that begin with the built-in digits, or with `builtIn`, and no models. */
export function createHandlers(builtIn: Data = builtInDigits()): Handlers {
  // a link is to show the same everywhere, and these kernels give the same bytes in every browser
  init({ kernels: "baseline" });
  let data: Data = builtIn;
  const models = new Map<string, Model>();
  const interrupted = new Map<string, Interrupted>();
  const { rest, rested } = resting();

  const modelOf = (name: string) => {
    const model = models.get(name);
    if (!model) throw new InputError("value", `use the model ${name}`, "it is not there yet");
    return model;
  };
  /** Keeps a model, unless other examples have come meanwhile, which it does not fit. */
  const setModel = (name: string, model: Model) => {
    if (model.inputs !== data.inputs || model.classes !== data.classes) return model[Symbol.dispose]();
    models.get(name)?.[Symbol.dispose]();
    models.set(name, model);
  };
  const labelledData = (action: string) => {
    if (!data.labelled) throw new InputError("shape", action, "the examples were opened without labels");
    return data;
  };
  /** Takes other examples; models of another shape go. */
  const useData = (next: Data) => {
    const reshaped = next.inputs !== data.inputs || next.classes !== data.classes;
    data = next;
    interrupted.clear();
    if (reshaped) {
      models.forEach((model) => model[Symbol.dispose]());
      models.clear();
    }
    return reshaped;
  };

  return {
    catalog: () => catalog(data),
    gallery: ({ count }) => galleryOf(data, count),
    async train(params, context) {
      const before = params.resume ? interrupted.get(params.name) : undefined;
      const outcome = await trainModel(params, { data: labelledData("train"), interrupted: before, rested }, {
        ...context,
        onProgress(progress) {
          if (progress.end) setModel(params.name, loadModel(progress.end.bytes));
          context.onProgress(progress);
        },
      });
      interrupted.delete(params.name);
      if (outcome.interrupted) interrupted.set(params.name, outcome.interrupted);
      if (outcome.model) setModel(params.name, outcome.model);
      return { finished: outcome.finished, epochs: outcome.epochs, bytes: outcome.bytes };
    },
    rest,
    setModel: ({ name, bytes }) => setModel(name, loadModel(bytes)),
    attack(params) {
      const loaded = modelOf(params.source);
      return attackExample(loaded, params, params.alone ? [[params.source, loaded]] : models);
    },
    smallest: (params) => smallestEpsilon(modelOf(params.source), params),
    strongest: (params) => strongestEpsilon(modelOf(params.source), params),
    certify: (params) => certify(modelOf(params.source), params),
    curves: (params) => scoreCurves(modelOf(params.source), params),
    transfer: (params) => transfer(models, labelledData("measure").test, params),
    rubbish: (params) => rubbishToward(modelOf(params.source), params),
    noiseError: ({ source, ...options }) => measureRubbish(rubbish(modelOf(source), options)),
    async openFiles({ files }) {
      const { model, data: opened, link } = await readFiles(files, data);
      const reshaped = opened ? useData(opened) : false;
      if (model) setModel("opened", model.model);
      return {
        model: model && { name: model.name, bytes: model.bytes, family: model.model.family.name },
        examples: opened !== undefined,
        reshaped,
        link,
      };
    },
    closeFiles: () => ({ reshaped: useData(builtIn) }),
  };
}
