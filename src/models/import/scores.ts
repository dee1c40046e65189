/** The scores behind the output of an imported model, and the head that they go with. @module */

import { type HeadName, heads } from "../../heads.ts";
import { sizeOf } from "../../ops/op.ts";
import type { Builder, Computed, Logits } from "./builder.ts";
import type { ModelProto } from "./onnx_file.ts";

/** The head that a file of ours names. */
export function ownHead({ metadata }: ModelProto): HeadName | undefined {
  const name = metadata.find(({ key }) => key === "gibbon.head")?.value;
  return name !== undefined && Object.hasOwn(heads, name) ? name as HeadName : undefined;
}

/** What is behind probabilities, or the value itself with the head that it can have. */
export function scoresOf(
  value: Computed,
  builder: Builder,
  { own, asked }: { own: HeadName | undefined; asked: HeadName | undefined },
): Logits {
  // files of ours end in their scores, whatever made them
  const behind = own
    ? { head: own, scores: value, shares: false }
    : value.logits ?? plain(value, builder, asked);
  const { scores } = behind;
  // two logistic functions of a score and its negation, or one: the probability of class 1
  const two = behind.head === "sigmoid" && !own;
  const lone = two
    ? builder.loneScore(scores) ?? (sizeOf(scores.shape) === 1 ? scores : undefined)
    : undefined;
  const found: Logits = lone ? { head: "binary", scores: lone, shares: false } : behind;
  const flat = builder.reshaped(found.scores, [sizeOf(found.scores.shape)]);
  // a graph has at least one node
  const one = { shape: flat.shape.map(() => 1), data: Float64Array.of(1) };
  return {
    ...found,
    head: asked ?? found.head,
    scores: flat.id === "input" ? builder.affine(flat, { scale: one }) : flat,
  };
}

/** Operations of which one number may be the log odds of two classes. */
const ODDS = new Set(["linear", "add", "affine", "conv2d"]);

/** An answer that is no probabilities known here: logits of several classes, or log odds of two. */
function plain(value: Computed, builder: Builder, asked: HeadName | undefined): Logits {
  if (sizeOf(value.shape) > 1) return { head: "softmax", scores: value, shares: false };
  let node = builder.node(value.id);
  while (node?.op === "reshape" || node?.op === "reduce") node = builder.node(node.from[0]);
  if (asked === undefined && !ODDS.has(node?.op ?? "")) {
    builder.refuse(
      `it is one number, made by ${
        node?.op ?? "nothing"
      }, of which the file does not say whether it is the log odds of ` +
        "two classes; end the model in a Sigmoid, or give option head binary if it is",
    );
  }
  return { head: "binary", scores: value, shares: false };
}
