import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { codeHash } from '../../lib/core/code-hash';
import { sha256 } from '../../lib/core/files';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'xray-code-'));
  for (const folder of ['one/in', 'two']) mkdirSync(path.join(root, folder), { recursive: true });
  writeFileSync(path.join(root, 'one', 'b.js'), 'b');
  writeFileSync(path.join(root, 'one', 'in', 'a.mjs'), 'a');
  writeFileSync(path.join(root, 'two', 'b.js'), 'two');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const both = () => codeHash(['one', 'two'].map((name) => path.join(root, name)));

test('is of names and bytes of all JavaScript, wherever the folders lie', async () => {
  const lines = [`one/b.js ${sha256('b')}`, `one/in/a.mjs ${sha256('a')}`, `two/b.js ${sha256('two')}`];
  expect(await both()).toBe(sha256(lines.join('\n')));
});

test('is another with another byte or name, the same with other files', async () => {
  const before = await both();
  writeFileSync(path.join(root, 'one', 'b.js.map'), '');
  writeFileSync(path.join(root, 'one', 'b.d.ts'), '');
  expect(await both()).toBe(before);
  writeFileSync(path.join(root, 'two', 'c.js'), '');
  const more = await both();
  expect(more).not.toBe(before);
  writeFileSync(path.join(root, 'two', 'c.js'), ' ');
  expect(await both()).not.toBe(more);
});
