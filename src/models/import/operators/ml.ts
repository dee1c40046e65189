/** Operators of ai.onnx.ml, as skl2onnx writes them. @module */

import { type Computed, type Numbers, opposite } from "../builder.ts";
import type { OnnxNode, Operator, Value } from "../node.ts";

/** A matrix of so many rows of the numbers of an attribute. */
function rowsOf(node: OnnxNode, name: string, cols: number): Numbers {
  const data = Float64Array.from(node.floats(name) ?? node.refuse(`${name} is missing`));
  if (cols < 1 || data.length === 0 || data.length % cols !== 0) {
    node.refuse(`${name} has ${data.length} numbers, which are no rows of ${cols}`);
  }
  return { shape: [data.length / cols, cols], data };
}

/** Numbers by feature, or one for all. */
function perFeature(node: OnnxNode, name: string, width: number): Numbers | undefined {
  const data = node.floats(name);
  if (!data) return undefined;
  if (data.length !== 1 && data.length !== width) {
    node.refuse(`${name} has ${data.length} numbers for ${width} features`);
  }
  return { shape: [data.length], data: Float64Array.from(data) };
}

/** The width of an example, which must be a row. */
function widthOf(node: OnnxNode, { shape }: Computed): number {
  return shape.length === 1
    ? shape[0]
    : node.refuse(`it works on rows, not on examples of shape (${shape.join(", ")})`);
}

/** (x − offset)·scale. */
function scaler(node: OnnxNode): Value {
  const x = node.computed(0), width = widthOf(node, x);
  const [offset, scale] = ["offset", "scale"].map((name) => perFeature(node, name, width));
  const centered = offset
    ? node.builder.affine(x, { shift: { ...offset, data: offset.data.map((value) => -value) } })
    : x;
  return scale ? node.builder.affine(centered, { scale }) : centered;
}

/** x over its norm. Probabilities keep their ranking, and the scores behind them. */
function normalizer(node: OnnxNode): Value {
  const { builder } = node, x = node.computed(0), width = widthOf(node, x), norm = node.text("norm", "MAX");
  if (norm === "L1" && x.logits?.shares) return x;
  const inner = norm === "L1" || norm === "MAX"
    ? builder.emit("elementwise", [x], { function: "abs" })
    : norm === "L2"
    ? builder.emit("elementwise", [x], { function: "pow", exponent: 2 })
    : node.refuse(`norm ${norm} is not known here`);
  // what the format means by MAX, with or without the sign, differs between programs
  if (norm === "MAX") node.refuse("norm MAX is not known here; use L1 or L2");
  const sum = builder.emit("reduce", [inner], { function: "sum", axes: [0] });
  const over = builder.emit("elementwise", [sum], { function: "pow", exponent: norm === "L2" ? -0.5 : -1 });
  return builder.emit("combine", [x, node.expanded(over, [width])], { function: "product" });
}

/** Names of classes, which the reading of labels asks for; here they compute nothing. */
function ignoreLabels(node: OnnxNode): void {
  node.ignore("classlabels_ints", "classlabels_int64s", "classlabels_strings");
}

/** Scores x·Wᵀ + b, and what they are turned into. */
function linearClassifier(node: OnnxNode): Value {
  const { builder } = node, x = node.computed(0), W = rowsOf(node, "coefficients", widthOf(node, x));
  const [outputs, width] = W.shape, transform = node.text("post_transform", "NONE");
  const b = {
    shape: [outputs],
    data: Float64Array.from(node.floats("intercepts") ?? Array<number>(outputs).fill(0)),
  };
  ignoreLabels(node);
  node.ignore("multi_class");
  if (b.data.length !== outputs) {
    node.refuse(`it has ${outputs} rows of coefficients and ${b.data.length} intercepts`);
  }
  if (outputs === 1) {
    node.refuse("it has one row of coefficients for two classes, whose second score depends on the program");
  }
  if (transform !== "NONE" && transform !== "LOGISTIC" && transform !== "SOFTMAX") {
    node.refuse(`post_transform ${transform} is not known here`);
  }
  // two classes by one score and its negation
  if (transform !== "SOFTMAX" && opposite(W) && opposite(b)) {
    const row = { shape: [1, width], data: W.data.subarray(width) };
    const score = builder.linear(x, row, { shape: [1], data: b.data.subarray(1) });
    return twoClasses(node, score, transform === "LOGISTIC");
  }
  const scores = builder.linear(x, W, b);
  if (transform === "NONE") return scores;
  const head = transform === "SOFTMAX" ? "softmax" : "sigmoid";
  return { ...builder.emit(head, [scores]), logits: { head, scores, shares: true } };
}

/** The scores −s and s of two classes, or their logistic probabilities. */
function twoClasses(node: OnnxNode, score: Computed, logistic: boolean): Computed {
  const { builder } = node;
  const both = builder.emit("concat", [builder.negated(score), score]);
  if (!logistic) return { ...both, logits: { head: "binary", scores: score, shares: false } };
  return { ...builder.emit("sigmoid", [both]), logits: { head: "sigmoid", scores: both, shares: true } };
}

