import { describe, expect, test } from 'vitest';
import type { DuplicatePair } from '../../lib/audit/audit';
import {
  alikePatients,
  identicalFiles,
  patientsOnTwoSides,
  sharedPatients,
  splitDifference,
} from '../../lib/audit/leakage';
import { gramOf } from '../../lib/audit/logistic';
import { pairsByHash, pairsToShow, surplusCopies, withFeatures } from '../../lib/audit/near-duplicates';
import { perceptualHash } from '../../lib/audit/perceptual-hash';
import { studyOf } from '../../lib/audit/study';
import { seededRandom } from '../../lib/core/random';
import { splitDataset } from '../../lib/dataset/split-dataset';
import type { Xray } from '../../lib/dataset/xray';

const xray = (label: string, patient: string, i: number, sha256 = `${label}${patient}${i}`): Xray => ({
  path: `/pictures/${label}/${patient}-${i}.png`,
  label,
  patientId: patient,
  source: 'somewhere',
  view: '',
  width: 10,
  height: 10,
  sha256,
  license: '',
});
/** Patients of either class with `each` pictures. */
const patients = (count: number, each: number): Xray[] =>
  ['a', 'b'].flatMap((label) =>
    Array.from({ length: count * each }, (_, i) => xray(label, `${label}${Math.floor(i / each)}`, i)),
  );

describe('copies', () => {
  const xrays = [
    xray('a', 'p', 1, 'x'),
    xray('a', 'q', 2, 'x'),
    xray('b', 'r', 3, 'x'),
    xray('b', 's', 4, 'y'),
  ];

  test('all but the first of each group', () => {
    expect(surplusCopies(xrays)).toEqual({ copies: 2, groups: 1 });
    expect(identicalFiles(xrays)).toMatchObject({
      figure: { value: 2 },
      found: '2 files of 4 are copies of another (1 group)',
    });
  });

  test('look-alikes of two patients are counted, copies and pictures of one patient not', () => {
    const random = seededRandom(1);
    const picture = () => Float32Array.from({ length: 1024 }, () => 255 * random.uniform());
    const [one, other] = [picture(), picture()];
    const brighter = one.map((grey) => 0.9 * grey + 20);
    const pictures = [
      { record: xray('a', 'p', 1), thumbnail: one },
      { record: xray('b', 'q', 2), thumbnail: brighter },
      { record: xray('a', 'p', 3), thumbnail: brighter },
      { record: xray('a', 'r', 4), thumbnail: other },
    ];
    const pairs = pairsByHash(
      pictures.map(({ record, thumbnail }) => ({ xray: record, hash: perceptualHash(thumbnail) })),
    );
    expect(pairs).toHaveLength(3);
    expect(pairs.every(({ exact, hashDistance }) => !exact && hashDistance <= 2)).toBe(true);
    // p's first and q's; q's and p's second.
    expect(alikePatients(pairs)).toMatchObject({
      figure: { value: 2 },
      found: '2 pairs, 2 of them of two classes',
    });
    expect(alikePatients(pairs.slice(0, 1)).found).toBe('1 pair, of two classes');
  });
});

test('what the hash does not know again, the features may', () => {
  const random = seededRandom(2);
  const numbers = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const pictures = Array.from({ length: 40 }, (_, i) => ({
    xray: xray('a', `p${i}`, i),
    hash: perceptualHash(numbers(1024)),
  }));
  // The 40th looks like the first to the hash, and like the second to the network.
  pictures[39] = { ...pictures[39]!, hash: pictures[0]!.hash };
  const rows = { data: numbers(40 * 300), dimension: 300 };
  rows.data.set(
    rows.data.subarray(300, 600).map((value) => value + 0.1 * random.normal()),
    39 * 300,
  );
  const gram = gramOf(rows);
  const byHash = pairsByHash(pictures);
  const pairs = withFeatures(byHash, pictures, gram);
  expect(byHash.map(({ patients }) => patients)).toEqual([['p0', 'p39']]);
  expect(pairs.map(({ patients }) => patients)).toEqual([
    ['p0', 'p39'],
    ['p1', 'p39'],
  ]);
  expect(Math.abs(pairs[0]!.featureSimilarity!)).toBeLessThan(0.4);
  expect(pairs[1]!.featureSimilarity).toBeGreaterThan(0.98);
  expect(alikePatients(pairs).found).toBe("2 pairs, 1 of them by the network's features alone");
  // Of pictures that the network did not see, the hash alone speaks.
  expect(
    withFeatures(byHash, pictures.slice(1, 39), gramOf({ data: numbers(38 * 300), dimension: 300 })),
  ).toEqual(byHash);
});

