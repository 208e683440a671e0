import { describe, expect, it } from 'vitest';
import { findSourceLine } from '../../lib/notebook/cell-error';

describe('findSourceLine', () => {
  const source = [
    'import { loadDataset } from "../dist/index";',
    '',
    'type Row = { label: string };',
    'const rows: Row[] = await loadDataset("here");',
    'const total = rows.length;',
    'const double = total * 2;',
    'const total2 = rows.length;',
  ].join('\n');
  const compiled = [
    'const index_1 = require("../dist/index");',
    'exports.rows = await (0, index_1.loadDataset)("here");',
    'exports.total = exports.rows.length;',
    'exports.double = exports.total * 2;',
    'exports.total2 = exports.rows.length;',
  ].join('\n');

  it.each([
    [2, 4],
    [3, 5],
    [4, 6],
    [5, 7],
  ])('finds where compiled line %i was written', (line, expected) => {
    expect(findSourceLine({ source, compiled }, line)).toBe(expected);
  });

  it('claims nothing for a line that is in the compiled code only', () => {
    expect(findSourceLine({ source, compiled: '"use strict";\n})(a, b)' }, 2)).toBeUndefined();
    expect(findSourceLine({ source, compiled }, 99)).toBeUndefined();
  });
});
