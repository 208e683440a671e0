import { expect, test } from 'vitest';
import { verdictOf } from '../../lib/audit/expectation';
import { learningFrom, learntParts, learntTests } from '../../lib/audit/learnt-tests';
import { toTest } from '../../lib/audit/rules';
import { studyOf } from '../../lib/audit/study';
import { seededRandom } from '../../lib/core/random';
import { drawPhantom } from '../../lib/dataset/phantom';
import { greyThumbnail } from '../../lib/dataset/thumbnail';
import { bench } from '../bench/bench';

const library = {
  ...{ drawPhantom, greyThumbnail, seededRandom },
  ...{ learningFrom, learntParts, learntTests, studyOf, toTest, verdictOf },
};
// `node bench/audit-noise.mjs` tries hundreds; XRAY_NOISE_SETS sets how many are tried here of each setting.
const sets = Number(process.env.XRAY_NOISE_SETS ?? 3);

test('of noise hardly any test is flagged, and the whole is not', { timeout: 600_000 }, async () => {
  const { chestThumbnail, noiseAudit, settings } = await bench('noise-audit');
  const chest = chestThumbnail(library);
  const verdicts: string[] = [];
  const wholes: string[] = [];
  const flags: string[] = [];
  for (const [name, setting] of Object.entries<{ alike: number }>(settings))
    for (let seed = 1; seed <= sets; seed++) {
      const { verdict, tests } = await noiseAudit(library, { ...setting, patients: [20, 26] }, seed, chest);
      // Where a patient's pictures are alike, a split by picture does flatter.
      const { 'split-difference': split, ...others } = tests;
      const own = setting.alike ? others : { split, ...others };
      verdicts.push(...(Object.values(own) as string[]).filter((one) => one !== 'not tested'));
      flags.push(
        ...Object.keys(own)
          .filter((one) => own[one] === 'flagged')
          .map((one) => `${name}, ${seed}: ${one}`),
      );
      wholes.push(verdict);
    }
  expect(verdicts.length).toBeGreaterThan(10 * wholes.length);
  expect(wholes.filter((verdict) => verdict === 'flagged').length).toBeLessThanOrEqual(0.05 * wholes.length);
  expect(flags.length, flags.join('\n')).toBeLessThanOrEqual(0.05 * verdicts.length);
});
