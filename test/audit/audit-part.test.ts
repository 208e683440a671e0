import { expect, test } from 'vitest';
import { partNames, partsOf } from '../../lib/audit/audit-part';
import { auditedPictures } from '../../lib/audit/audited-pictures';
import { judgeParts } from '../../lib/audit/judge-parts';
import type { RowsOf } from '../../lib/audit/learnt-tests';
import { seededRandom } from '../../lib/core/random';
import { some } from './some-xrays';

/** A patient a picture, in which no lungs are found. */
const xrays = [
  ...some('covid', 'here', 20),
  ...some('covid', 'there', 12, 'AP'),
  ...some('normal', 'here', 20),
  ...some('normal', 'there', 12, 'AP'),
];
const controls = some('other', 'here', 12);
const dimension = 8;
const signOf = new Map(xrays.map(({ sha256, label }) => [sha256, label === 'covid' ? 1 : -1]));

/** Rows of noise, each region's its own, in which the first number says something of the class. */
const rowsOf: RowsOf = async (pictures, region) => ({
  dimension,
  data: Float32Array.from(
    pictures.flatMap(({ sha256, border }) => {
      const random = seededRandom(`${region} ${sha256} ${border?.sha256}`);
      const noise = Array.from({ length: dimension }, () => random.normal());
      return noise.map((value, k) => value + (k ? 0 : (signOf.get(sha256) ?? 0)));
    }),
  ),
});
const thumbnails = async () =>
  xrays.map(({ sha256 }) => {
    const random = seededRandom(sha256);
    return Float32Array.from({ length: 32 * 32 }, () => 128 + 20 * random.normal());
  });

async function computed(given = xrays) {
  const pictures = auditedPictures(given, { controls });
  const together = partsOf(pictures, { thumbnails, rowsOf });
  const apart = [];
  const once = [];
  for (const name of partNames) {
    once.push(await together(name));
    // As on another machine: nothing is shared, and the result goes through a file.
    apart.push(JSON.parse(JSON.stringify(await partsOf(pictures, { thumbnails, rowsOf })(name))));
  }
  return { once, apart };
}

test('parts computed apart say together what they say computed by one process', async () => {
  const { once, apart } = await computed();
  const judged = judgeParts(once);
  expect(judgeParts(apart)).toEqual(judged);
  expect(judged.whole.value).toBeGreaterThan(0.6);
  const made = judged.tests.filter(({ verdict }) => verdict !== 'not tested').map(({ name }) => name);
  const names = once.flatMap(({ results }) => results.map(({ name }) => name));
  expect(names.length).toBe(new Set(names).size);
  expect(made).toEqual(
    expect.arrayContaining([
      'near-duplicates',
      'border',
      'one-border',
      'view',
      'sources-left-out',
      'same-source',
    ]),
  );
});

test('of too few patients every part says so, and copies are still looked for', async () => {
  const few = [...some('covid', 'here', 19), ...some('normal', 'here', 30)];
  const { apart } = await computed(few);
  const { tests, whole, verdict } = judgeParts(apart);
  expect(whole.value).toBeNull();
  expect(verdict).toBe('not tested');
  expect(tests.find(({ name }) => name === 'exact-duplicates')!.verdict).toBe('clear');
  expect(tests.find(({ name }) => name === 'lungs')!.words).toContain(
    '19 patients of class "covid" are too few',
  );
});
