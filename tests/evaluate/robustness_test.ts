import "../../src/runtime/inlined.ts";
import { EFFORTS, stagesOf } from "../../src/evaluate/efforts.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { certify } from "../../src/certify/mod.ts";
import { type Batch, batch } from "../../src/data/batch.ts";
import { constraint } from "../../src/constraints/mod.ts";
import { digits } from "../../src/data/digits.ts";
import { InputError } from "../../src/errors.ts";
import { probeWarnings } from "../../src/evaluate/probes.ts";
import { robustness } from "../../src/evaluate/robustness.ts";
import type { RobustnessReport } from "../../src/evaluate/robustness_report.ts";
import { runSteps } from "../../src/evaluate/outcomes.ts";
import { heads } from "../../src/heads.ts";
import { predict } from "../../src/predict.ts";
import { type Matrix, matrix } from "../../src/matrix.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { model } from "../../src/models/model.ts";
import { rbf } from "../../src/models/rbf.ts";
import { softmaxLinear } from "../../src/models/softmax_linear.ts";
import { fillUniform, rng } from "../../src/rng.ts";
import { train } from "../../src/train/mod.ts";

/** A linear model of 5 inputs and 3 classes, drawn at random. */
function linear() {
  const [W, b] = [matrix(3, 5), matrix(1, 3)];
  fillUniform(W, rng(1), { lo: -1, hi: 1 });
  const tensors = { W: { shape: [3, 5], data: W.data }, b: { shape: [3], data: b.data } };
  return model(softmaxLinear({ inputs: 5, classes: 3 }), { tensors });
}

/** 60 inputs in [0, 1], labelled as the model sees them but for the first 6. */
function labelled(scores: (x: Matrix) => Matrix, inputs = 5, classes = 3): Batch {
  const x = matrix(60, inputs);
  fillUniform(x, rng(2));
  const s = scores(x);
  const labels = Array.from({ length: 60 }, (_, i) => {
    const row = Array.from(s.data.subarray(i * s.cols, (i + 1) * s.cols));
    const top = s.cols === 1 ? Number(row[0] > 0) : row.indexOf(Math.max(...row));
    return i < 6 ? (top + 1) % classes : top;
  });
  return batch({ x, labels, classes });
}

const names = ({ warnings }: RobustnessReport) => warnings.map(({ name }) => name);

Deno.test("robustness() of a linear model is a bracket of zero width: every example is certified or fooled", () => {
  using subject = linear();
  const examples = labelled(subject.scores.bind(subject));
  for (const norm of ["Linf", "L2"] as const) {
    const report = robustness(subject, examples, {
      epsilons: [0.3, 0.05],
      norm,
      bounds: [0, 1],
      perExample: true,
    });
    assertEquals(report.at.map(({ epsilon }) => epsilon), [0.05, 0.3]);
    assertAlmostEquals(report.clean.errorRate, 0.1, 1e-12);
    for (const { epsilon, attacked, certified, unresolved } of report.at) {
      const exact = certify(subject, examples, { epsilon, norm, bounds: [0, 1] });
      assertEquals(certified!.errorRate, exact.errorRate);
      assertEquals(attacked.errorRate, exact.errorRate, `${norm} ${epsilon}`);
      assertEquals(unresolved, 0);
    }
    // the targeted DLR loss of apgd needs four
    assertEquals(names(report), ["fewClasses"]);
    report.perExample!.forEach(({ by, size, certified }, i) => {
      assertEquals(by === "clean", i < 6);
      assertEquals(size === null, by === null);
      assert(by === null || size! <= 0.3 + 1e-6);
      assert(!(by !== null && (certified ?? 0) >= 0.3), "fooled and certified");
    });
  }
});

Deno.test("robustness() without certificates leaves examples that no attack fooled unresolved", () => {
  using subject = linear();
  const examples = labelled(subject.scores.bind(subject));
  const [{ attacked, certified, unresolved }] = robustness(subject, examples, {
    epsilons: [0.05],
    effort: "quick",
    certify: "none",
  }).at;
  assertEquals(certified, null);
  assertEquals(unresolved, Math.round(60 * (1 - attacked.errorRate)));
});

