import { expect, test } from 'vitest';
import { seededRandom } from '../../lib/core/random';
import { calibrationError } from '../../lib/evaluation/calibration-error';
import { describeXrays } from '../../lib/notebook/describe-xrays';

// As many as MIMIC-CXR has in a class: more than a function takes as arguments.
const count = 150_000;

test(`calibration and table of ${count} pictures`, () => {
  const random = seededRandom(1);
  const probabilities = Array.from({ length: count }, () => random.uniform());
  const positives = probabilities.map((probability) => random.uniform() < probability);
  const patients = probabilities.map((_, i) => `${i % 1000}`);
  const { value } = calibrationError(probabilities, positives, { random, patients, replicates: 100 });
  // Of what is calibrated, by chance: the square root of bins / pictures, or so.
  expect(value).toBeLessThan(0.01);
  const xrays = probabilities.map((_, i) => ({
    ...{ path: `${i}.png`, label: 'normal', patientId: patients[i]!, source: 'a', view: 'PA', license: '' },
    ...{ width: 100 + (i % 7), height: 50, sha256: '' },
  }));
  expect(JSON.stringify(describeXrays(xrays))).toContain('100–106');
});
