import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Curves, Prediction, Predictions } from "../../../src/web/messages.ts";
import {
  best,
  confidenceText,
  curvesText,
  decimal,
  filtersText,
  finding,
  noiseText,
  nonlinearity,
  outcomeText,
  percent,
  predictionText,
  provenText,
  strongestText,
  topClasses,
  transferText,
} from "../../../src/web/view/words.ts";

/** A prediction of three classes. */
function prediction(...probabilities: number[]): Prediction {
  const predicted = probabilities.indexOf(Math.max(...probabilities));
  return {
    predicted,
    confidence: probabilities[predicted],
    probabilities: Float32Array.from(probabilities),
  };
}

const [zero, one, two] = [prediction(0.9, 0.1, 0), prediction(0.2, 0.75, 0.05), prediction(0.1, 0, 0.9)];

function predictions(clean: Prediction, attacked: Prediction, noisy = clean): Predictions {
  return { clean, attacked, noisy };
}

Deno.test("percent() keeps the significant digits of a fraction", () => {
  const shown = [0, 0.00001, 0.0004, 0.001, 0.123, 0.9994, 0.9996, 1].map(percent);
  assertEquals(shown, ["0 %", "0.00 %", "0.04 %", "0.1 %", "12.3 %", "99.9 %", "100 %", "100 %"]);
});

Deno.test("decimal() has no more digits than the slider", () => {
  assertEquals([0.25, 0.005, -0.5, 0.30000001192092896].map(decimal), ["0.25", "0.005", "−0.5", "0.3"]);
});

Deno.test("predictionText() is a class and its confidence", () => {
  assertEquals(predictionText(zero), "0, 90.0 %");
});

Deno.test("best() is the first of the highest, topClasses() tells where it changes", () => {
  const epsilons = Float32Array.of(-0.5, 0, 0.5);
  assertEquals(best([[1, 2], [1, 3]], 0), 0);
  assertEquals(
    topClasses({ epsilons, scores: [[3, 1, 0], [0, 2, 1], [0, 0, 2]].map((s) => Float32Array.from(s)) }),
    "0 up to −0.5, then 1 up to 0, then 2",
  );
  assertEquals(topClasses({ epsilons, scores: [Float32Array.of(0, 0, 0), Float32Array.of(1, 1, 1)] }), "1");
});

Deno.test("outcomeText() calls no model fooled that was wrong before", () => {
  assertEquals(outcomeText(predictions(zero, one), 0), "fooled");
  assertEquals(outcomeText(predictions(zero, zero), 0), "not fooled");
  assertEquals(outcomeText(predictions(one, one), 0), "wrong without the attack");
  assertEquals(outcomeText(predictions(one, two), 0), "wrong without the attack");
});

Deno.test("finding() names the ε that is enough, and the class", () => {
  const max = 0.5, right = { label: 4, wrongBefore: false };
  assertEquals(
    finding({ ...right, epsilon: 0.06, predicted: 9 }, { max }),
    "ε = 0.06 is enough: the model reads 9 instead of 4.",
  );
  assertEquals(
    finding({ ...right, epsilon: 0.1, predicted: 7 }, { max, target: "7" }),
    "ε = 0.1 is enough to make the model read 7.",
  );
  // aimed at what it reads anyway
  assertEquals(
    finding({ ...right, epsilon: 0.005, predicted: 4 }, { max, target: "4" }),
    "The model reads 4 here without any attack.",
  );
  assertEquals(finding(right, { max }), "No ε up to 0.5 is enough for this attack.");
  assertMatch(finding({ label: 4, wrongBefore: true }, { max }), /wrong here without any attack/);
});

Deno.test("strongestText() compares the sizes that many steps and one attack need, and says that one attack is no bound", () => {
  const of = (epsilon?: number) => ({ label: 3, wrongBefore: false, epsilon, predicted: epsilon && 8 });
  const text = (many?: number, chosen?: number) =>
    strongestText(of(many), of(chosen), { max: 0.5, attack: "Fast gradient sign" });
  const end = " One attack alone, and FGSM above all, is no bound on robustness.";
  const start = "Forty steps of projected gradient descent (PGD)";
  assertEquals(
    text(0.03, 0.06),
    `${start} need only ε = 0.03 and reach 8, where Fast gradient sign needs 0.06.${end}`,
  );
  assertEquals(
    text(0.03),
    `${start} need only ε = 0.03 and reach 8, where Fast gradient sign finds nothing.${end}`,
  );
  assertEquals(text(0.03, 0.03), `${start} need ε = 0.03 and reach 8.${end}`);
  assertEquals(
    text(undefined, 0.4),
    `${start} find nothing up to 0.5. That is no proof: other attacks might.`,
  );
  assertEquals(text(), `${start} find nothing up to 0.5 either. That is no proof: other attacks might.`);
});