Deno.test("robustness() gives each attack only the examples not fooled yet, and the errors rise along the cascade", () => {
  using subject = linear();
  const examples = labelled(subject.scores.bind(subject));
  const { at: [{ attacked }], perExample } = robustness(subject, examples, {
    epsilons: [0.1],
    effort: "quick",
    perExample: true,
  });
  const errors = attacked.byAttack.map(({ errorRate }) => errorRate);
  assertEquals(errors, errors.toSorted((a, b) => a - b));
  assertEquals(errors.at(-1), attacked.errorRate);
  for (const { by, queries } of perExample!) assert(by === "clean" ? queries === 0 : queries > 0);
});

Deno.test("robustness() stops at its time limit and keeps its results", () => {
  using subject = linear();
  let time = 0;
  const report = robustness(subject, labelled(subject.scores.bind(subject)), {
    epsilons: [0.01],
    timeLimit: 0.003,
    now: () => time++,
  });
  assertEquals(report.at[0].complete, false);
  assert(report.at[0].unresolved > 0);
});

Deno.test("robustness() refuses invalid options", () => {
  using subject = linear();
  const examples = labelled(subject.scores.bind(subject));
  const refuse = (options: object, reason: string) =>
    assertThrows(() => robustness(subject, examples, { epsilons: [0.1], ...options }), InputError, reason);
  refuse({ epsilons: [] }, "must not be empty");
  refuse({ epsilons: [0] }, "> 0");
  refuse({ effort: "extreme" }, "must be quick, standard or thorough");
  refuse({ timeLimit: 1 }, "it needs a clock");
  refuse({ epsilon: 0.1 }, "did you mean epsilons?");
  const plain: Differentiable = { ...user(), inputs: 2 };
  // a model that cannot be certified is not an error
  const { at, warnings } = robustness(plain, labelled(plain.scores, 2, 2), {
    epsilons: [0.1],
    effort: "quick",
    certify: "crown",
  });
  assertEquals([at[0].certified, at[0].unresolved > 0], [null, true]);
  assertEquals(
    warnings.find(({ name }) => name === "noCertificates")?.text,
    "Nothing is certified, and what no attack fooled is unresolved: the model is not one whose operations are known",
  );
});

/** A logistic model of two inputs by hand: scores (0, 3·(x₀ + x₁ − 1)). */
function user(slope = 3): Differentiable {
  const scores = (x: Matrix) => {
    const out = matrix(x.rows, 2);
    for (let i = 0; i < x.rows; i++) out.data[2 * i + 1] = slope * (x.data[2 * i] + x.data[2 * i + 1] - 1);
    return out;
  };
  return {
    inputs: 2,
    classes: 2,
    head: heads.softmax,
    scores,
    inputGradient(x, dScores) {
      const d = dScores(scores(x), 0);
      return matrix(
        x.rows,
        2,
        Float32Array.from({ length: 2 * x.rows }, (_, i) => slope * d.data[i - i % 2 + 1]),
      );
    },
  };
}

/** The warnings about a model that differs from `user` in these members. */
function warned(change: Partial<Differentiable>, options: object = {}): string[] {
  const plain = user();
  const subject = { ...plain, ...change };
  const examples = labelled(plain.scores, 2, 2);
  return names(robustness(subject, examples, { epsilons: [0.1], effort: "quick", ...options }));
}

Deno.test("robustness() has no warning about a sound model", () => assertEquals(warned({}), []));

Deno.test("robustness() warns of gradients that are zero", () =>
  assert(warned({ inputGradient: (x) => matrix(x.rows, 2) }).includes("zeroGradients")));

Deno.test("robustness() warns of a loss that is flat where probabilities round to 1", () => {
  const { head: _, ...steep } = user(1e4);
  assert(warned(steep).includes("saturatedLoss"));
});

Deno.test("robustness() warns of probabilities given as scores", () => {
  const { scores } = user();
  const probabilities = (x: Matrix) => {
    const out = matrix(x.rows, 2);
    heads.softmax.probabilities(out, scores(x));
    return out;
  };
  assert(warned({ scores: probabilities }).includes("probabilitiesAsScores"));
});

