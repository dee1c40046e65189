/** Weights of other programs, as the tensors of a family. @module */

import { type Family, InputError, type Tensor } from "../../src/mod.ts";
import { shapeText } from "../../src/data/elements.ts";
import { quoted, suggestion } from "../../src/wording.ts";

/** Tensors by name. */
type Tensors = Readonly<Record<string, Tensor>>;

/** Whether matrices are turned: (inputs, outputs), as Keras has them, into (outputs, inputs), as torch and Gibbon do. */
export type Turn = "auto" | "yes" | "no";

const ACTION = "convert the weights";

/** The names that pair each tensor of a family with one of a file. */
export type Pairs = ReadonlyMap<string, string>;

/** The pairs that `text` names, `ours=theirs` with commas between. @throws {InputError} if it names none, or one twice */
export function pairsOf(text: string): Pairs {
  const pairs = new Map<string, string>();
  for (const part of text.split(",")) {
    const at = part.indexOf("=");
    const [ours, theirs] = [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    if (at < 1 || theirs === "") fail(`${quoted(part)} does not pair names, as W=fc.weight does`);
    if (pairs.has(ours)) fail(`${quoted(ours)} is paired twice`);
    if ([...pairs.values()].includes(theirs)) fail(`${quoted(theirs)} is paired twice`);
    pairs.set(ours, theirs);
  }
  return pairs;
}

/**
 * The tensors of `family` among those of a file, by name: those that `pairs` names, those of the same name, and else the
 * only one whose shape fits. Matrices are turned where the shape says so.
 *
 * @throws {InputError} if one is missing or does not fit, or more than one way fits
 */
export function weightsFor(
  family: Family,
  tensors: Tensors,
  pairs: Pairs,
  turn: Turn,
): Record<string, Tensor> {
  const chosen = pairedNames(family, tensors, pairs);
  const ways = Object.entries(family.shapes).map(([ours, shape]) => ({
    ours,
    shape,
    tensor: tensors[chosen.get(ours)!],
    theirs: chosen.get(ours)!,
  }));
  for (const { ours, theirs, shape, tensor } of ways) {
    if (fits(tensor.shape, shape)) continue;
    fail(`${quoted(theirs)} is of shape ${shapeText(tensor.shape)}, ${ours} of ${shapeText(shape)}`);
  }
  const turned = turn === "auto" ? orientation(ways) : turn === "yes";
  return Object.fromEntries(ways.map(({ ours, theirs, shape, tensor }) => {
    const own = isMatrix(shape) && !isSame(tensor.shape, shape)
      ? "yes"
      : isMatrix(shape) && turned
      ? "square"
      : "no";
    if (isMatrix(shape) && turn !== "auto" && !isSquare(shape) && (own === "yes") !== turned) {
      fail(
        `${quoted(theirs)} of shape ${shapeText(tensor.shape)} fits ${ours} only ${
          turned ? "as it is" : "turned"
        }`,
      );
    }
    const data = tensor.data instanceof Float32Array ? tensor.data : Float32Array.from(tensor.data);
    return [ours, { shape, data: own === "no" ? data : transposed(data, shape) }];
  }));
}

interface Way {
  readonly ours: string;
  readonly shape: readonly number[];
  readonly tensor: Tensor;
}

/** Whether matrices are turned, which those that are not square show; unknown only if all are square. */
function orientation(ways: readonly Way[]): boolean {
  const matrices = ways.filter(({ shape }) => isMatrix(shape));
  const telling = matrices.filter(({ shape }) => !isSquare(shape) && Math.min(...shape) > 1);
  const turned = telling.filter(({ shape, tensor }) => !isSame(tensor.shape, shape));
  const square = matrices.find(({ shape }) => isSquare(shape) && shape[0] > 1);
  if (turned.length > 0 && turned.length < telling.length) {
    fail("some matrices would have to be transposed and others not; pair them by --map");
  }
  if (square && telling.length === 0) {
    fail(
      `${square.ours} is square, so its shape does not tell whether to transpose it; give --transpose yes or no`,
    );
  }
  return turned.length > 0;
}

function pairedNames(family: Family, tensors: Tensors, pairs: Pairs): Map<string, string> {
  const ours = Object.keys(family.shapes), theirs = Object.keys(tensors);
  const chosen = new Map<string, string>();
  for (const [own, other] of pairs) {
    checkName(own, ours, family.name);
    checkName(other, theirs, "the file");
    chosen.set(own, other);
  }
  for (const own of ours) if (!chosen.has(own) && theirs.includes(own)) chosen.set(own, own);
  for (const own of ours.filter((name) => !chosen.has(name))) {
    const taken = new Set(chosen.values());
    const shape = family.shapes[own];
    const rivals = ours.filter((name) =>
      name !== own && !chosen.has(name) && fits(family.shapes[name], shape)
    );
    const free = theirs.filter((name) => !taken.has(name) && fits(tensors[name].shape, shape));
    if (free.length !== 1 || rivals.length > 0) {
      const found = free.length === 0 ? "none fits" : `${free.slice(0, 4).map(quoted).join(", ")} may be`;
      fail(
        `${own} of shape ${
          shapeText(shape)
        } is not among the names, and by shape ${found}: pair it by --map ${own}=NAME`,
      );
    }
    chosen.set(own, free[0]);
  }
  return chosen;
}

/** @throws {InputError} code `option` unless `name` is one of `known`, the names of `whose` tensors */
function checkName(name: string, known: readonly string[], whose: string): void {
  if (known.includes(name)) return;
  const near = suggestion(name, known) || `; it has ${known.slice(0, 8).map(quoted).join(", ")}`;
  throw new InputError("option", ACTION, `${whose} has no tensor ${quoted(name)}${near}`);
}

/** Whether a tensor has the shape `to` except for ones, or is the same matrix turned. */
function fits(from: readonly number[], to: readonly number[]): boolean {
  return isSame(from, to) || (isMatrix(to) && from.length === 2 && isSame([from[1], from[0]], to));
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  const long = (shape: readonly number[]) => shape.filter((n) => n !== 1).join();
  return a.join() === b.join() || long(a) === long(b);
}

function isMatrix(shape: readonly number[]): boolean {
  return shape.length === 2;
}

function isSquare([rows, cols]: readonly number[]): boolean {
  return rows === cols;
}

/** The matrix of shape (rows, cols) that is `data`, of shape (cols, rows), turned. */
function transposed(data: Float32Array, [rows, cols]: readonly number[]): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out[i * cols + j] = data[j * rows + i];
  return out;
}