Deno.test("provenText() never says more than is proven", () => {
  assertMatch(provenText(0.05999)!, /by 0\.059 or more/);
  assertMatch(provenText(0.00199, "L2")!, /is below 0\.001,/);
  // "by 0 or more" would be about no change at all
  assertEquals([provenText(0.0009), provenText(0)], [undefined, undefined]);
});

Deno.test("noiseText() describes the effect of random signs, also when they fool", () => {
  assertMatch(noiseText(predictions(zero, one, zero), 0), /changes nothing: still 0, 90\.0 %/);
  assertMatch(noiseText(predictions(zero, zero, zero), 0), /changes nothing either/);
  assertMatch(noiseText(predictions(zero, one, two), 0), /random signs alone change .*: 2, 90\.0 %/);
});

Deno.test("confidenceText() agrees with the bars", () => {
  assertMatch(confidenceText(predictions(zero, two), 0), /gets 90\.0 %, no less than the 90\.0 %/);
  assertMatch(confidenceText(predictions(zero, one), 0), /gets 75\.0 %, less than the 90\.0 %/);
  assertMatch(
    confidenceText(predictions(zero, prediction(0.7, 0.3, 0)), 0),
    /stays; its confidence falls to 70/,
  );
  assertMatch(confidenceText(predictions(one, zero), 0), /was wrong, and the attack makes it right/);
  assertMatch(confidenceText(predictions(one, two), 0), /from one wrong class to another/);
  assertMatch(confidenceText(predictions(zero, prediction(0.1, 0.2, 0)), 0), /none of these/);
  // a softmax cannot say so
  assert(!confidenceText(predictions(zero, prediction(0.3, 0.4, 0.3)), 0).includes("none of these"));
});

/** Curves over five ε. */
function curvesOf(label: number, linear: boolean, ...scores: number[][]): Curves {
  return {
    label,
    linear,
    epsilons: Float32Array.of(-0.5, -0.25, 0, 0.25, 0.5),
    scores: scores.map((score) => Float32Array.from(score)),
  };
}

Deno.test("curvesText() says lines of lines only, and where the label is ahead", () => {
  const lines = curvesOf(0, true, [4, 3, 2, 1, 0], [0, 0.5, 1, 1.5, 2]);
  assertMatch(curvesText(lines), /exactly straight.*The label 0 is ahead up to ε ≈ 0\.$/);
  const bent = curvesOf(1, false, [0, 0, 0, 0, 0], [-1, -1, 1, -1, -1]);
  assertMatch(curvesText(bent), /bend\. The label 1 is ahead from ε ≈ 0 to 0 only\.$/);
  assertMatch(curvesText({ ...bent, label: 0 }), /The label 0 is not ahead at ε = 0\.$/);
  assertMatch(curvesText(curvesOf(0, false, [4, 3.1, 2, 1, 0], [0, 0, 0, 0, -1])), /nearly straight/);
  assertEquals(nonlinearity({ label: 0, scores: [Float32Array.of(0, 1, 2)] }), 0);
});

Deno.test("transferText() names the strongest transfer, and says where there is none", () => {
  const table = { epsilon: 0.1, attack: "fgsm", examples: 10, names: ["a", "b"], clean: [0.1, 0.2] };
  const title = (name: string) => name.toUpperCase();
  const some = transferText({ ...table, attacked: [[1, 0.5], [0.2, 1]] }, title);
  assertMatch(some, /^Made for A, the attack raises the error of B from 20\.0 % to 50\.0 %/);
  assertMatch(transferText({ ...table, attacked: [[1, 0.2], [0.1, 1]] }, title), /no attack on one model/);
});

Deno.test("filtersText() describes the training that is shown", () => {
  assert(filtersText([false]).includes("Trained without attacks"));
  assert(filtersText([true]).includes("Trained adversarially"));
  assert(!filtersText([true, false]).includes("Trained"));
});