Deno.test("robustness() warns of a model that answers the same inputs differently", () => {
  const { scores } = user();
  let call = 0;
  const random = (x: Matrix) => {
    const out = scores(x);
    call++;
    for (let i = 0; i < out.data.length; i++) out.data[i] += ((i * 7919 + call * 104729) % 13) / 100;
    return out;
  };
  assert(warned({ scores: random }).includes("randomisedModel"));
});

Deno.test("robustness() warns where noise fools examples that gradients miss", () => {
  const { inputGradient } = user();
  const wrong: Differentiable["inputGradient"] = (x, dScores) => {
    const g = inputGradient(x, dScores);
    return matrix(g.rows, g.cols, g.data.map((value) => -value));
  };
  assert(warned({ inputGradient: wrong }, { epsilons: [0.3] }).includes("noiseBeatsGradient"));
});

Deno.test("robustness() warns where a single step fools examples that many steps do not", () => {
  const { inputGradient } = user();
  const examples = labelled(user().scores, 2, 2);
  const known = new Set(Array.from({ length: 60 }, (_, i) => examples.x.data.slice(2 * i, 2 * i + 2).join()));
  const masked: Differentiable["inputGradient"] = (x, dScores) => {
    const g = inputGradient(x, dScores);
    const sign = (i: number) => known.has(x.data.slice(i - i % 2, i - i % 2 + 2).join()) ? 1 : -1;
    return matrix(g.rows, g.cols, g.data.map((value, i) => sign(i) * value));
  };
  assert(warned({ inputGradient: masked }, { epsilons: [0.2] }).includes("singleStepBeatsMany"));
});

Deno.test("robustness() warns of success that more room takes away", () => {
  const { inputGradient } = user();
  // 1 in a band beside the first example's place alone
  const scores = (x: Matrix) => {
    const out = matrix(x.rows, 2);
    for (let i = 0; i < x.rows; i++) {
      const sum = x.data[2 * i] + x.data[2 * i + 1];
      out.data[2 * i + 1] = sum > 1.15 && sum < 1.25 ? 1 : sum > 1.25 ? -1 : sum - 1.15;
    }
    return out;
  };
  const x = matrix(20, 2, Float32Array.from({ length: 40 }, () => 0.5));
  const subject = { ...user(), scores, inputGradient };
  const examples = batch({ x, labels: new Int32Array(20), classes: 2 });
  const report = robustness(subject, examples, { epsilons: [0.1, 0.4], effort: "quick" });
  assert(names(report).includes("notMonotone"), `${names(report)}`);
});

Deno.test("robustness() warns of inputs outside the bounds, tries nothing on them and leaves them unresolved", () => {
  const subject = user();
  const examples = labelled(subject.scores, 2, 2);
  examples.x.data[20 * 2] = 3;
  const labels = examples.labels.slice();
  labels[20] = 1;
  const report = robustness(subject, { ...examples, labels }, {
    epsilons: [0.1],
    bounds: [0, 1],
    effort: "quick",
    perExample: true,
  });
  assert(names(report).includes("inputsOutsideBounds"));
  assertEquals(report.perExample![20], { by: null, size: null, certified: null, queries: 0 });
});

Deno.test("robustness() of a model without gradients says so, and tries attacks that need none", () => {
  const { inputGradient: _, ...black } = user();
  const report = robustness(black, labelled(black.scores, 2, 2), { epsilons: [0.3], effort: "quick" });
  assert(names(report).includes("noGradients"));
  assert(report.at[0].attacked.byAttack.length > 0);
});

Deno.test("robustness() warns of an RBF network, whose own loss hides the way to other classes", async () => {
  const data = digits({ seed: 1, train: 1000, test: 200 });
  using subject = await train(rbf({ inputs: 784, classes: 10 }), data.train, { epochs: 8, seed: 1 });
  const report = robustness(subject, data.test, { epsilons: [0.05], effort: "quick", certify: "none" });
  assert(names(report).includes("maskedLoss"), JSON.stringify(report.at));
});

