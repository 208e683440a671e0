import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { keepAudit, keptAudit } from '../../lib/audit/kept-audit';
import { picturesHash } from '../../lib/dataset/pictures-hash';
import type { Xray } from '../../lib/dataset/xray';
import { sampleAudit } from './sample-audit';

const folder = mkdtempSync(path.join(tmpdir(), 'xray-kept-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const xrays = [{ sha256: 'b' }, { sha256: 'a' }] as Xray[];

test('an audit is kept beside the pictures, and found for those pictures only', async () => {
  expect(await keptAudit(folder, xrays)).toBeUndefined();
  await keepAudit(folder, { ...sampleAudit, data: { ...sampleAudit.data, sha256: picturesHash(xrays) } });
  const { verdict, expectation, tests } = sampleAudit;
  const summary = {
    verdict,
    expectation,
    tests: tests.map(({ name: _, part: __, ...test_ }) => test_),
  };
  expect(summary.tests[1]).toMatchObject({
    figure: { value: 0.95 },
    measure: 'AUROC',
    rule: 'flagged if 0.80 or more',
  });
  expect(await keptAudit(folder, xrays)).toEqual(summary);
  expect(await keptAudit(folder, [...xrays].reverse())).toEqual(summary);
  expect(await keptAudit(folder, xrays.slice(1))).toBe('of other pictures');
});

test('what is no audit is passed over', async () => {
  for (const text of ['', 'null', '{"verdict":"fine"}']) {
    writeFileSync(path.join(folder, 'audit.json'), text);
    expect(await keptAudit(folder, xrays)).toBeUndefined();
  }
});
