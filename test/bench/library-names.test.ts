import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectFolder } from '../../lib/core/settings';

/** What the benchmarks take from the compiled library: `{ a, b } = library('c/d')` or `= require('../dist/c/d.js')`. */
const taken =
  /const \{([^}]+)\} = (?:library\(\s*'([^']+)'|(?:require|createRequire\(import\.meta\.url\))\(\s*'[./]+\/dist\/([^']+)\.js')/g;

const bench = path.join(projectFolder, 'bench');
const uses = readdirSync(bench, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.mjs'))
  .flatMap((file) =>
    [...readFileSync(path.join(bench, file), 'utf8').matchAll(taken)].map(([, names, short, long]) => ({
      file,
      names: names!.split(',').flatMap((part) => part.trim().split(':')[0]!.trim() || []),
      module: short ?? long!,
    })),
  );

test('are found at all', () => {
  expect(uses.length).toBeGreaterThan(40);
});

test.each(uses)('$file takes from $module what is there', ({ names, module }) => {
  const offered = require(path.join(projectFolder, 'dist', `${module}.js`));
  expect(names.filter((name) => offered[name] === undefined)).toEqual([]);
});
