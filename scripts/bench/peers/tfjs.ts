// deno-lint-ignore-file no-explicit-any -- a library that is no dependency of this project has no types here

import type { Batch, Tensors } from "../../../src/mod.ts";
import { PUBLISHED_RECIPE } from "../../../src/models/recipe.ts";
import { CHECK_RATE, EPSILON, longAttack } from "../models.ts";
import { type Attacked, isConvolutional, type Peer, type Trained } from "./peer.ts";
import { convolutions, layers, rbf } from "./tfjs_models.ts";

const VERSION = "4.22.0";

/** Images that an attack takes at once. */
const CHUNK = 1000;

/** Factor on a loss whose gradient is only used for its sign. */
const LARGE = 1e4;

/** TensorFlow.js on one of its backends. */
export async function tfjs(backend: "wasm" | "cpu"): Promise<Peer> {
  const load = (name: string): Promise<any> => import(`npm:@tensorflow/${name}@${VERSION}`);
  // the core alone has no gradients
  const tf = await load("tfjs");
  // suppresses its advice to use another package
  tf.enableProdMode();
  await load(`tfjs-backend-${backend}`);
  const use = async () => {
    if (!await tf.setBackend(backend)) throw new Error("its backend does not start");
    await tf.ready();
  };
  await use();
  /** Calls that keep their tensors to themselves; their result is read, because they may be lazy. */
  const sampled = (call: () => any) => async (calls: number) => {
    await use();
    const from = performance.now();
    for (let i = 0; i < calls; i++) {
      const last = call();
      if (last?.dataSync) {
        last.dataSync();
        last.dispose();
      }
    }
    return (performance.now() - from) / 1000;
  };

  const inputs = ({ x }: Batch) => tf.tensor2d(x.data, [x.rows, x.cols]);
  const targets = ({ labels }: Batch) => tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), 10), "float32");
  /** x + ε·sign(∇J). The wasm backend takes the sign of a small number for 0, so the loss is made large. */
  const perturbed = (loss: (x: any, y: any) => any, x: any, y: any) =>
    tf.add(x, tf.mul(EPSILON, tf.sign(tf.grad((x: any) => tf.mul(LARGE * y.shape[0], loss(x, y)))(x))));
  /** The long attack. */
  const walked = (what: Attacked, loss: (x: any, y: any) => any, start: any, y: any) => {
    const { epsilon, steps, stepSize } = longAttack(what);
    const [least, most] = [tf.sub(start, epsilon), tf.add(start, epsilon)];
    const gradient = tf.grad((x: any) => tf.mul(LARGE * y.shape[0], loss(x, y)));
    let x = start;
    for (let i = 0; i < steps; i++) {
      x = tf.tidy(() => {
        const moved = tf.add(x, tf.mul(stepSize, tf.sign(gradient(x))));
        return tf.clipByValue(tf.minimum(tf.maximum(moved, least), most), 0, 1);
      });
    }
    return x;
  };

  return {
    name: `tfjs-${backend}`,
    about: VERSION,
    threads: 1,
    slow: backend === "cpu",
    async product({ form, m, n, k }, a, b) {
      await use();
      const A = tf.tensor2d(a, form === "gemmTN" ? [k, m] : [m, k]);
      const B = tf.tensor2d(b, form === "gemmNT" ? [n, k] : [k, n]);
      const call = () => tf.matMul(A, B, form === "gemmTN", form === "gemmNT");
      return { result: call().dataSync(), sample: sampled(() => void call().dispose()) };
    },
    async training(what: Trained, tensors: Tensors, batch: Batch) {
      await use();
      const size = what === "rbf" ? 200 : 100;
      const make = () => (isConvolutional(what) ? convolutions : what === "rbf" ? rbf : layers)(tf, tensors);
      /** One step of `rule`; the adversarial inputs are computed first, because no gradient flows through them. */
      const step = (rule: any, net: ReturnType<typeof make>, [x, y]: readonly any[], dropout: boolean) => {
        const xAdv = what === "adversarial" ? tf.tidy(() => perturbed(net.loss, x, y)) : undefined;
        rule.minimize(() => {
          const plain = net.loss(x, y, dropout);
          return xAdv ? tf.mul(0.5, tf.add(plain, net.loss(xAdv, y, dropout))) : plain;
        });
        xAdv?.dispose();
      };
      const batches = Array.from({ length: Math.floor(batch.x.rows / size) }, (_, i) =>
        tf.tidy(() => [
          tf.keep(tf.slice(inputs(batch), [i * size, 0], [size, -1])),
          tf.keep(tf.slice(targets(batch), [i * size, 0], [size, -1])),
        ]));
      const once = make();
      step(tf.train.sgd(CHECK_RATE), once, batches[0], false);
      const result = once.read();
      const net = make();
      const { momentum = 0 } = PUBLISHED_RECIPE.optimizer.name === "sgd" ? PUBLISHED_RECIPE.optimizer : {};
      const rule = what === "rbf"
        ? tf.train.adam(0.002)
        : isConvolutional(what)
        ? tf.train.adam(0.001)
        : tf.train.momentum(0.1, momentum);
      const limited = isConvolutional(what) ? [] : Object.entries(net.variables);
      const weights = limited.filter(([name]) => name.endsWith("W")).map(([, v]) => v);
      let at = 0;
      const sample = sampled(() => {
        step(rule, net, batches[at++ % batches.length], what === "maxout" || what === "adversarial");
        tf.tidy(() => {
          for (const W of weights) {
            const norm = tf.sqrt(tf.sum(tf.square(W), 0, true));
            W.assign(tf.mul(W, tf.minimum(1, tf.div(PUBLISHED_RECIPE.maxNorm, norm))));
          }
        });
      });
      return { result, sample };
    },
    async attack(what: Attacked, tensors: Tensors, batch: Batch) {
      if (what === "relu") return undefined;
      await use();
      const net = (isConvolutional(what) ? convolutions : layers)(tf, tensors);
      const { rows, cols, data } = batch.x;
      const out = new Float32Array(rows * cols);
      const call = () => {
        for (let from = 0; from < rows; from += CHUNK) {
          const to = Math.min(from + CHUNK, rows);
          tf.tidy(() => {
            const x = tf.tensor2d(data.subarray(from * cols, to * cols), [to - from, cols]);
            const y = targets({ ...batch, labels: batch.labels.subarray(from, to) });
            const found = isConvolutional(what) ? walked(what, net.loss, x, y) : perturbed(net.loss, x, y);
            out.set(tf.clipByValue(found, 0, 1).dataSync(), from * cols);
          });
        }
      };
      call();
      return { result: out.slice(), sample: sampled(call) };
    },
  };
}
