import { assert, assertEquals } from "@std/assert";
import "../../src/runtime/inlined.ts";
import { signNoise } from "../../src/attacks/noise.ts";
import { inFloat32 } from "../../src/paper/claim.ts";
import { claims } from "../../src/paper/claims/mod.ts";
import { experiments } from "../../src/paper/mod.ts";
import { init } from "../../src/runtime/variants.ts";
import { assertDrawable } from "./drawable.ts";
import { EPSILONS, FIGURES } from "./figures.ts";
import { answer, asBatch, attacked, errorOf, step, worldFor } from "./reference.ts";
import { FLOAT32, type Pins } from "./pins/common.ts";
import { ATTACKS } from "./pins/attacks.ts";
import { LOGISTIC } from "./pins/logistic.ts";
import { TRAINING } from "./pins/training.ts";
import { GENERALIZATION } from "./pins/generalization.ts";
import { ENSEMBLES } from "./pins/ensembles.ts";
import { BEYOND } from "./pins/beyond.ts";

init({ kernels: "baseline" });

const PINS: Pins = { ...ATTACKS, ...LOGISTIC, ...TRAINING, ...GENERALIZATION, ...ENSEMBLES, ...BEYOND };

/** What is a mean over draws, or an identity up to rounding, is close alone; what is near 1, closer. */
const LOOSE: Readonly<Record<string, number>> = {
  "linear.identity.gap": 1e-5,
  "linear.signs.growth": 0.15,
  "linear.noise.growth": 0.3,
  "line.straightness.mean": 1e-5,
  "line.straightness.least": 1e-5,
  "logistic.closed form.gap": 1e-5,
};

const WIDE = new Set(["linear"]);

for (const experiment of experiments) {
  const { id } = experiment;
  const own = claims.filter((claim) => claim.id.startsWith(`${id}.`));
  if (own.length === 0 && !FIGURES[id]) continue;
  Deno.test(`experiment ${id} measures what a computation of its own gives for every claim`, async () => {
    // a 4 is to be taken for a 4 on a part of the line
    const world = worldFor(experiment, WIDE.has(id) ? 28 : undefined, id === "line" ? { favourite: 4 } : {});
    const parts: number[] = [];
    const context = { ...world.context, progress: (part: number) => void parts.push(part) };
    const { measurements, figures = [] } = await experiment.run(context);
    parts.forEach((part, i) => assert(part > (parts[i - 1] ?? 0) && part <= 1, `${parts}`));
    for (const figure of figures) {
      assertDrawable(figure, `${id}, ${figure.id}`);
      if (figure.kind !== "bars" || !/^(errors|bracket)/.test(figure.id)) continue;
      // the errors that bars show were measured
      for (const { value } of figure.groups.flatMap(({ values }) => values)) {
        const known = Object.values(measurements).some((each) => Math.abs((each ?? 0) - (value ?? 0)) < 1e-9);
        assert(known, `${figure.id} shows ${value}`);
      }
    }
    const figureOf = <F>(name: string) => figures.find(({ id }) => id === name)! as F;
    FIGURES[id]?.(world, figureOf, measurements);
    // figures of claims, and what their orderings compare them with
    const names = new Set(own.flatMap((claim) => [
      claim.id,
      ...(claim.ordering?.of ?? []).filter((other) => other.startsWith(`${id}.`)),
      ...(claim.gradient && claim.id !== "ensemble.whole.error" ? [inFloat32(claim.id)] : []),
    ]));
    // and what no claim is about, unless it takes long
    for (const name of Object.keys(PINS)) {
      if (/^beyond|\.rubbish\./.test(name) || !name.startsWith(`${id}.`)) continue;
      if (measurements[name.slice(id.length + 1)] !== undefined) names.add(name);
    }
    for (const name of names) {
      const pin = PINS[name];
      assert(pin, `${name} has no pin`);
      const [ours, expected] = [measurements[name.slice(id.length + 1)], pin(world)];
      assert(typeof ours === "number", `${name} is ${ours}`);
      const close = LOOSE[name] ?? 1e-3 * Math.max(1, Math.abs(expected));
      assert(Math.abs(ours - expected) <= close, `${name} is ${ours}, not ${expected}`);
    }
  });
}

