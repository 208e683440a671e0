import * as typescript from '@tslab/typescript-for-tslab';
import type { ParameterValue } from './check-parameter';
import { joinLines, type NotebookDocument } from './notebook-document';

function literalValue(node: typescript.Expression): ParameterValue | undefined {
  const { SyntaxKind } = typescript;
  if (typescript.isAsExpression(node)) return literalValue(node.expression);
  if (typescript.isStringLiteralLike(node)) return node.text;
  if (typescript.isNumericLiteral(node)) return Number(node.text);
  if (typescript.isPrefixUnaryExpression(node) && node.operator === SyntaxKind.MinusToken) {
    const value = literalValue(node.operand);
    return typeof value === 'number' ? -value : undefined;
  }
  if (node.kind === SyntaxKind.TrueKeyword) return true;
  return node.kind === SyntaxKind.FalseKeyword ? false : undefined;
}

/** The parameters that a notebook hands to `parameters({ … })`, with their defaults; none if it has no such cell. */
export function notebookParameters({ cells }: NotebookDocument): Map<string, ParameterValue> {
  const found = new Map<string, ParameterValue>();
  const visit = (node: typescript.Node): void => {
    if (typescript.isCallExpression(node) && node.expression.getText() === 'parameters') {
      const [defaults] = node.arguments;
      if (defaults && typescript.isObjectLiteralExpression(defaults))
        for (const property of defaults.properties) {
          if (!typescript.isPropertyAssignment(property)) continue;
          const value = literalValue(property.initializer);
          if (value !== undefined) found.set(property.name.getText(), value);
        }
    }
    typescript.forEachChild(node, visit);
  };
  for (const { cell_type, source } of cells)
    if (cell_type === 'code')
      visit(typescript.createSourceFile('cell.ts', joinLines(source), typescript.ScriptTarget.ES2022, true));
  return found;
}
