/**
 * Adversarial robustness for small models: train them, attack them, measure them.
 *
 * Linear, maxout and RBF models, the fast gradient sign method and its controls, rubbish inputs, adversarial training
 * and the measures of "Explaining and Harnessing Adversarial Examples" (Goodfellow, Shlens and Szegedy, 2015), on
 * SIMD kernels in WebAssembly. Everything is synchronous but `train`, and seeded.
 *
 * This entry holds the kernels and compiles them at first use: no path, no fetch, no permission. Where a host forbids
 * that, `@gibbon/gibbon/module` takes them compiled.
 *
 * @example
 * ```ts
 * import { digits, fgsm, measure, softmaxLinear, train } from "@gibbon/gibbon";
 * import { assert } from "@std/assert";
 *
 * const data = digits({ seed: 1, train: 1000, test: 200 });
 * using model = await train(softmaxLinear({ inputs: 784, classes: 10 }), data.train, { epochs: 3, seed: 1 });
 * const adversarial = fgsm(model, data.test, { epsilon: 0.25 });
 * assert(measure(model, adversarial).errorRate > measure(model, data.test).errorRate);
 * ```
 *
 * @module
 */

export { init } from "./runtime/inlined.ts";
export * from "./module.ts";