Deno.test("robustness() reports certificates that contradict its attacks as a bug", () => {
  using subject = linear();
  const examples = labelled(subject.scores.bind(subject));
  const stage = { name: "fgsm", attack: "fgsm", options: {} } as const;
  const findings = [{ stage, epsilon: 0.1, open: 60, newlyFooled: [7, 9], zeroGradients: 0 }];
  const found = (certified: number) =>
    runSteps(probeWarnings({
      model: subject,
      examples,
      findings,
      largest: 0.1,
      seed: 0,
      limits: (epsilon) => constraint(5, { epsilon }),
      attack: () => {
        throw new Error("nothing is to be tried again");
      },
      certified: () => certified,
    })).map(({ name }) => name);
  assertEquals(found(0), []);
  assertEquals(found(1), ["certificateContradicted"]);
});

Deno.test("stagesOf() leaves out no stage of an attack that is there: its options are those of the attack", () => {
  for (const effort of EFFORTS) {
    const stages = stagesOf(effort, { norm: "Linf", gradients: true }).map(({ name }) => name);
    const apgd = stages.filter((name) => name.startsWith("apgd")).length;
    assertEquals(apgd, { quick: 0, standard: 3, thorough: 4 }[effort]);
    assertEquals(stages.includes("square"), effort !== "quick");
    assertEquals(stages.includes("fab"), effort === "thorough");
    for (const norm of ["L2", "L1"]) {
      const others = stagesOf(effort, { norm, gradients: false }).map(({ name }) => name);
      assertEquals(others, effort === "quick" ? ["noise"] : ["square", "noise"]);
    }
  }
});

Deno.test("stagesOf() gives the width of images only to attacks that take it", () => {
  const told = (width?: number) =>
    stagesOf("standard", { norm: "Linf", gradients: true, width }).filter(({ options }) =>
      "width" in options
    );
  assertEquals(told(), []);
  assertEquals(told(28).map(({ name, options }) => [name, options.width]), [["square", 28]]);
});

Deno.test("robustness() passes the width of images on to attacks", () => {
  using subject = linear();
  const examples = labelled(subject.scores.bind(subject));
  const options = { epsilons: [0.01], certify: "none" } as const;
  robustness(subject, examples, { ...options, width: 5 });
  // 5 inputs fill no rows of 3
  assertThrows(() => robustness(subject, examples, { ...options, width: 3 }), InputError, "width 3");
});

Deno.test("robustness() reports the smallest perturbation found of each fooled example, allowed and misclassified", () => {
  using subject = linear();
  const examples = labelled(subject.scores.bind(subject));
  for (const norm of ["Linf", "L2", "L1"] as const) {
    const found = new Map<number, Float32Array>();
    const { perExample, at } = robustness(subject, examples, {
      epsilons: [0.2, 0.5],
      norm,
      effort: "quick",
      bounds: [0, 1],
      certify: "none",
      perExample: true,
      onFooled: (i, x) => found.set(i, x.slice()),
    });
    const limits = constraint(5, { epsilon: 0.5, norm, bounds: [0, 1] });
    const fooled = perExample!.flatMap(({ by }, i) => by === null || by === "clean" ? [] : [i]);
    assert(fooled.length > 5, norm);
    assertEquals([...found.keys()].toSorted((a, b) => a - b), fooled);
    for (const [i, row] of found) {
      const [x, own] = [matrix(1, 5, row), matrix(1, 5, examples.x.data.slice(5 * i, 5 * i + 5))];
      assertEquals(limits.check(x, own), undefined);
      assert(predict(subject, x).predicted[0] !== examples.labels[i]);
      assert(perExample![i].size! <= 0.5);
    }
    // whatever was found within the larger size and is of the smaller one counts there
    at.forEach(({ epsilon, attacked }) => {
      const within = perExample!.filter(({ size }) => size !== null && size <= epsilon).length;
      assertEquals(attacked.errorRate, within / 60);
    });
  }
});

