/** Faults that can be planted in a file: one change of its text each, found in its syntax tree. @module */

import ts from "typescript";

/** One change of a file. */
export interface Fault {
  /** What kind of change it is. */
  readonly operator: string;
  /** Where it is: the line, from 1, and the characters that are replaced. */
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly before: string;
  readonly after: string;
  /** The expression that holds it, or the arguments of a call. */
  readonly within: Range;
  /** Place in the list, from 1, of the first fault with the same `within`: code that has reached it has reached all of them. */
  readonly leader: number;
}

/** Characters `from` to `to` (exclusive) of a text; `isList` if they are arguments. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly isList?: boolean;
}

const { SyntaxKind } = ts;

/** What each operator becomes: its boundary or its opposite. */
const OPERATORS: ReadonlyMap<ts.SyntaxKind, readonly string[]> = new Map([
  [SyntaxKind.LessThanToken, ["<=", ">"]],
  [SyntaxKind.LessThanEqualsToken, ["<"]],
  [SyntaxKind.GreaterThanToken, [">=", "<"]],
  [SyntaxKind.GreaterThanEqualsToken, [">"]],
  [SyntaxKind.EqualsEqualsEqualsToken, ["!=="]],
  [SyntaxKind.ExclamationEqualsEqualsToken, ["==="]],
  [SyntaxKind.PlusToken, ["-"]],
  [SyntaxKind.MinusToken, ["+"]],
  [SyntaxKind.AsteriskToken, ["/"]],
  [SyntaxKind.SlashToken, ["*"]],
  [SyntaxKind.AmpersandAmpersandToken, ["||"]],
  [SyntaxKind.BarBarToken, ["&&"]],
  [SyntaxKind.PlusEqualsToken, ["-="]],
  [SyntaxKind.MinusEqualsToken, ["+="]],
]);

/** Every fault that can be planted in `text`, in order of place. Types, messages and imports are left as they are. */
export function faultsIn(text: string): Fault[] {
  const file = ts.createSourceFile("file.ts", text, ts.ScriptTarget.Latest, true);
  const faults: Omit<Fault, "leader">[] = [];
  const rangeOf = (node: ts.Node): Range => ({ from: node.getStart(file), to: node.getEnd() });
  const plant = (operator: string, { from, to }: Range, after: string, holder: ts.Node, within?: Range) => {
    const before = text.slice(from, to);
    if (before === after) return;
    const line = file.getLineAndCharacterOfPosition(from).line + 1;
    faults.push({ operator, line, from, to, before, after, within: within ?? rangeOf(holder) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || isError(node)) return;
    if (ts.isBinaryExpression(node)) {
      for (const after of OPERATORS.get(node.operatorToken.kind) ?? []) {
        if (isText(node)) continue;
        plant("operator", rangeOf(node.operatorToken), after, node);
      }
    } else if (ts.isNumericLiteral(node)) {
      if (ts.isPropertyAssignment(node.parent) && node.parent.name === node) return;
      plant("constant", rangeOf(node), node.text === "0" ? "1" : `(${node.getText(file)} + 1)`, node);
    } else if (node.kind === SyntaxKind.TrueKeyword || node.kind === SyntaxKind.FalseKeyword) {
      plant("constant", rangeOf(node), node.kind === SyntaxKind.TrueKeyword ? "false" : "true", node);
    } else if (ts.isPrefixUnaryExpression(node)) {
      const { operator, operand } = node;
      if (operator === SyntaxKind.ExclamationToken || operator === SyntaxKind.MinusToken) {
        plant("negation", rangeOf(node), operand.getText(file), node);
      }
    } else if (ts.isCallExpression(node)) {
      const list = isSymmetric(node) ? [] : node.arguments;
      const within = { from: list[0]?.getStart(file), to: list.at(-1)?.getEnd(), isList: true } as Range;
      list.slice(1).forEach((second, i) => {
        const first = list[i];
        if (ts.isArrowFunction(first) || ts.isArrowFunction(second)) return;
        const [from, to] = [first.getStart(file), second.getEnd()];
        const between = text.slice(first.getEnd(), second.getStart(file));
        const after = `${second.getText(file)}${between}${first.getText(file)}`;
        plant("arguments", { from, to }, after, node, within);
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  const leaders = new Map<string, number>();
  return faults.sort((a, b) => a.from - b.from).map((fault, i) => {
    const key = keyOf(fault.within);
    if (!leaders.has(key)) leaders.set(key, i + 1);
    return { ...fault, leader: leaders.get(key)! };
  });
}

const keyOf = ({ from, to, isList = false }: Range) => `${from} ${to} ${isList}`;

/** Whether the order of its arguments does not matter. */
function isSymmetric({ expression }: ts.CallExpression): boolean {
  return ["Math.min", "Math.max", "Math.hypot", "Math.imul"].includes(expression.getText());
}

/** Whether it makes an error, whose words are no behaviour. */
function isError(node: ts.Node): boolean {
  return ts.isNewExpression(node) && node.expression.getText() === "InputError";
}

/** Whether a sum is of texts. */
function isText({ left, right }: ts.BinaryExpression): boolean {
  return [left, right].some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side));
}

/** What `fault` makes of what, in one line. */
export const changeOf = ({ before, after }: Fault): string => `${before} → ${after}`.replace(/\s+/g, " ");

/** `text` with `fault` in it. */
export function planted(text: string, { from, to, after }: Fault): string {
  return text.slice(0, from) + after + text.slice(to);
}

/**
 * `text` with all `faults` in it, each of which takes effect while the global `plantedFault` is its place in the list, counted from 1
 * above `offset`: what holds one becomes a choice between its variants and itself. Whenever that is met, the global list
 * `reachedFaults` holds 1 at the number of its leader.
 */
export function switchable(text: string, faults: readonly Fault[], offset = 0): string {
  const groups = new Map<number, { within: Range; members: [number, Fault][] }>();
  faults.forEach((fault, i) => {
    const group = groups.get(fault.leader) ?? { within: fault.within, members: [] };
    group.members.push([offset + i + 1, fault]);
    groups.set(fault.leader, group);
  });
  // the outer ones first
  const sorted = [...groups.values()].sort((a, b) =>
    a.within.from - b.within.from || b.within.to - a.within.to
  );
  let next = 0;
  const render = (from: number, to: number): string => {
    let out = "", at = from;
    while (next < sorted.length && sorted[next].within.from < to) {
      const { within, members } = sorted[next++];
      out += text.slice(at, within.from);
      const variants = members.map(([number, { from, to, after }]) =>
        [number, text.slice(within.from, from) + after + text.slice(to, within.to)] as const
      );
      const [open, close] = within.isList ? ["[", "]"] : ["(", ")"];
      const choices = variants.map(([number, variant], i) =>
        `${
          i > 0 ? "plantedFault" : `(reachedFaults[${number}] = 1, plantedFault)`
        } === ${number} ? ${open}${variant}${close} : `
      );
      const whole = `${choices.join("")}${open}${render(within.from, within.to)}${close}`;
      out += within.isList ? `...(${whole})` : `(${whole})`;
      at = within.to;
    }
    return out + text.slice(at, to);
  };
  return render(0, text.length);
}
