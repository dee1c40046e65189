import { InputError } from "../../src/errors.ts";
import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import type { Adversarial, Attack, AttackOptions } from "../../src/attacks/attack.ts";
import { perturbation } from "../../src/attacks/perturbations.ts";
import type { LossOptions } from "../../src/attacks/direction.ts";
import { anyAttacks, fgsm, rotation, signNoise, uniformNoise } from "../../src/attacks/mod.ts";
import type { Distance, Epsilon } from "../../src/constraints/constraint.ts";
import { type Batch, slice } from "../../src/data/batch.ts";
import { losses, lossGradient } from "../../src/loss.ts";
import { predict } from "../../src/predict.ts";
import { matrix, rowsOf } from "../../src/matrix.ts";
import type { Differentiable } from "../../src/models/classifier.ts";
import { SHORT } from "./short.ts";
import {
  examplesFor,
  forEveryModel,
  INPUTS,
  specimenModel,
  specimens,
  userModel,
} from "../models/specimens.ts";

/** An attack of the registry, with options that change its algorithm. */
interface Case {
  name: string;
  attack: Attack;
  options: Omit<AttackOptions, "constraint"> & LossOptions;
  norm: Distance;
}

const cases: readonly Case[] = [
  ...Object.entries(anyAttacks).map(([name, attack]): Case => ({
    name,
    attack,
    options: SHORT[name] ?? {},
    norm: attack.norms[0],
  })),
  { name: "fgsm in L2", attack: fgsm, options: { norm: "L2" }, norm: "L2" },
  { name: "fgsm in L1", attack: fgsm, options: { norm: "L1" }, norm: "L1" },
  { name: "fgsm in float32", attack: fgsm, options: { gradient: "float32" }, norm: "Linf" },
  { name: "fgsm on predictions", attack: fgsm, options: { labels: "predicted" }, norm: "Linf" },
  { name: "fgsm at class 1", attack: fgsm, options: { target: 1 }, norm: "Linf" },
  { name: "fgsm at class 0 in L2", attack: fgsm, options: { target: 0, norm: "L2" }, norm: "L2" },
  { name: "rotation at class 1", attack: rotation, options: { target: 1 }, norm: "angle" },
  { name: "rotation on predictions", attack: rotation, options: { labels: "predicted" }, norm: "angle" },
];

/** Every model by its name. */
const models = [...specimens.map(({ name }) => name), "a user's model"];

/** Models for laws of the driver, which do not depend on models. */
const FEW = ["softmaxLinear {}", 'maxout {"units":[5,4],"pieces":2}', "a user's model"];

/**
 * Runs `law` on every attack and every family, a family's variants in turn over the attacks; or on every attack and `few`
 * models. The turn counts the pairs.
 */
function forEveryPair(
  law: (model: Differentiable, each: Case, name: string, turn: number) => void,
  few?: readonly string[],
): void {
  const variants = Map.groupBy(models, (name) => name.split(" ")[0]);
  let turn = 0;
  forEveryModel((model, of) => {
    const own = variants.get(of.split(" ")[0])!;
    cases.forEach((each, i) => {
      const takes = few ? few.includes(of) : own[i % own.length] === of;
      if (takes) law(model, each, `${each.name} on ${of}`, turn++);
    });
  });
  if (few) assertEquals(turn, few.length * cases.length, "every model of the few is one");
}

/** Examples where rounding hurts: zeros of both signs, denormals, ties, an ulp below 1, large numbers. */
function hardExamples(model: Differentiable, { within = false } = {}): Batch {
  const examples = examplesFor(model, 12, { lo: 0, hi: 1 });
  const hard = [0, 1, 1e-45, 1e-39, 0.1, 0.3, 1 - 2 ** -24, 0.5];
  if (!within) hard.push(-0, -1, 1e3, -(2 ** 24), 3 + 2 ** -22, -1e-45);
  examples.x.data.forEach((_, i) => {
    if (i % 2 === 0) examples.x.data[i] = hard[(i / 2) % hard.length];
  });
  return examples;
}

const bits = ({ data }: { data: Float32Array }) => new Uint32Array(data.slice().buffer);

