import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { identicalFiles } from '../../lib/audit/leakage';
import { toTest } from '../../lib/audit/rules';
import { findDuplicates } from '../../lib/dataset/find-duplicates';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { undefinedFigure } from '../../lib/evaluation/figure';
import { shared } from '../networks/peers';

const folder = shared('data', 'chest_xray');

describe.skipIf(!folder)("Kaggle's chest_xray (skipped where ../shared/data/chest_xray is not there)", () => {
  test('32 of its 5,840 train and test files are copies of another, in 30 groups, as a third party counted', {
    timeout: 600_000,
  }, async () => {
    const parts = await Promise.all(['train', 'test'].map((part) => loadDataset(path.join(folder!, part))));
    const xrays = parts.flat();
    expect(xrays).toHaveLength(5840);
    expect(findDuplicates(xrays)).toHaveLength(30);
    const found = toTest(identicalFiles(xrays), undefinedFigure);
    expect(found).toMatchObject({ verdict: 'flagged', figure: { value: 32, low: 32, high: 32 } });
    expect(found.words).toMatch(/^32 files of 5840 are copies of another \(30 groups\)/);
  });
});
