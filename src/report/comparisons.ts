/** What is worth a sentence about each experiment: pairs of measurements. @module */

import { LARGEST } from "../paper/curves.ts";

/** Two measurements beside each other. */
export interface Comparison {
  /** What the first is, so that a figure can follow. */
  readonly subject: string;
  readonly a: string;
  /** What the second is, likewise. */
  readonly than: string;
  readonly b: string;
  /** Unit of both; default percent. */
  readonly unit?: "%" | "";
  /** The figure that stands for what was not reached: there is no sentence with it. */
  readonly unreached?: number;
}

/** By experiment, what is worth a sentence. */
export const COMPARISONS: Readonly<Record<string, readonly Comparison[]>> = {
  linear: [{
    subject: "Moved with the weights' signs, four times as many pixels change a sum by a factor of",
    a: "linear.signs.growth",
    than: "moved at random:",
    b: "linear.noise.growth",
    unit: "",
  }],
  softmax: [{
    subject: "Softmax regression errs on attacked images:",
    a: "softmax.fgsm.error",
    than: "on clean ones:",
    b: "softmax.clean.error",
  }],
  maxout: [
    {
      subject: "Maxout errs on attacked images:",
      a: "maxout.fgsm.error",
      than: "on clean ones:",
      b: "maxout.clean.error",
    },
    {
      subject: "Its error by the exact gradient is",
      a: "maxout.fgsm.error",
      than: "by the float32 one:",
      b: "maxout.fgsm in float32.error",
    },
  ],
  rotation: [{
    subject: "Turned by .65, maxout errs on",
    a: "rotation.maxout.large.error",
    than: "adversarially trained:",
    b: "rotation.adversarialMaxout.large.error",
  }],
  lbfgs: [{
    subject: "The mean L2 distance that L-BFGS finds for maxout is",
    a: "lbfgs.maxout.distance",
    than: "by the smallest sign step that misleads:",
    b: "lbfgs.maxout.sign step.distance",
    unit: "",
  }],
  curves: [
    {
      subject: "Half of the images mislead adversarially trained maxout from ε =",
      a: "curves.adversarialMaxout.half",
      than: "naive maxout from ε =",
      b: "curves.maxout.half",
      unit: "",
      unreached: LARGEST,
    },
    {
      subject: "Its greatest error over steps of up to .25 is",
      a: "curves.adversarialMaxout.worst",
      than: "at .25 itself, on all test images:",
      b: "adversarial.fgsm.error",
    },
  ],
  logistic: [{
    subject: "Logistic regression errs on attacked images:",
    a: "logistic.fgsm.error",
    than: "on clean ones:",
    b: "logistic.clean.error",
  }],
  closed: [
    {
      subject: "Trained on the closed form, logistic regression errs under attack on",
      a: "closed.adversarial.fgsm.error",
      than: "without:",
      b: "closed.plain.fgsm.error",
    },
    {
      subject: "With L1 decay of λ = ε its training error is",
      a: "closed.l1 0.25.training error",
      than: "on the closed form:",
      b: "closed.adversarial.training error",
    },
  ],
  decay: [
    {
      subject: "With L1 decay of .0025 the training error is",
      a: "decay.0.0025.training error",
      than: "without decay:",
      b: "decay.none.training error",
    },
    {
      subject: "Under attack the network with .000025 errs on",
      a: "decay.0.000025.fgsm.error",
      than: "the adversarially trained one:",
      b: "decay.adversarial.fgsm.error",
    },
  ],
  adversarial: [
    {
      subject: "Adversarially trained, maxout errs under attack on",
      a: "adversarial.fgsm.error",
      than: "naive maxout:",
      b: "maxout.fgsm.error",
    },
    {
      subject: "On clean images it errs on",
      a: "adversarial.clean.error",
      than: "naive maxout:",
      b: "maxout.clean.error",
    },
    {
      subject: "On the naive network's examples it errs on",
      a: "adversarial.transfer from naive.error",
      than: "the naive one on its examples:",
      b: "adversarial.transfer to naive.error",
    },
  ],
  trainingAttack: [
    {
      subject: "Attacked in training through the network that dropout left, maxout errs under attack on",
      a: "trainingAttack.dropped.fgsm.error",
      than: "through the whole network:",
      b: "trainingAttack.whole.fgsm.error",
    },
    {
      subject: "With the same units dropped in both passes it errs on",
      a: "trainingAttack.both.fgsm.error",
      than: "through the whole network:",
      b: "trainingAttack.whole.fgsm.error",
    },
    {
      subject: "Attacked in training by the float32 gradient it errs on",
      a: "trainingAttack.float32.fgsm.error",
      than: "by the exact one:",
      b: "trainingAttack.whole.fgsm.error",
    },
  ],
  large: [{
    subject: "Of the larger networks the adversarially trained one errs on clean images:",
    a: "large.adversarial.clean.error",
    than: "the naive one:",
    b: "large.naive.clean.error",
  }],
  noise: [
    {
      subject: "Trained on random ±ε, maxout errs under attack on",
      a: "noise.sign.fgsm.error",
      than: "trained on the attack:",
      b: "noise.adversarial.fgsm.error",
    },
    {
      subject: "Trained on uniform noise it errs on",
      a: "noise.uniform.fgsm.error",
      than: "naive maxout:",
      b: "noise.naive.fgsm.error",
    },
  ],
  controls: [
    {
      subject: "Trained through small rotations, the small network errs under attack on",
      a: "controls.through rotation.fgsm.error",
      than: "trained on the sign step:",
      b: "controls.fgsm.fgsm.error",
    },
    {
      subject: "Perturbed at its first hidden layer in training, its activations there are",
      a: "controls.hidden.activation",
      than: "without:",
      b: "controls.plain.activation",
      unit: "",
    },
  ],
  rbf: [
    {
      subject: "The RBF network errs under attack on",
      a: "rbf.fgsm.error",
      than: "maxout:",
      b: "maxout.fgsm.error",
    },
    {
      subject: "Its confidence on mistakes is",
      a: "rbf.fgsm.confidence",
      than: "on clean images:",
      b: "rbf.clean.confidence",
    },
  ],
  agreement: [{
    subject: "Softmax regression gives maxout's wrong class on",
    a: "agreement.softmax.on mistakes",
    than: "the RBF network:",
    b: "agreement.rbf.on mistakes",
  }],
  transfer: [{
    subject: "Examples made against maxout mislead softmax regression on",
    a: "transfer.from maxout to softmax.error",
    than: "the RBF network:",
    b: "transfer.from maxout to rbf.error",
  }],
  line: [{
    subject: "The share of the line backward on which the image is taken for a 4 is",
    a: "line.right.share backward",
    than: "forward:",
    b: "line.right.share forward",
  }],
  universal: [{
    subject: "With perturbations of other images maxout errs on",
    a: "universal.maxout.another's.error",
    than: "with random signs:",
    b: "universal.maxout.noise.error",
  }],
  ensemble: [{
    subject: "Attacked as a whole, the ensemble errs on",
    a: "ensemble.whole.error",
    than: "through one member:",
    b: "ensemble.single.error",
  }],
  generative: [{
    subject: "The Boltzmann machine errs under attack on",
    a: "generative.mpDbm.fgsm.error",
    than: "on clean images:",
    b: "generative.mpDbm.clean.error",
  }],
  rubbish: [
    {
      subject: "Noise is taken for a digit by maxout in",
      a: "rubbish.maxout.error",
      than: "by softmax regression in",
      b: "rubbish.softmax.error",
    },
    {
      subject: "Taught that noise is nothing, the network takes it for a digit in",
      a: "rubbish.taught.error",
      than: "after one step toward a class:",
      b: "rubbish.taught.directed.success",
    },
  ],
  beyond: [
    {
      subject: "At ε = .1 many attacks make adversarially trained maxout err on",
      a: "beyond.adversarialMaxout.small.attacked.error",
      than: "one step:",
      b: "beyond.adversarialMaxout.small.fgsm.error",
    },
    {
      subject: "Under many attacks of .25 the RBF network errs on",
      a: "beyond.rbf.attacked.error",
      than: "under one step:",
      b: "beyond.rbf.fgsm.error",
    },
    {
      subject: "At ε = .1 certificates leave the RBF network an error of at most",
      a: "beyond.rbf.small.not excluded.error",
      than: "softmax regression:",
      b: "beyond.softmax.small.not excluded.error",
    },
  ],
};