/** The rows of so many inputs, in double. */
function rowsIn(data: ArrayLike<number>): number[][] {
  const all = Array.from(data);
  return Array.from({ length: all.length / INPUTS }, (_, b) => all.slice(b * INPUTS, (b + 1) * INPUTS));
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const length = (row: readonly number[]) => Math.sqrt(sum(row.map((value) => value * value)));
const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((value, i) => value * b[i]));

/** The distance of each row, in double. */
function distances(from: ArrayLike<number>, to: ArrayLike<number>, norm: Distance): number[] {
  const others = rowsIn(to);
  return rowsIn(from).map((row, b) => {
    const by = row.map((value, i) => Math.abs(others[b][i] - value));
    if (norm === "Linf") return Math.max(...by);
    if (norm === "L1") return sum(by);
    if (norm === "L0") return by.filter((each) => each > 0).length;
    return norm === "L2" ? length(by) : angle(row, others[b]);
  });
}

/** The angle between two vectors, accurate also where it is small; 0 where one has no direction. */
function angle(a: readonly number[], b: readonly number[]): number {
  if (length(a) === 0) return length(b);
  const [u, v] = [a.map((value) => value / length(a)), b.map((value) => value / length(b))];
  return 2 * Math.atan2(length(u.map((value, i) => value - v[i])), length(u.map((value, i) => value + v[i])));
}

/** How fast a loss of this gradient rises, per unit of ε, along the best step from `x`. */
function steepest(norm: Distance, gradient: readonly number[], x: readonly number[]): number {
  if (norm === "Linf") return sum(gradient.map(Math.abs));
  if (norm === "L1") return Math.max(...gradient.map(Math.abs));
  if (norm === "L2") return length(gradient);
  // what is orthogonal to x of the gradient, at the distance ‖x‖ from the origin
  const along = dot(gradient, x) / dot(x, x);
  return length(x) * length(gradient.map((value, i) => value - along * x[i]));
}

const EPSILONS = [0.1, 0.25, 1e-3, 1e-8, 7.3, 1e-42];

Deno.test("attacks never go beyond epsilon, in double, and find where they went", () => {
  forEveryPair((model, { attack, options, norm }, name, turn) => {
    const examples = hardExamples(model);
    // an ordinary one for each pair, and the others in turn
    for (const epsilon of [0.3, EPSILONS[turn % EPSILONS.length]]) {
      const { x, original } = attack(model, examples, { ...options, epsilon });
      assertEquals(original, examples.x, name);
      const far = distances(examples.x.data, x.data, norm);
      assert(far.every((distance) => distance <= epsilon), `${name}: ${Math.max(...far)} beyond ${epsilon}`);
    }
  });
});

Deno.test("attacks never go beyond an epsilon for each input", () => {
  const epsilon = Float32Array.of(0.1, 0, 0.3, 1e-3, 2, 0.25, 1e-45);
  forEveryPair((model, { attack, options, norm }, name) => {
    if (norm !== "Linf") return;
    const examples = hardExamples(model);
    const { x } = attack(model, examples, { ...options, epsilon });
    x.data.forEach((value, i) => {
      const distance = Math.abs(value - examples.x.data[i]);
      assert(distance <= epsilon[i % INPUTS], `${name}: ${distance} beyond ${epsilon[i % INPUTS]}`);
    });
    const same = attack(model, examples, { ...options, epsilon: new Float32Array(INPUTS).fill(0.25) });
    assertEquals(same.x, attack(model, examples, { ...options, epsilon: 0.25 }).x, name);
  });
});

Deno.test("attacks stay within bounds, in double, and within epsilon where they are clipped", () => {
  forEveryPair((model, { attack, options, norm }, name, turn) => {
    const unit = hardExamples(model, { within: true });
    // float32's 0.7 lies below 0.7, but its −0.3 below −0.3
    const odd = examplesFor(model, 12, { lo: -0.29, hi: 0.69 });
    odd.x.data.set([Math.fround(0.7), -0.29999998]);
    const above = examplesFor(model, 12, { lo: 0.71, hi: 1.89 });
    const each = [[unit, [0, 1]], [odd, [-0.3, 0.7]], [above, [0.7, 1.9]]] as const;
    each.forEach(([examples, bounds], i) => {
      const epsilon = [0.1, 0.3, 5][(turn + i) % 3];
      const { x } = attack(model, examples, { ...options, epsilon, bounds });
      assert(x.data.every((value) => value >= bounds[0] && value <= bounds[1]), `${name} within ${bounds}`);
      assert(distances(examples.x.data, x.data, norm).every((distance) => distance <= epsilon), name);
    });
  });
});

