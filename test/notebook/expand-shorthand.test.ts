import { describe, expect, it } from 'vitest';
import { expandShorthand } from '../../lib/notebook/expand-shorthand';

describe('expandShorthand', () => {
  it.each([
    ['show({ a, b: 1, c })', 'show({ a: a, b: 1, c: c })'],
    ['const x = { a: { b } };\n({ a } = y);', 'const x = { a: { b: b } };\n({ a: a } = y);'],
    ['({ a = 1 } = y);', '({ a: a = 1 } = y);'],
  ])('writes %j out as %j', (code, expanded) => {
    expect(expandShorthand(code)).toBe(expanded);
  });

  it.each([
    'const { a, b } = y;',
    'const s = "{ a }";',
    'function f({ a }) { return [a]; }',
    'if (',
    '// { a }',
  ])('leaves %j as it is', (code) => {
    expect(expandShorthand(code)).toBe(code);
  });
});