describe('pairs to be looked at', () => {
  const pair = (i: number, across: boolean, hashDistance: number): DuplicatePair => ({
    pictures: [`${i}`, `${i}'`],
    labels: ['a', 'a'],
    patients: across ? [`p${i}`, `q${i}`] : [`p${i}`, `p${i}`],
    exact: hashDistance === 0,
    hashDistance,
  });
  const ofOne = Array.from({ length: 90 }, (_, i) => pair(i, false, 1));
  const ofTwo = [pair(100, true, 20), pair(101, true, 30)];
  const byFeatures = Array.from({ length: 40 }, (_, i) => pair(200 + i, i % 2 === 0, 90));

  test('are those of two patients first, however many one patient has', () => {
    const shown = pairsToShow([...ofOne, ...ofTwo], 60);
    expect(shown).toHaveLength(60);
    expect(shown.slice(0, 2)).toEqual(ofTwo);
  });

  test('have places for those that the features alone tell', () => {
    const shown = pairsToShow([...ofOne, ...ofTwo, ...byFeatures], 60);
    expect(shown).toHaveLength(60);
    expect(shown.filter(({ hashDistance }) => hashDistance > 32)).toHaveLength(20);
    expect(pairsToShow([...ofTwo, ...byFeatures], 60)).toHaveLength(42);
    expect(pairsToShow(ofOne, 60)).toEqual(ofOne.slice(0, 60));
  });
});

describe('patients on two sides', () => {
  test('are those of the test part who are trained or validated on too', () => {
    const [a, b, c, d] = [xray('a', 'p', 1), xray('a', 'p', 2), xray('b', 'q', 3), xray('b', 'q', 4)];
    const split = { classes: ['a', 'b'], seed: 1, grouping: 'image' as const };
    expect(sharedPatients({ ...split, train: [a, c], validation: [], test: [b] })).toEqual([b]);
    expect(sharedPatients({ ...split, train: [a], validation: [c], test: [d] })).toEqual([d]);
    expect(sharedPatients({ ...split, train: [a], validation: [], test: [c, d] })).toEqual([]);
  });

  test('known by numbers in file names alone, it says so', () => {
    const numbered = patients(20, 3).map((one) => ({
      ...one,
      patientId: `kaggle-chest-xray:${one.patientId}`,
    }));
    expect(patientsOnTwoSides(numbered, 42)).toHaveProperty(
      'found',
      expect.stringMatching(/if equal numbers in file names are one patient; numbers may be reused/),
    );
    expect(patientsOnTwoSides(patients(20, 3), 42)).toHaveProperty(
      'found',
      expect.not.stringMatching(/numbers/),
    );
  });

  test('a split by picture has them, one by patient none', () => {
    const xrays = patients(20, 3);
    const byPicture = patientsOnTwoSides(xrays, 42);
    expect(byPicture).toMatchObject({ name: 'shared-patients' });
    expect('figure' in byPicture && byPicture.figure.value).toBeGreaterThan(15);
    expect(patientsOnTwoSides(xrays, 42, splitDataset(xrays, { seed: 42 }))).toMatchObject({
      figure: { value: 0 },
      found: expect.stringMatching(/^in the split given 0 of \d+ test pictures are/),
    });
  });

  test('cannot be told where every picture has a patient of its own', () => {
    expect(patientsOnTwoSides(patients(20, 1), 1)).toMatchObject({
      why: expect.stringContaining('records.csv'),
    });
  });
});

describe('splitDifference', () => {
  /** Numbers that tell the patient, and the class only by chance: what a split by picture rewards. */
  const rowsOf = (xrays: readonly Xray[], perPatient: number, ofClass: number) => {
    const dimension = 60;
    const data = xrays.flatMap(({ patientId, label }, i) => {
      const person = seededRandom(`${patientId}`);
      const own = seededRandom(`${patientId} ${i}`);
      return Array.from(
        { length: dimension },
        (_, d) => perPatient * person.normal() + own.normal() + (d < 3 && label === 'a' ? ofClass : 0),
      );
    });
    return gramOf({ data: Float32Array.from(data), dimension });
  };

  test('is a gain where people are recognised', () => {
    const xrays = patients(15, 4);
    const result = splitDifference(studyOf(xrays, ['a', 'b'], 1), rowsOf(xrays, 3, 0));
    if (!('figure' in result)) throw new Error(result.why);
    expect(result.figure.low).toBeGreaterThan(0.2);
    expect(result.found).toMatch(/^accuracy [01]\.\d{3} by picture, [01]\.\d{3} by patient, \+0\.\d{3} \[/);
  });

  test('is none where there is nothing to recognise', () => {
    const xrays = patients(15, 4);
    const result = splitDifference(studyOf(xrays, ['a', 'b'], 1), rowsOf(xrays, 0, 1.5));
    if (!('figure' in result)) throw new Error(result.why);
    expect(result.figure.low).toBeLessThan(0);
    expect(Math.abs(result.figure.value!)).toBeLessThan(0.05);
  });
});