Deno.test("attacks with infinite bounds do as without", () => {
  forEveryPair((model, { attack, options }, name) => {
    const examples = hardExamples(model);
    const free = attack(model, examples, { ...options, epsilon: 0.3 });
    const bounded = attack(model, examples, { ...options, epsilon: 0.3, bounds: [-Infinity, Infinity] });
    assertEquals(bits(bounded.x), bits(free.x), name);
  }, FEW);
});

Deno.test("attacks at epsilon 0 are the identity on bits, within bounds too", () => {
  forEveryPair((model, { attack, options, norm }, name) => {
    const [free, within] = [hardExamples(model), hardExamples(model, { within: true })];
    within.x.data[0] = -0;
    const none: Epsilon[] = norm === "Linf" ? [0, new Float32Array(INPUTS)] : [0];
    for (const epsilon of none) {
      assertEquals(bits(attack(model, free, { ...options, epsilon }).x), bits(free.x), name);
      const bounded = attack(model, within, { ...options, epsilon, bounds: [0, 1] });
      assertEquals(bits(bounded.x), bits(within.x), name);
    }
  });
});

Deno.test("attacks change none of their arguments", () => {
  forEveryPair((model, { attack, options }, name) => {
    const examples = hardExamples(model);
    const target = options.target === undefined ? undefined : Int32Array.from(examples.labels, () => 1);
    const given = {
      ...options,
      ...(target && { target }),
      epsilons: [0.1, 0.3],
      bounds: [-1e8, 1e8] as const,
    };
    const before = structuredClone({ examples, given });
    const results = attack.sweep(model, examples, given);
    assertEquals({ examples, given }, before, name);
    for (const { x } of results) assert(x.data.buffer !== examples.x.data.buffer, name);
  });
  specimens.forEach((specimen, turn) => {
    using each = specimenModel(specimen);
    // the attacks in turn over the models
    for (const { attack, options } of cases.filter((_, i) => (i + turn) % 4 === 0)) {
      attack(each, hardExamples(each), { ...options, epsilon: 0.3 });
    }
    assertEquals(each.tensors(), specimen.tensors, specimen.name);
  });
});

Deno.test("attacks report the model's predictions for exactly the bytes that they return", () => {
  forEveryPair((model, { name: kind, attack, options }, name) => {
    const examples = hardExamples(model);
    const { x, predicted, confidence, probabilities, fooled, ...rest } = attack(model, examples, {
      ...options,
      epsilon: 0.3,
    });
    assertEquals({ predicted, confidence, probabilities }, predict(model, x), name);
    const { target } = options;
    const expected = Array.from(
      predicted,
      (answer, i) => Number(target === undefined ? answer !== examples.labels[i] : answer === target),
    );
    assertEquals([...fooled], expected, name);
    assertEquals(rest.labels, examples.labels, name);
    assertEquals([rest.classes, rest.epsilon], [examples.classes, 0.3], name);
    assert(kind.startsWith(rest.attack), name);
    assertEquals(rest.conditions.attack, attack.name, name);
    assertEquals(rest.conditions.constraint.epsilon, 0.3, name);
    assertEquals(Object.keys(rest.conditions.options), Object.keys(attack.options), name);
  });
});

Deno.test("attacks by sweep() give the same as each epsilon by itself, in order", () => {
  forEveryPair((model, { attack, options }, name) => {
    const examples = hardExamples(model);
    const plain = ({ conditions: { constraint, ...conditions }, ...rest }: Adversarial) => ({
      ...rest,
      ...conditions,
      size: constraint.epsilon,
    });
    const [more, none, less] = [0.3, 0, 0.1].map((epsilon) =>
      plain(attack(model, examples, { ...options, epsilon }))
    );
    const swept = attack.sweep(model, examples, { ...options, epsilons: [0.3, 0, 0.1, 0.3] }).map(plain);
    assertEquals(swept, [more, none, less, more], name);
    assertEquals(attack.sweep(model, examples, { ...options, epsilons: [] }), [], name);
  }, FEW);
});

