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
  const faults: Fault[] = [];
  const plant = (operator: string, from: number, to: number, after: string) => {
    const before = text.slice(from, to);
    if (before === after) return;
    const line = file.getLineAndCharacterOfPosition(from).line + 1;
    faults.push({ operator, line, from, to, before, after });
  };
  const replace = (operator: string, node: ts.Node, after: string) =>
    plant(operator, node.getStart(file), node.getEnd(), after);
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || isError(node)) return;
    if (ts.isBinaryExpression(node)) {
      for (const after of OPERATORS.get(node.operatorToken.kind) ?? []) {
        if (isText(node)) continue;
        replace("operator", node.operatorToken, after);
      }
    } else if (ts.isNumericLiteral(node)) {
      replace("constant", node, node.text === "0" ? "1" : `(${node.getText(file)} + 1)`);
    } else if (node.kind === SyntaxKind.TrueKeyword || node.kind === SyntaxKind.FalseKeyword) {
      replace("constant", node, node.kind === SyntaxKind.TrueKeyword ? "false" : "true");
    } else if (ts.isPrefixUnaryExpression(node)) {
      const { operator, operand } = node;
      if (operator === SyntaxKind.ExclamationToken || operator === SyntaxKind.MinusToken) {
        replace("negation", node, operand.getText(file));
      }
    } else if (ts.isCallExpression(node)) {
      node.arguments.slice(1).forEach((second, i) => {
        const first = node.arguments[i];
        if (ts.isArrowFunction(first) || ts.isArrowFunction(second)) return;
        const [from, to] = [first.getStart(file), second.getEnd()];
        const between = text.slice(first.getEnd(), second.getStart(file));
        plant("arguments", from, to, `${second.getText(file)}${between}${first.getText(file)}`);
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return faults.sort((a, b) => a.from - b.from);
}

/** Whether it makes an error, whose words are no behaviour. */
function isError(node: ts.Node): boolean {
  return ts.isNewExpression(node) && node.expression.getText() === "InputError";
}

/** Whether a sum is of texts. */
function isText({ left, right }: ts.BinaryExpression): boolean {
  return [left, right].some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side));
}

/** `text` with `fault` in it. */
export function planted(text: string, { from, to, after }: Fault): string {
  return text.slice(0, from) + after + text.slice(to);
}