Deno.test("robustness() shortens the perturbation that an attack found, to within 1/64 of it", () => {
  const subject = user();
  const examples = labelled(subject.scores, 2, 2);
  const { perExample } = robustness(subject, examples, {
    epsilons: [0.5],
    effort: "quick",
    perExample: true,
  });
  perExample!.slice(6).forEach(({ size }, i) => {
    const [a, b] = examples.x.data.subarray(2 * (i + 6));
    const exact = Math.abs(a + b - 1) / 2;
    assert(size! >= exact - 1e-6 && size! <= exact + 0.5 / 64 + 1e-6, `${size} for ${exact}`);
  });
});

Deno.test("robustness() counts an example at a smaller size if the shortened perturbation of a larger one fits", () => {
  const { inputGradient } = user();
  // the 41 gradients of the attacks at the small size lead astray; those at the larger one show the way
  let asked = 0;
  const fickle: Differentiable["inputGradient"] = (x, dScores) => {
    const g = inputGradient(x, dScores);
    return asked++ < 41 ? matrix(g.rows, g.cols) : g;
  };
  const subject = { ...user(), inputGradient: fickle };
  const x = matrix(20, 2, Float32Array.from({ length: 40 }, (_, i) => 0.5 + 0.001 * (i + 1)));
  const examples = batch({ x, labels: new Int32Array(20).fill(1), classes: 2 });
  const { at: [small, large] } = robustness(subject, examples, { epsilons: [0.05, 0.5], effort: "quick" });
  assertEquals(large.attacked.errorRate, 1);
  const { attack, errorRate } = small.attacked.byAttack.at(-1)!;
  assertEquals([attack, errorRate], ["shortened", small.attacked.errorRate]);
  assert(errorRate > small.attacked.byAttack.at(-2)!.errorRate);
});

Deno.test("robustness() stops within an attack, and keeps what other runs found", () => {
  using subject = linear();
  const examples = labelled(subject.scores.bind(subject));
  let time = 0;
  const { at: [{ attacked, complete }] } = robustness(subject, examples, {
    epsilons: [0.2],
    timeLimit: 0.012,
    now: () => time++,
  });
  assertEquals(complete, false);
  assertEquals(attacked.byAttack.map(({ attack }) => attack), ["fgsm", "pgd"]);
  assert(attacked.errorRate > 0.1);
});

Deno.test("robustness() warns of scores that are clipped, whose gradient vanishes", () => {
  const { scores, inputGradient } = user(20);
  const clip = (s: number) => Math.max(-2, Math.min(2, s));
  const clipped = warned({
    scores: (x) => {
      const s = scores(x);
      return matrix(s.rows, s.cols, s.data.map(clip));
    },
    inputGradient: (x, dScores) => {
      const s = scores(x);
      const g = inputGradient(x, (_, first) => dScores(matrix(s.rows, s.cols, s.data.map(clip)), first));
      return matrix(
        g.rows,
        g.cols,
        g.data.map((value, i) => Math.abs(s.data[i - i % 2 + 1]) < 2 ? value : 0),
      );
    },
  });
  assert(clipped.includes("zeroGradients"), `${clipped}`);
});

Deno.test("robustness() warns where an attack by scores fools examples that gradients and noise miss", () => {
  // 40 inputs, of which noise moves the sum little; the gradient given points away from the boundary
  const scores = (x: Matrix) => {
    const out = matrix(x.rows, 2);
    for (let i = 0; i < x.rows; i++) {
      for (let j = 0; j < 40; j++) out.data[2 * i + 1] += (j % 2 ? 1 : -1) * x.data[40 * i + j];
      out.data[2 * i + 1] += 2;
    }
    return out;
  };
  const subject: Differentiable = {
    inputs: 40,
    classes: 2,
    head: heads.softmax,
    scores,
    inputGradient(x, dScores) {
      const d = dScores(scores(x), 0);
      return matrix(
        x.rows,
        40,
        Float32Array.from(
          { length: 40 * x.rows },
          (_, i) => (i % 2 ? -1 : 1) * d.data[2 * Math.floor(i / 40) + 1],
        ),
      );
    },
  };
  const examples = batch({ x: matrix(20, 40), labels: new Int32Array(20).fill(1), classes: 2 });
  const report = robustness(subject, examples, { epsilons: [0.1], certify: "none" });
  assert(names(report).includes("blackBoxBeatsGradient"), `${names(report)}`);
});