/** Attacks that use their seed, besides those with a random start. */
const RANDOM = ["signNoise", "uniformNoise", "square", "hopSkipJump", "boundary"];

Deno.test("attacks with the same seed give the same bytes, and noise other ones with another", () => {
  forEveryPair((model, { attack, options }, name) => {
    const examples = hardExamples(model);
    const run = (seed?: number) => {
      const { conditions: _, ...rest } = attack(model, examples, { ...options, epsilon: 0.3, seed });
      return rest;
    };
    const [five, six] = [run(5), run(6)];
    assertEquals(run(5), five, name);
    assertEquals(run(), run(0), name);
    const draws = RANDOM.includes(attack.name) || "randomStart" in attack.options;
    if (!draws) assertEquals(six.x, five.x, name);
    else if (attack.name.endsWith("Noise")) assertNotEquals(six.x, five.x, name);
  }, FEW);
});

Deno.test("attacks run by run, each given its place, give the bits of one attack on all", () => {
  forEveryPair((model, { attack, options }, name) => {
    const examples = examplesFor(model, 253);
    const given = { ...options, epsilon: 0.3, seed: 3 };
    const whole = attack(model, examples, given);
    for (const [first, end] of [[0, 1], [1, 250], [250, 253]]) {
      const run = attack(model, slice(examples, first, end), { ...given, first });
      assertEquals(bits(run.x), bits(rowsOf(whole.x, first, end)), `${name} from ${first} on`);
      assertEquals(bits(run.probabilities), bits(rowsOf(whole.probabilities, first, end)), name);
    }
  }, FEW);
});

Deno.test("attacks move a first-order loss by epsilon times the gradient's dual norm, as the registry says", () => {
  // ε times curvatures below 10 over slopes of ordinary size is 2 %; rounding adds 1e-6/ε
  const epsilon = 2 ** -9;
  forEveryPair((model, { attack, options, norm }, name) => {
    if (attack.needs !== "gradients" || attack.goal === "nearest") return;
    const { x, labels: truth, classes } = examplesFor(model, 12, { seed: 4 });
    const aimed = options.labels === "predicted" ? predict(model, x).predicted : truth;
    const labels = options.target === undefined
      ? aimed
      : Int32Array.from(truth, () => options.target as number);
    const mean = (inputs: typeof x) => losses(model, { x: inputs, labels }).reduce((a, b) => a + b, 0) / 12;
    const inputs = rowsIn(x.data);
    const slopes = rowsIn(lossGradient(model, { x, labels }).data).map((row, b) =>
      steepest(norm, row, inputs[b])
    );
    const foreseen = epsilon * sum(slopes) / 12;
    const { x: xAdv } = attack(model, { x, labels: truth, classes }, { ...options, epsilon });
    const moved = (mean(xAdv) - mean(x)) * (options.target === undefined ? 1 : -1);
    assertAlmostEquals(moved / foreseen, 1, 0.05, `${name}: moved ${moved}, foreseen ${foreseen}`);
  });
});

Deno.test("nearest attacks give the same at larger sizes, and leave examples that they cannot fool", () => {
  forEveryPair((model, { attack, options }, name) => {
    if (attack.goal !== "nearest") return;
    const examples = examplesFor(model, 30, { seed: 4 });
    const [less, more] = attack.sweep(model, examples, { ...options, epsilons: [0.5, 50] });
    const { predicted } = predict(model, examples.x);
    for (let b = 0; b < 30; b++) {
      const [from, near, far] = [examples.x, less.x, more.x].map((m) => rowsOf(m, b, b + 1).data.slice());
      const told = `${name}, example ${b}`;
      if (!less.fooled[b]) assertEquals(near, from, told);
      else assertEquals(near, far, told);
      // a misclassified example needs no step
      if (predicted[b] !== examples.labels[b]) assertEquals(far, from, told);
      else if (!more.fooled[b]) assertEquals(far, from, told);
    }
  });
});