/** The kernel of each support vector (V, D) with x. */
function kernels(node: OnnxNode, x: Computed, vectors: Numbers): Computed {
  const { builder } = node, type = node.text("kernel_type", "LINEAR");
  const [gamma, coef0, degree] = node.floats("kernel_params") ?? [0, 0, 3];
  const [count] = vectors.shape;
  if (type === "RBF") {
    if (!(gamma >= 0)) node.refuse(`gamma of its kernel is ${gamma}`);
    const beta = { shape: vectors.shape, data: new Float64Array(vectors.data.length).fill(gamma) };
    return builder.emit("exp", [builder.emit("rbf", [x], { units: count }, { mu: vectors, beta })]);
  }
  if (type === "LINEAR") return builder.linear(x, vectors);
  const scaled = { ...vectors, data: vectors.data.map((value) => gamma * value) };
  const inner = builder.linear(x, scaled, { shape: [count], data: new Float64Array(count).fill(coef0) });
  if (type === "POLY") return builder.emit("elementwise", [inner], { function: "pow", exponent: degree });
  if (type === "SIGMOID") return builder.emit("tanh", [inner]);
  return node.refuse(`kernel ${type} is not known here`);
}

/** The decision value of each pair of classes, of which a positive one is for the first; of two classes, as scores of both. */
function svmClassifier(node: OnnxNode): Value {
  const { builder } = node, x = node.computed(0);
  const vectors = rowsOf(node, "support_vectors", widthOf(node, x)), [count] = vectors.shape;
  const sizes = node.ints("vectors_per_class") ??
    node.refuse("vectors_per_class is missing, as for a linear machine");
  const classes = sizes.length, rho = node.floats("rho") ?? [], pairs = classes * (classes - 1) / 2;
  const coefficients = rowsOf(node, "coefficients", count).data;
  ignoreLabels(node);
  if (node.floats("prob_a")?.length || node.floats("prob_b")?.length) {
    node.refuse(
      "its probabilities are fitted beside its decisions, and may contradict them; train with probability=False",
    );
  }
  if (node.text("post_transform", "NONE") !== "NONE") node.refuse("only post_transform NONE is known here");
  const total = sizes.reduce((a, b) => a + b, 0);
  if (
    classes < 2 || classes > 1000 || total !== count || coefficients.length !== (classes - 1) * count ||
    rho.length !== pairs
  ) {
    node.refuse("the numbers of its classes, support vectors, coefficients and rho do not fit each other");
  }
  // the vectors of each class are spread over the sum, or its parts would outgrow what float32 keeps of their difference
  const spread = sizes.flatMap((size, c) =>
    Array.from({ length: size }, (_, k) => ({ c, at: (k + 0.5) / size }))
  );
  const order = [...spread.keys()].sort((p, q) => spread[p].at - spread[q].at);
  const weights = new Float64Array(pairs * count);
  let pair = 0;
  for (let i = 0; i < classes; i++) {
    for (let j = i + 1; j < classes; j++, pair++) {
      for (const [place, k] of order.entries()) {
        const { c } = spread[k];
        if (c === i || c === j) {
          weights[pair * count + place] = coefficients[(c === i ? j - 1 : i) * count + k];
        }
      }
    }
  }
  const copy = { ...vectors, data: vectors.data.slice() }, [, width] = vectors.shape;
  order.forEach((k, place) => copy.data.set(vectors.data.slice(k * width, (k + 1) * width), place * width));
  const values = builder.linear(kernels(node, x, copy), { shape: [pairs, count], data: weights }, {
    shape: [pairs],
    data: Float64Array.from(rho),
  });
  if (classes > 2) {
    builder.notes.push(
      "classes by their scores; where several have equal votes, the label that the file gives can be another of them",
    );
    return values;
  }
  // onnxruntime gives the scores of two classes with the other sign than its labels, by which the model goes here
  const score = builder.negated(values);
  builder.notes.push("classes by the file's labels, whose scores onnxruntime gives with the other sign");
  return {
    ...builder.emit("concat", [score, values]),
    logits: { head: "binary", scores: score, shares: false },
  };
}

/** Entries of a row by their places. */
function arrayFeatureExtractor(node: OnnxNode): Value {
  const x = node.computed(0), width = widthOf(node, x), indices = Array.from(node.constant(1).data);
  if (indices.length === 0 || !indices.every((i) => Number.isSafeInteger(i) && i >= 0 && i < width)) {
    node.refuse(`it takes features beyond ${width}`);
  }
  return node.builder.moved(x, "take", { axis: 0, indices });
}

/** By name. */
export const ML: Readonly<Record<string, Operator>> = {
  Scaler: scaler,
  Normalizer: normalizer,
  LinearClassifier: linearClassifier,
  SVMClassifier: svmClassifier,
  ArrayFeatureExtractor: arrayFeatureExtractor,
  ZipMap(node) {
    ignoreLabels(node);
    return node.computed(0);
  },
};