Deno.test("agreement is not known where there is nothing to agree on, and is where there is one image", async () => {
  const experiment = experiments.find(({ id }) => id === "agreement")!, world = worldFor(experiment);
  const { x, y } = attacked(world.of("maxout"), world.test);
  const errs = (name: string, i: number) => answer(world.of(name), x[i]) !== y[i];
  const run = async (both: boolean) => {
    const at = y.findIndex((_, i) => (errs("maxout", i) && errs("softmax", i)) === both);
    const test = asBatch({ x: [world.test.x[at]], y: [y[at]] });
    const { measurements } = await experiment.run({ ...world.context, test });
    return ["rbf right", "rbf confidence"].map((name) => measurements[`where both err.${name}`]);
  };
  assertEquals(await run(false), [null, null]);
  for (const each of await run(true)) assert(each !== null && Number.isFinite(each));
});

Deno.test("L-BFGS is compared with the sign step on one image that both mislead, too", async () => {
  const experiment = experiments.find(({ id }) => id === "lbfgs")!, world = worldFor(experiment);
  const { x, y } = world.test;
  const names = ["maxout", "adversarialMaxout"];
  const at = y.findIndex((label, i) =>
    names.every((name) =>
      answer(world.of(name), x[i]) === label &&
      answer(world.of(name), step(world.of(name), x[i], label, 0.5)) !== label
    )
  );
  const test = asBatch({ x: [x[at]], y: [y[at]] });
  const { measurements } = await experiment.run({ ...world.context, test });
  for (const name of ["maxout", "adversarial"]) {
    const found = ["distance", "sign step.distance", "shorter"].map((each) =>
      measurements[`${name}.${each}`]
    );
    for (const each of found) assert(each !== null && each > 0, `${name}: ${found}`);
    assertEquals(found[2], found[1]! / found[0]!);
  }
});

Deno.test("the curve of few images begins at a half, never reaches it, and ends at the largest noise", async () => {
  const experiment = experiments.find(({ id }) => id === "curves")!, world = worldFor(experiment);
  const { x, y } = world.test, own = world.of("maxout"), { seed } = world.context;
  const run = async (chosen: readonly number[]) => {
    const test = asBatch({ x: chosen.map((i) => x[i]), y: chosen.map((i) => y[i]) });
    return (await experiment.run({ ...world.context, test })).measurements;
  };
  const right = (i: number) => answer(own, x[i]) === y[i];
  const all = y.map((_, i) => i);
  const half = [all.find(right)!, all.find((i) => !right(i))!];
  assertEquals((await run(half))["maxout.half"], 0);
  const fooled = (i: number, epsilon: number) =>
    signNoise(own, asBatch({ x: [x[i]], y: [y[i]] }), { epsilon, seed }).fooled[0];
  const last = all.find((i) => right(i) && fooled(i, 0.5) === 1 && fooled(i, 0.35) === 0)!;
  assertEquals((await run([last]))["maxout.noise.error"], 100);
  const names = ["softmax", "maxout", "adversarialMaxout", "signNoiseMaxout"];
  const [name, at] = names.flatMap((name) => all.map((i) => [name, i] as const)).find(([name, i]) =>
    EPSILONS.every((epsilon) => answer(world.of(name), step(world.of(name), x[i], y[i], epsilon)) === y[i])
  )!;
  assertEquals((await run([at]))[`${name}.half`], 0.5);
});

Deno.test("the small world tells models apart: the pins of an experiment's errors are not all equal", () => {
  const world = worldFor(experiments.find(({ id }) => id === "noise")!);
  const errors = ["maxout", "signNoiseMaxout", "uniformNoiseMaxout", "adversarialMaxout"].map((name) =>
    errorOf(world.of(name), attacked(world.of(name), world.test))
  );
  assertEquals(new Set(errors).size, 4);
  const own = world.of("maxout");
  const single = attacked(own, world.test, 0.25, FLOAT32);
  assert(errorOf(own, single) !== errors[0], "float32 makes a difference");
  assert(errors[0] > errorOf(own, world.test) && errors[0] < 100);
});