Deno.test("attacks treat each example alone, across chunks, its random numbers its own", () => {
  forEveryPair((model, { attack, options }, name) => {
    const examples = examplesFor(model, 251);
    const { x, fooled } = attack(model, examples, { ...options, epsilon: 0.3 });
    for (const b of [0, 1, 3, 249, 250]) {
      const alone = attack(model, slice(examples, b, b + 1), { ...options, epsilon: 0.3, first: b });
      assertEquals(alone.x.data, rowsOf(x, b, b + 1).data.slice(), name);
      assertEquals(alone.fooled[0], fooled[b], name);
    }
  }, FEW);
});

Deno.test("attacks at a target for each example give what each target alone gives", () => {
  forEveryModel((model, name) => {
    const examples = examplesFor(model, 6);
    const target = Int32Array.from(examples.labels, (_, i) => i % model.classes);
    const mixed = fgsm(model, examples, { epsilon: 0.3, target });
    target.forEach((aim, b) => {
      const alone = fgsm(model, slice(examples, b, b + 1), { epsilon: 0.3, target: aim });
      assertEquals(alone.x.data, rowsOf(mixed.x, b, b + 1).data.slice(), name);
      assertEquals(alone.fooled[0], mixed.fooled[b], name);
    });
  });
});

Deno.test("attacks of zero examples give zero examples", () => {
  forEveryPair((model, { attack, options }, name) => {
    const { x, fooled } = attack(model, examplesFor(model, 0), { ...options, epsilon: 0.3 });
    assertEquals([x.rows, x.cols, fooled.length], [0, INPUTS, 0], name);
  });
});

Deno.test("perturbation() of every attack gives that attack's inputs, and names its options", () => {
  forEveryPair((model, { attack, options }, name) => {
    const examples = hardExamples(model);
    const given = { ...options, epsilon: 0.3, bounds: [-1e8, 1e8] as const };
    const made = perturbation(attack, given);
    assertEquals(made.apply(model, examples, 9), attack(model, examples, { ...given, seed: 9 }).x, name);
    assertEquals(made.name, `${attack.name} ${JSON.stringify(given)}`, name);
    assertThrows(() => perturbation(attack, { ...options, epsilon: NaN }), InputError, "epsilon NaN", name);
  });
});

Deno.test("attacks refuse arguments that do not fit, and name themselves and the number", () => {
  const model = userModel();
  const examples = examplesFor(model, 3);
  const refuse = (
    { name, attack, options }: Case,
    wrong: AttackOptions & { epsilon?: Epsilon },
    [error, sentence]: [typeof InputError | typeof InputError, string],
  ) =>
    assertThrows(
      () => attack(model, examples, { epsilon: 0.1, ...options, ...wrong } as { epsilon: number }),
      error,
      `Cannot attack by ${attack.name}${sentence}`,
      `${name} with ${JSON.stringify(wrong)}`,
    );
  for (const each of cases) {
    for (const epsilon of [-1, -1e-9, NaN, Infinity, -Infinity]) {
      const known: [typeof InputError, string] = [
        InputError,
        ` with epsilon ${epsilon}: must be a finite number ≥ 0`,
      ];
      refuse(each, { epsilon }, known);
      assertThrows(
        () => each.attack.sweep(model, examples, { ...each.options, epsilons: [0.1, epsilon] }),
        InputError,
        `Cannot attack by ${each.attack.name}${known[1]}`,
      );
    }
    refuse(each, { epsilon: undefined }, [InputError, " with epsilon undefined"]);
    if (each.norm !== "Linf") {
      assertThrows(
        () => each.attack(model, examples, { ...each.options, epsilon: new Float32Array(INPUTS) }),
        InputError,
        "with an epsilon for each feature: give one number",
      );
    }
    if (each.norm === "Linf") {
      refuse(each, { epsilon: new Float32Array(INPUTS - 1) }, [
        InputError,
        ": expected one epsilon or 7 of them, one a feature, got 6",
      ]);
      refuse(each, { epsilon: new Array(INPUTS).fill(NaN) }, [InputError, " with epsilon NaN"]);
    }
    for (const bounds of [[1, 0], [0, 0], [NaN, 1], [0, NaN]] as const) {
      refuse(each, { bounds }, [
        InputError,
        ` within bounds ${bounds[0]}, ${bounds[1]}: the first must be less`,
      ]);
    }
    refuse(each, { bounds: [0, 1] }, [InputError, ": input "]);
    refuse(each, { norm: "L3" as "L2" }, [InputError, ' with norm "L3": must be Linf, L2, L1, L0 or angle']);
    refuse(each, { tarqet: 1 } as object, [
      InputError,
      ': there is no option "tarqet"; did you mean target?',
    ]);
    for (const target of [-1, 3, 0.5, NaN, 2 ** 32]) {
      refuse(each, { target }, [InputError, `: target ${target} of example 0 is not a whole number`]);
    }
    for (const first of [-1, 0.5, NaN]) {
      refuse(each, { first }, [InputError, ` with first ${first}: must be a whole number ≥ 0`]);
    }
    refuse(each, { target: Int32Array.of(0, 1, 3) }, [
      InputError,
      ": target 3 of example 2 is not a whole number in 0 … 2",
    ]);
    refuse(each, { target: Int32Array.of(0, 1) }, [InputError, ": 3 examples but 2 targets"]);
    assertThrows(
      () => each.attack(model, examplesFor({ inputs: 8, classes: 3 }, 3), { ...each.options, epsilon: 0.1 }),
      InputError,
      "Cannot attack: the model takes 7 inputs, the examples have 8",
    );
  }
});

