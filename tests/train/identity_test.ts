import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { perturbation } from "../../src/attacks/perturbations.ts";
import { fgsm } from "../../src/attacks/fgsm.ts";
import { digits } from "../../src/data/digits.ts";
import { init } from "../../src/runtime/variants.ts";
import { maxout, mlp } from "../../src/models/mod.ts";
import { PUBLISHED_RECIPE } from "../../src/models/recipe.ts";
import { formerContentOf } from "../../src/train/identity.ts";
import { identity } from "../../src/train/mod.ts";

Deno.test("identity() of the paper's networks is unchanged, by today's and the former hash, so that kept trainings are found", () => {
  init({ kernels: "baseline" });
  const { train: trainSet } = digits({ train: 20, test: 0 });
  const family = maxout({ inputs: 784, classes: 10, units: [240, 240], initialRange: 0.005 });
  const recipe =
    '{"optimizer":{"name":"sgd","learningRate":0.1,"learningRateDecay":1.000004,"momentum":0.5,"finalMomentum":0.7,"rampEpochs":250},' +
    '"batchSize":100,"maxNorm":1.9365,"dropout":{"input":{"keep":0.8,"scale":1},"hidden":{"keep":0.5,"scale":2}}}';
  const hash = "b3fb9807d2cf1bc7a924476a8293947031900966cd4e58e18e27fc233fd1a830";
  const expected = (rest: string, content = hash) =>
    '{"version":1,"epochs":243,"setup":{"format":"gibbon-model-1","family":"maxout","head":"softmax",' +
    '"config":"{\\"inputs\\":784,\\"classes\\":10,\\"units\\":[240,240],\\"pieces\\":5,\\"head\\":\\"softmax\\",' +
    `\\"initialRange\\":0.005}","recipe":${recipe},"seed":2,${rest},"patience":100,"kernels":"baseline",` +
    `"train":"${content}"}}`;
  const options = { ...PUBLISHED_RECIPE, epochs: 243, seed: 2 };
  assertEquals(identity(family, trainSet, options), expected('"alpha":1'));
  const former = identity(family, trainSet, options, { former: true });
  assertEquals(former, expected('"alpha":1', "26ce6069"));
  const adversarial = { alpha: 0.5, perturbation: perturbation(fgsm, { epsilon: 0.25 }) };
  assertEquals(
    identity(family, trainSet, { ...options, ...adversarial }),
    expected('"alpha":0.5,"perturbation":"fgsm {\\"epsilon\\":0.25}"'),
  );
});

Deno.test("identity() has the first version of a family that none is raised for, and a former hash has eight digits", () => {
  const { train: trainSet } = digits({ train: 5, test: 0 });
  const family = mlp({ inputs: 784, classes: 10, units: [3] });
  assertEquals(JSON.parse(identity(family, trainSet, {})).version, 1);
  const hashes = Array.from({ length: 64 }, (_, i) => formerContentOf({ ...trainSet, classes: 10 + i }));
  assertEquals(hashes.filter((each) => !/^[0-9a-f]{8}$/.test(each)), []);
  assert(hashes.some((each) => each.startsWith("0")));
});
