import { beforeAll, describe, expect, test } from 'vitest';
import type { Rows } from '../../lib/audit/rows';
import { type Measurement, type Omission, toTest } from '../../lib/audit/rules';
import { lungTest } from '../../lib/audit/shortcuts';
import { studyOf } from '../../lib/audit/study';
import { seededRandom } from '../../lib/core/random';
import { drawPhantom } from '../../lib/dataset/phantom';
import { greyThumbnail } from '../../lib/dataset/thumbnail';
import type { Xray } from '../../lib/dataset/xray';
import { bench } from '../bench/bench';
import { some } from './some-xrays';

let chest: Float32Array;
beforeAll(async () => {
  const { chestThumbnail } = await bench('noise-audit');
  chest = chestThumbnail({ drawPhantom, greyThumbnail, seededRandom });
});
const grey = new Float32Array(32 * 32).fill(128);
const classes = ['covid', 'normal'];
const xrays = [...some('covid', 'here', 24), ...some('normal', 'there', 24)];
const study = studyOf(xrays, classes, 1);

/** Rows that tell the class as strongly as asked. */
function rowsOf(own: readonly Xray[], strength: number): Rows {
  const random = seededRandom(`rows ${strength}`);
  const data = own.flatMap(({ label }) => [
    random.normal() + (label === 'covid' ? strength : 0),
    random.normal(),
  ]);
  return { data: Float32Array.from(data), dimension: 2 };
}
const measured = (result: Measurement | Omission): Measurement => {
  if ('why' in result) throw new Error(result.why);
  return result;
};
/** @param found of which pictures the lungs can be found */
async function tried(ofLungs: number, ofWhole: number, found: (i: number) => boolean = () => true) {
  const asked: Xray[] = [];
  const thumbnails = xrays.map((_, i) => (found(i) ? chest : grey));
  const result = await lungTest(
    study,
    thumbnails,
    async () => rowsOf(xrays, ofWhole),
    async (own) => {
      asked.push(...own);
      return rowsOf(own, ofLungs);
    },
  );
  return { result, asked };
}

describe('lungs only', () => {
  test('lungs that tell less than the whole pictures are a flag', async () => {
    const result = measured((await tried(0, 4)).result);
    expect(result.against!.value).toBeGreaterThan(0.95);
    expect(result.figure.value).toBeLessThan(0.7);
    expect(toTest(result, result.against!).verdict).toBe('flagged');
  });

  test('lungs that tell as much are none', async () => {
    const result = measured((await tried(4, 4)).result);
    expect(result.figure.value).toBeGreaterThan(0.95);
    expect(toTest(result, result.against!).verdict).toBe('clear');
    expect(result.found).toContain('found in 24 of 24 (covid), 24 of 24 (normal) pictures');
  });

  test('pictures without lungs are left out of both figures', async () => {
    const { result, asked } = await tried(4, 4, (i) => i % 8 !== 0);
    expect(asked).toEqual(xrays.filter((_, i) => i % 8 !== 0));
    expect(measured(result).found).toContain('found in 21 of 24 (covid), 21 of 24 (normal) pictures');
  });

  test('is not made where lungs are found in fewer than 0.6 of a class, or of too few patients', async () => {
    const half = await tried(4, 4, (i) => i >= 24 || i % 2 === 0);
    expect(half.result).toEqual({
      name: 'lungs',
      why: 'lungs, as frontal chest X-rays show them, were found in 12 of 24 (covid), 24 of 24 (normal) pictures only, too few to go on with',
    });
    expect(half.asked).toEqual([]);
    const few = [...some('covid', 'here', 21), ...some('normal', 'there', 22)];
    const result = await lungTest(
      studyOf(few, classes, 1),
      few.map((_, i) => (i < 2 ? grey : chest)),
      async () => rowsOf(few, 4),
      async (own) => rowsOf(own, 4),
    );
    expect(result).toMatchObject({ why: expect.stringContaining('19 of 21 (covid)') });
  });
});
