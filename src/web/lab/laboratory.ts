/** What answers the page's questions. @module */

import { InputError } from "../../errors.ts";
import { init, loadModel, measureRubbish, type Model, rubbish } from "../../mod.ts";
import { builtInDigits, type Data, galleryOf } from "./data.ts";
import { grow } from "./grow.ts";
import { curves, look } from "./look.ts";
import { contentsOf } from "./opening.ts";
import type { Answer, Ask, Context, Kind } from "./exchanges.ts";
import { type Interrupted, training } from "./training.ts";
import { transfer } from "./transfer.ts";

/** For each kind of question, what answers it. */
export type Laboratory = {
  readonly [K in Kind]: (ask: Ask<K>, context: Context<K>) => Answer<K> | Promise<Answer<K>>;
};

/** A laboratory with the built-in digits and no models yet. */
export function laboratory(): Laboratory {
  // a link is to show the same everywhere, and these kernels give the same bytes in every browser
  init({ kernels: "baseline" });
  let opened: Data | undefined;
  const data = () => opened ?? builtIn;
  const builtIn = builtInDigits();
  const models = new Map<string, Model>();
  const interrupted = new Map<string, Interrupted>();

  const modelOf = (name: string) => {
    const model = models.get(name);
    if (!model) throw new InputError("value", `use the model ${name}`, "it is not there yet");
    return model;
  };
  const put = (name: string, model: Model) => {
    models.get(name)?.[Symbol.dispose]();
    models.set(name, model);
  };
  const labelled = (action: string) => {
    if (!data().labelled) {
      throw new InputError("shape", `${action}`, "the images were opened without labels");
    }
    return data();
  };

  return {
    gallery: ({ count }) => galleryOf(opened, count),
    async train(ask, context) {
      const before = ask.resume ? interrupted.get(ask.name) : undefined;
      const outcome = await training(ask, { data: labelled("train"), interrupted: before }, {
        ...context,
        tell(progress) {
          if (progress.end) put(ask.name, loadModel(progress.end.bytes));
          context.tell(progress);
        },
      });
      interrupted.delete(ask.name);
      if (outcome.interrupted) interrupted.set(ask.name, outcome.interrupted);
      if (outcome.model) put(ask.name, outcome.model);
      return { finished: outcome.finished, bytes: outcome.bytes };
    },
    put: ({ name, bytes }) => put(name, loadModel(bytes)),
    look: (ask) => look(modelOf(ask.source), ask, models),
    curves: (ask) => curves(modelOf(ask.source), ask),
    transfer: (ask) => transfer(models, labelled("measure").test, ask),
    grow: (ask) => grow(modelOf(ask.source), ask),
    noise: ({ source, ...options }) => measureRubbish(rubbish(modelOf(source), options)),
    async open({ files }) {
      const { model, data: images, link } = await contentsOf(files);
      if (images) {
        opened = images;
        interrupted.clear();
      }
      if (model) put("opened", model.model);
      return {
        model: model && { name: model.name, bytes: model.bytes, family: model.model.family.name },
        images: images !== undefined,
        link,
      };
    },
  };
}
