import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { testNames } from '../../lib/audit/audit';
import { auditDataset } from '../../lib/audit/audit-dataset';
import { rules } from '../../lib/audit/rules';
import { InputError } from '../../lib/core/check';
import { createDemoDataset } from '../../lib/dataset/create-demo-dataset';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { markPictures } from '../../lib/dataset/mark-pictures';
import type { Xray } from '../../lib/dataset/xray';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { tinyCut, writeTinyBackbone } from '../transfer/tiny-backbone';

const root = mkdtempSync(path.join(tmpdir(), 'xray-audit-'));
const seeds = [1, 2, 3];
const count = 36;
const options = { backbone: 'pixels' };
const clean = new Map<number, Xray[]>();
const confounded = new Map<number, Xray[]>();

beforeAll(async () => {
  vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
  for (const seed of seeds) {
    const to = (name: string) => path.join(root, name, `${seed}`);
    await createDemoDataset(to('phantoms'), { count, classes: ['covid', 'normal'], seed });
    const phantoms = await loadDataset(to('phantoms'));
    clean.set(seed, await markPictures(phantoms, to('clean'), { covid: 0.5, normal: 0.5 }, seed));
    confounded.set(seed, await markPictures(phantoms, to('confounded'), { covid: 1 }, seed));
  }
});
afterAll(async () => {
  await releaseBackbone();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const test_ = (audit: Awaited<ReturnType<typeof auditDataset>>, name: string) =>
  audit.tests.find((one) => one.name === name)!;

// Each audit takes seconds of a processor, which others may be using.
describe('auditDataset', { timeout: 300_000 }, () => {
  test.each(seeds)('flags phantoms with a mark in the corner of one class (seed %i)', async (seed) => {
    const audit = await auditDataset(confounded.get(seed)!, { ...options, seed });
    expect(audit.verdict).toBe('flagged');
    expect(test_(audit, 'border').verdict).toBe('flagged');
    expect(test_(audit, 'edges').verdict).toBe('flagged');
    expect(audit.expectation).toMatch(/fail on those of a source that it has never seen/);
  });

  test.each(seeds)('clears the same phantoms with the mark in half of each class (seed %i)', async (seed) => {
    const audit = await auditDataset(clean.get(seed)!, { ...options, seed });
    // Thumbnails hardly tell these classes apart: where they do not at all, there is nothing to clear.
    const learnt = audit.whole.low! > 0.5;
    expect(audit.verdict).toBe(learnt ? 'clear' : 'not tested');
    // Nor is it said that nothing was found where brightness does as well.
    const hinted = (['size', 'exposure'] as const).some((name) => test_(audit, name).verdict === 'flagged');
    if (learnt) expect(audit.expectation).toMatch(hinted ? /No other was found/ : /No shortcut was found/);
  });

  test('is plain data with every test, under its rule, in order', async () => {
    const audit = await auditDataset(clean.get(1)!, options);
    expect(audit.tests.map(({ name }) => name)).toEqual([...testNames]);
    for (const { name, part, title } of audit.tests)
      expect({ part, title }).toEqual({ part: rules[name].part, title: rules[name].title });
    expect(JSON.parse(JSON.stringify(audit))).toEqual(audit);
    expect(audit.data).toMatchObject({ pictures: 2 * count, synthetic: true });
    expect(audit.backbone.title).toBe('32×32 pixels');
    const { seconds: _, ...again } = await auditDataset([...clean.get(1)!].reverse(), options);
    const { seconds: __, ...first } = audit;
    expect(again).toEqual(first);
  });

  test('looks at borders and lungs by a network that sees 24×24 pixels too', async () => {
    const backbone = await writeTinyBackbone(path.join(root, 'tiny'));
    const audit = await auditDataset(clean.get(1)!, { backbone, cut: tinyCut });
    // Its pictures are smaller than those that lungs are looked for in.
    expect(test_(audit, 'lungs').figure.value).toBeGreaterThan(0.3);
    expect(test_(audit, 'lungs').words).toMatch(/found in \d+ of 36 \(covid\)/);
    for (const name of ['border', 'without-centre', 'one-border'])
      expect(test_(audit, name).figure.value).not.toBeNull();
  });

  test('finds copies, look-alikes and people with two names', async () => {
    const own = clean.get(1)!;
    const copy = path.join(root, 'copy.png');
    copyFileSync(own[0]!.path, copy);
    const audit = await auditDataset(
      [...own, { ...own[0]!, path: copy, patientId: 'somebody else' }],
      options,
    );
    expect(test_(audit, 'exact-duplicates')).toMatchObject({ verdict: 'flagged', figure: { value: 1 } });
    expect(audit.duplicates[0]).toMatchObject({ exact: true, hashDistance: 0 });
    expect(test_(audit, 'exact-duplicates').words).toMatch(/1 file of 73 is a copy of another/);
  });

  test('too few patients: leakage is looked for, the rest not tested, and it says why', async () => {
    const few = clean.get(1)!.filter((_, i) => i % 6 === 0);
    const audit = await auditDataset(few, options);
    expect(audit.verdict).toBe('not tested');
    expect(test_(audit, 'border')).toMatchObject({ verdict: 'not tested', figure: { value: null } });
    expect(test_(audit, 'border').words).toMatch(/patients of class "covid" are too few/i);
    expect(test_(audit, 'exact-duplicates').verdict).toBe('clear');
  });

  test('refuses one class, and numbers out of range', async () => {
    const one = clean.get(1)!.filter(({ label }) => label === 'covid');
    await expect(auditDataset(one, options)).rejects.toThrow(InputError);
    await expect(auditDataset(clean.get(1)!, { ...options, perClass: 3 })).rejects.toThrow('perClass is 3');
  });
});
