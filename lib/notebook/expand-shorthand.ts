import * as typescript from '@tslab/typescript-for-tslab';

/**
 * A cell's code with `{ name }` written out as `{ name: name }`. tslab 1.0.22 turns names of earlier cells into
 * properties of their exports, but overlooks them in shorthand, where they then are "not defined".
 */
export function expandShorthand(code: string): string {
  const file = typescript.createSourceFile('cell.ts', code, typescript.ScriptTarget.ES2022, true);
  const ends: { at: number; name: string }[] = [];
  const visit = (node: typescript.Node): void => {
    if (typescript.isShorthandPropertyAssignment(node))
      ends.push({ at: node.name.getEnd(), name: node.name.text });
    typescript.forEachChild(node, visit);
  };
  visit(file);
  return ends.reduceRight((text, { at, name }) => `${text.slice(0, at)}: ${name}${text.slice(at)}`, code);
}