/**
 * The family that `make` makes of a number of inputs and of classes for which `tensors` fit: those given, or the only
 * ones among the sizes of the tensors.
 *
 * @throws {InputError} if none or several fit
 */
export function familyFor(
  make: (sizes: { inputs: number; classes: number }) => Family,
  tensors: Tensors,
  pairs: Pairs,
  given: { inputs?: number; classes?: number },
): Family {
  const sizes = [...new Set([2, ...Object.values(tensors).flatMap(({ shape }) => shape)])].filter((n) =>
    n > 0
  );
  if (sizes.length > MAX_SIZES) {
    fail(`the tensors have ${sizes.length} different sizes: give --inputs and --class-count`);
  }
  const found = new Map<string, Family>();
  let problem: InputError | undefined;
  for (const inputs of given.inputs === undefined ? sizes : [given.inputs]) {
    for (const classes of given.classes === undefined ? sizes : [given.classes]) {
      if (classes < 2) continue;
      try {
        const family = make({ inputs, classes });
        for (const [ours, theirs] of pairedNames(family, tensors, pairs)) {
          const [from, to] = [tensors[theirs].shape, family.shapes[ours]];
          if (!fits(from, to)) {
            fail(`${quoted(theirs)} is of shape ${shapeText(from)}, ${ours} of ${shapeText(to)}`);
          }
        }
        found.set(JSON.stringify(family.config), family);
      } catch (error) {
        if (!(error instanceof InputError) || error.code === "option") throw error;
        problem ??= error;
      }
    }
  }
  const [family, other] = found.values();
  if (other) {
    const both = [family, other].map(({ inputs, classes }) => `${inputs} inputs and ${classes} classes`).join(
      ", or ",
    );
    fail(`they may be of ${both}: give --inputs or --class-count`);
  }
  if (family) return family;
  if (given.inputs !== undefined && given.classes !== undefined) throw problem;
  const shapes = Object.entries(tensors).slice(0, 6).map(([name, { shape }]) =>
    `${quoted(name)} ${shapeText(shape)}`
  );
  return fail(
    `no number of inputs and classes fits all tensors; the file has ${
      shapes.join(", ")
    }; sizes between the two, such as --units, are options of the family`,
  );
}

/** Different sizes of tensors that are tried. */
const MAX_SIZES = 40;

function fail(problem: string): never {
  throw new InputError("shape", ACTION, problem);
}