Deno.test("signNoise() moves every input by epsilon, up as often as down", () => {
  const n = 20_000;
  const { x } = signNoise(userModel(), zeros(n), { epsilon: 0.25, seed: 1 });
  const up = x.data.filter((value) => value === 0.25).length;
  assertEquals(x.data.filter((value) => value === -0.25).length, x.data.length - up);
  // four standard deviations of a fair coin
  assertAlmostEquals(up / x.data.length, 0.5, 4 * 0.5 / Math.sqrt(x.data.length));
});

Deno.test("uniformNoise() has mean 0 and variance epsilon²/3", () => {
  const n = 20_000, count = n * INPUTS;
  const { x } = uniformNoise(userModel(), zeros(n), { epsilon: 0.5, seed: 1 });
  const moment = (power: number) => x.data.reduce((sum, value) => sum + value ** power, 0) / count;
  // four standard deviations: the variance of x is ε²/3, that of x² is ε⁴ (1/5 − 1/9)
  assertAlmostEquals(moment(1), 0, 4 * 0.5 / Math.sqrt(3 * count));
  assertAlmostEquals(moment(2), 0.25 / 3, 4 * 0.25 * Math.sqrt(4 / 45 / count));
});

Deno.test("signNoise() in L2 and L1 moves all free features by the same, and has the size", () => {
  for (const norm of ["L2", "L1"] as const) {
    const { x } = signNoise(userModel(), zeros(200), { norm, epsilon: 0.5, fixed: [2], seed: 1 });
    const each = 0.5 / (norm === "L2" ? Math.sqrt(6) : 6);
    x.data.forEach((value, i) =>
      assertAlmostEquals(Math.abs(value), i % INPUTS === 2 ? 0 : each, 1e-7, norm)
    );
    const up = x.data.filter((value) => value > 0).length;
    assertAlmostEquals(up / 1200, 0.5, 4 * 0.5 / Math.sqrt(1200), norm);
  }
});

Deno.test("uniformNoise() in L2 and L1 is uniform in the ball: lengths to the power of D have the mean epsilonᴰ/2", () => {
  const n = 5000;
  for (const norm of ["L2", "L1"] as const) {
    const { x } = uniformNoise(userModel(), zeros(n), { norm, epsilon: 2, seed: 1 });
    const parts = distances(zeros(n).x.data, x.data, norm).map((far) => (far / 2) ** INPUTS);
    // four standard deviations of uniform numbers
    assertAlmostEquals(sum(parts) / n, 0.5, 4 / Math.sqrt(12 * n), norm);
    x.data.slice(0, INPUTS).forEach((_, i) => {
      const mean = sum(rowsIn(x.data).map((row) => row[i])) / n;
      assertAlmostEquals(mean, 0, 4 * 2 / Math.sqrt(n), norm);
    });
  }
});

function zeros(rows: number): Batch {
  return { x: matrix(rows, INPUTS), labels: new Int32Array(rows), classes: 3 };
}
