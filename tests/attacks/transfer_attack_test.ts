import { assert, assertEquals, assertThrows } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { apgd, fgsm, lbfgs, pgd } from "../../src/attacks/mod.ts";
import { transferAttack } from "../../src/attacks/transfer_attack.ts";
import { slice } from "../../src/data/batch.ts";
import { InputError } from "../../src/errors.ts";
import { rowsOf } from "../../src/matrix.ts";
import { maxout, softmaxLinear } from "../../src/models/mod.ts";
import { model } from "../../src/models/model.ts";
import {
  CLASSES,
  examplesFor,
  INPUTS,
  ordinaryTensors,
  specimenModel,
  specimens,
  userModel,
} from "../models/specimens.ts";

const made = specimens.slice(0, 3).map(specimenModel);

Deno.test("transferAttack() gives the model the examples made on the substitute", () => {
  const attacked = userModel();
  const examples = examplesFor(attacked, 20);
  for (
    const options of [{ epsilon: 0.3 }, { epsilon: 0.3, bounds: [-1, 1] as const, fixed: [1] }, {
      epsilon: 0.3,
      target: 1,
    }]
  ) {
    const shown = transferAttack([made[0]], fgsm)(attacked, examples, options);
    const { x } = fgsm(made[0], examples, options);
    assertEquals(shown.x.data, x.data);
    assertEquals([...shown.queries], new Array(20).fill(1));
  }
  // on itself it is the attack
  const own = transferAttack([attacked], pgd, { steps: 5, randomStart: false })(attacked, examples, {
    epsilon: 0.3,
  });
  assertEquals(own.fooled, pgd(attacked, examples, { epsilon: 0.3, steps: 5, randomStart: false }).fooled);
});

Deno.test("transferAttack() keeps the first result that fools, and attacks only the remaining examples through the next substitute", () => {
  const attacked = userModel();
  const examples = examplesFor(attacked, 40);
  const options = { epsilon: 0.25 };
  const alone = made.map((each) => transferAttack([each], fgsm)(attacked, examples, options));
  const all = transferAttack(made, fgsm)(attacked, examples, options);
  for (let b = 0; b < 40; b++) {
    const first = alone.findIndex(({ fooled }) => fooled[b] === 1);
    const last = first < 0 ? made.length - 1 : first;
    assertEquals(rowsOf(all.x, b, b + 1).data, rowsOf(alone[last].x, b, b + 1).data);
    assertEquals([all.fooled[b], all.queries[b]], [Number(first >= 0), last + 1]);
  }
});

Deno.test("transferAttack() treats each example alone, its random numbers its own, and keeps every norm", () => {
  const attacked = userModel();
  const examples = examplesFor(attacked, 251);
  const attack = transferAttack(made.slice(0, 2), pgd, { steps: 3, restarts: 2 });
  const { x } = attack(attacked, examples, { epsilon: 0.3 });
  for (const b of [0, 249, 250]) {
    const one = attack(attacked, slice(examples, b, b + 1), { epsilon: 0.3, first: b });
    assertEquals(one.x.data, rowsOf(x, b, b + 1).data.slice());
  }
  assertEquals(transferAttack(made, lbfgs).norms, ["L2"]);
  for (const norm of apgd.norms) {
    const few = slice(examples, 0, 5);
    const { conditions } = transferAttack(made, apgd, { iterations: 4 })(attacked, few, {
      norm,
      epsilon: 0.3,
    });
    assertEquals([conditions.attack, conditions.constraint.norm], ["transfer", norm]);
  }
});

Deno.test("transferAttack() of a classifier that answers later gives the same", async () => {
  const attacked = userModel();
  const examples = examplesFor(attacked, 20);
  const attack = transferAttack(made, fgsm);
  const near = attack(attacked, examples, { epsilon: 0.25 });
  const { inputs, classes, head } = attacked;
  const labels = (x: typeof examples.x) => {
    const { data } = attacked.scores(x);
    return Promise.resolve(Int32Array.from({ length: x.rows }, (_, b) => {
      const row = Array.from(data.subarray(b * classes, (b + 1) * classes));
      return row.indexOf(Math.max(...row));
    }));
  };
  const far = await attack.async({ inputs, classes, head, maxBatch: 7, labels }, examples, { epsilon: 0.25 });
  assertEquals([far.x, far.fooled, far.queries], [near.x, near.fooled, near.queries]);
});

Deno.test("transferAttack() refuses substitutes that take something else, and none", () => {
  assertThrows(
    () => transferAttack([], fgsm),
    InputError,
    "Cannot attack by transfer: there are no substitutes",
  );
  const attacked = userModel();
  const family = softmaxLinear({ inputs: INPUTS + 1, classes: CLASSES });
  using wide = model(family, { tensors: ordinaryTensors(family) });
  const other = maxout({ inputs: INPUTS, classes: 4, units: [5] });
  using more = model(other, { tensors: ordinaryTensors(other) });
  const examples = examplesFor(attacked, 2);
  for (const [each, told] of [[wide, "8 of 3"], [more, "7 of 4"]] as const) {
    const sentence = `the model takes 7 inputs of 3 classes, a substitute ${told}`;
    assertThrows(
      () => transferAttack([each], fgsm)(attacked, examples, { epsilon: 1 }),
      InputError,
      sentence,
    );
  }
  const strange = { ...examples, labels: Int32Array.of(0, 9) };
  assertThrows(() => transferAttack(made, fgsm)(attacked, strange, { epsilon: 1 }), InputError, "label 9");
  assert(made.length === 3);
});
