import type { ClaimInPercent, Ordering } from "../claim.ts";
import type { Measurements } from "../experiment.ts";
import { EPOCHS } from "./conditions.ts";

/** The paper's figures of attacks on networks whose probabilities round to 1. */
const ATTACKED = [
  "maxout.fgsm.error",
  "maxout.fgsm.confidence",
  "adversarial.fgsm.error",
  "adversarial.fgsm.confidence",
  "adversarial.transfer from naive.error",
  "adversarial.transfer to naive.error",
  "noise.sign.fgsm.error",
  "noise.sign.fgsm.confidence",
  "noise.uniform.fgsm.error",
  "noise.uniform.fgsm.confidence",
  "agreement.softmax.on mistakes",
  "agreement.rbf.on mistakes",
  "agreement.softmax.both wrong",
  "agreement.rbf.both wrong",
  "agreement.rbf with softmax.both wrong",
  "agreement.softmax.error on mistakes",
  "agreement.rbf.error on mistakes",
  "ensemble.whole.error",
  "ensemble.single.error",
];

const CONDITIONS =
  "by the gradient that plain float32 arithmetic gives, 0 where a probability rounds to 1: " +
  "most likely the paper's own, whose software computed so; ";

const FEWER =
  "it errs less, and more surely, the longer a network is trained; the paper's were for some 343 epochs";

/**
 * `claim`, and beside it, if it is one of an attack, the same with that attack as single precision has it: the same figure
 * of the paper's and the same rule.
 */
export function alsoInFloat32(claim: ClaimInPercent): ClaimInPercent[] {
  if (!ATTACKED.includes(claim.id)) return [claim];
  const single: ClaimInPercent = {
    ...claim,
    id: inFloat32(claim.id),
    what: `${claim.what}, in float32`,
    conditions: CONDITIONS + claim.conditions,
    ordering: among(claim.ordering),
    // what explains that the exact gradient does more explains nothing here
    ...(claim.reason === EPOCHS && { reason: FEWER }),
  };
  return [claim, single];
}

/** The name of a measurement of the attack as single precision has it: `maxout.fgsm in float32.error`. */
function inFloat32(id: string): string {
  return id.replace(/(\.error|\.confidence)?$/, " in float32$1");
}

/** `ordering` among the measurements in single precision, where there are such. */
function among({ says, holds }: Ordering): Ordering {
  const substitute = (ours: Measurements): Measurements => {
    const names = Object.keys(ours).filter((id) => Object.hasOwn(ours, inFloat32(id)));
    return { ...ours, ...Object.fromEntries(names.map((id) => [id, ours[inFloat32(id)]])) };
  };
  return { says: `${says}, all in float32`, holds: (ours) => holds(substitute(ours)) };
}
