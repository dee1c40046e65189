import "../../src/runtime/inlined.ts";
import { assert, assertEquals } from "@std/assert";
import { batch, slice } from "../../src/data/batch.ts";
import { robustness } from "../../src/evaluate/robustness.ts";
import { reportSteps } from "../../src/evaluate/robustness_report.ts";
import { shardSteps } from "../../src/evaluate/shard.ts";
import { joined } from "../../src/evaluate/join_shards.ts";
import { type RobustnessOptions, searchOf } from "../../src/evaluate/search.ts";
import { runSteps } from "../../src/evaluate/outcomes.ts";
import { predict } from "../../src/predict.ts";
import { matrix } from "../../src/matrix.ts";
import { mlp } from "../../src/models/mlp.ts";
import { model } from "../../src/models/model.ts";
import { fillUniform, rng } from "../../src/rng.ts";

/** A small network of 4 classes, and 12 inputs of which it gets the first 2 wrong. */
function subject() {
  const network = model(mlp({ inputs: 6, classes: 4, units: [12], activation: "relu" }), { seed: 3 });
  const x = matrix(12, 6);
  fillUniform(x, rng(2));
  const { predicted } = predict(network, x);
  const labels = Array.from(predicted, (c, i) => i < 2 ? (c + 1) % 4 : c);
  return { network, examples: batch({ x, labels, classes: 4 }) };
}

Deno.test("parts of the data give the result of the whole, wherever it is cut", () => {
  const { network, examples } = subject();
  using _ = network;
  for (const [effort, certify] of [["quick", "crown"], ["standard", "none"]] as const) {
    const options: RobustnessOptions = {
      epsilons: [0.02, 0.005],
      bounds: [0, 1],
      effort,
      certify,
      seed: 5,
      perExample: true,
    };
    const whole = robustness(network, examples, options);
    assert(whole.at[1].attacked.byAttack.length > 2, "several attacks had something to do");
    const cuts = [0, 1, 2, 12], search = searchOf(network, options);
    const shards = cuts.slice(1).map((to, k) =>
      runSteps(shardSteps(network, slice(examples, cuts[k], to), search, { from: cuts[k], chunk: 7 }))
    );
    const report = runSteps(reportSteps(network, examples, search, joined(shards, search)));
    assertEquals(report, whole, `${effort} ${certify}`);
  }
});
