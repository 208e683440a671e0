import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { InputError } from '../../lib/core/check';
import { seededRandom } from '../../lib/core/random';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { patientFolds } from '../../lib/dataset/patient-folds';
import { splitDataset } from '../../lib/dataset/split-dataset';
import type { Split, Xray } from '../../lib/dataset/xray';
import { evaluatePredictions } from '../../lib/evaluation/evaluate-predictions';
import { compareCrossValidations } from '../../lib/transfer/compare-cross-validations';
import {
  type CrossValidation,
  type CrossValidationOptions,
  crossValidate,
} from '../../lib/transfer/cross-validate';
import { evaluate } from '../../lib/transfer/evaluate';
import { startHeadThreads } from '../../lib/transfer/head-threads';
import { learnHead } from '../../lib/transfer/learn-head';
import { learningCurve } from '../../lib/transfer/learning-curve';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { asPictures } from '../../lib/transfer/picture-variants';
import { testFold } from '../../lib/transfer/test-fold';
import { transferLearn } from '../../lib/transfer/transfer-learn';
import { writeClassFolders } from './class-folders';
import { tinyCut, writeTinyBackbone } from './tiny-backbone';

vi.mock('../../lib/transfer/head-threads', { spy: true });
vi.mock('../../lib/transfer/test-fold', { spy: true });
const started = vi.mocked(startHeadThreads);

const root = mkdtempSync(path.join(tmpdir(), 'xray-folds-'));
let xrays: Xray[];
let options: CrossValidationOptions;
let validation: CrossValidation;

beforeAll(async () => {
  vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
  const backbone = await writeTinyBackbone(path.join(root, 'tiny'));
  xrays = await loadDataset(
    await writeClassFolders(path.join(root, 'data'), ['covid', 'normal'], 40, { noise: 130 }),
  );
  options = { backbone, cut: tinyCut, epochs: 20, learningRate: 0.01, folds: 4, seeds: [3, 5] };
  validation = await crossValidate(xrays, options);
});
afterAll(async () => {
  await releaseBackbone();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const hashes = (list: readonly { sha256: string }[]) => list.map(({ sha256 }) => sha256).sort();

describe('crossValidate', () => {
  test('picture by picture, where asked to, it tests people whom its models know', async () => {
    const byPicture = await crossValidate(xrays, { ...options, seeds: [3], grouping: 'image' });
    expect(hashes(byPicture.predictions)).toEqual(hashes(xrays));
    const folds = new Map<string, Set<number>>();
    for (const { patientId, fold } of byPicture.predictions)
      folds.set(patientId, (folds.get(patientId) ?? new Set()).add(fold));
    expect([...folds.values()].some((of) => of.size > 1)).toBe(true);
  });

  test('tests every picture once a seed, on a model that knows nobody of its fold', () => {
    const patientOf = new Map(xrays.map(({ sha256, patientId }) => [sha256, patientId]));
    for (const seed of [3, 5]) {
      const own = validation.predictions.filter((prediction) => prediction.seed === seed);
      expect(hashes(own)).toEqual(hashes(xrays));
      const folds = new Map<string, Set<number>>();
      for (const { sha256, fold } of own) {
        const patient = patientOf.get(sha256)!;
        folds.set(patient, (folds.get(patient) ?? new Set()).add(fold));
      }
      for (const of of folds.values()) expect(of.size).toBe(1);
    }
    expect(validation.runs.map(({ seed, fold }) => `${seed}/${fold}`)).toEqual(
      [3, 5].flatMap((seed) => [0, 1, 2, 3].map((fold) => `${seed}/${fold}`)),
    );
  });

  test('never chooses the best epoch on the pictures that it tests, whatever the preset', async () => {
    const article = { ...options, preset: 'article', augment: 0, epochs: 8 } as const;
    const { predictions } = await crossValidate(xrays, { ...article, seeds: [5] });
    const { folds: _, seeds: __, ...transfer } = article;
    const { train, test: held } = patientFolds(xrays, { folds: 4, seed: 5 })[0]!;
    const parts = splitDataset(train, { test: 0.2, seed: 5, grouping: 'patient' });
    const model = await transferLearn({ ...parts, validation: parts.test, test: held }, transfer);
    const expected = await model.probabilities(asPictures(held));
    const found = new Map(predictions.map(({ sha256, probabilities }) => [sha256, probabilities]));
    expect(held.map(({ sha256 }) => found.get(sha256))).toEqual(expected);
  });

  test('says what training and testing fold by fold by hand says', async () => {
    const folds = patientFolds(xrays, { folds: 4, seed: 5 });
    const { folds: _, seeds: __, ...transfer } = options;
    const { train, test: held } = folds[2]!;
    const split: Split = {
      train,
      validation: [],
      test: held,
      classes: ['covid', 'normal'],
      seed: 5,
      grouping: 'patient',
    };
    const byHand = await evaluate(await transferLearn(split, transfer), held);
    const run = validation.runs.find(({ seed, fold }) => seed === 5 && fold === 2)!;
    expect(run.evaluation).toEqual(byHand);
    expect(run.train).toBe(train.length);
  });

  test('its figures are those of its predictions; what can be learnt is learnt', () => {
    const patientOf = new Map(xrays.map(({ sha256, patientId }) => [sha256, patientId]));
    for (const { seed, fold, evaluation } of validation.runs) {
      const own = validation.predictions.filter((p) => p.seed === seed && p.fold === fold);
      expect(
        evaluatePredictions(
          own.map(({ label }) => label),
          own.map(({ probabilities }) => probabilities),
          validation.classes,
          { patients: own.map(({ sha256 }) => patientOf.get(sha256)!) },
        ),
      ).toEqual(evaluation);
    }
    const values = validation.runs.map(({ evaluation }) => evaluation.accuracy.value);
    const { value, low, high } = validation.accuracy;
    expect(value).toBeCloseTo(values.reduce((a, b) => a + b) / 8, 12);
    expect(value).toBeGreaterThan(0.8);
    expect(low).toBeLessThan(value);
    expect(high).toBeLessThanOrEqual(1);
    expect(validation.synthetic).toBe(false);
  });

  test('finds nothing where there is nothing: labels given at random by patient', async () => {
    const random = seededRandom(1);
    const patients = [...new Set(xrays.map(({ patientId }) => patientId))];
    const labels = random.shuffle(patients.map((_, i) => (i % 2 ? 'covid' : 'normal')));
    const shuffled = xrays.map((xray) => ({ ...xray, label: labels[patients.indexOf(xray.patientId)]! }));
    const { accuracy } = await crossValidate(shuffled, options);
    expect(accuracy.low).toBeLessThan(0.5);
    expect(accuracy.high).toBeGreaterThan(0.5);
    expect(accuracy.value).toBeLessThan(0.65);
  });

  test('computes features once, and tells how far it is', async () => {
    vi.stubEnv('XRAY_CACHE', path.join(root, 'fresh'));
    try {
      const told: string[] = [];
      const fresh = await crossValidate(xrays, {
        ...options,
        onProgress: ({ stage, done, total }) => told.push(`${stage} ${done}/${total}`),
      });
      expect(fresh).toEqual(validation);
      const features = told.filter((line) => line.startsWith('features'));
      // The first fold computes both its parts; the others find everything.
      expect(features.filter((line) => /(\d+)\/\1$/.test(line))).toEqual([
        `features tiny ${validation.runs[0]!.train}/${validation.runs[0]!.train}`,
        `features tiny ${xrays.length - validation.runs[0]!.train}/${xrays.length - validation.runs[0]!.train}`,
      ]);
      expect(told.filter((line) => line.startsWith('folds')).at(-1)).toBe('folds 8/8');
      expect(told.some((line) => line.startsWith('head'))).toBe(false);
    } finally {
      vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
    }
  });

  test('draws the pictures anew for each seed where it is given how', async () => {
    const asked: number[] = [];
    const { predictions } = await crossValidate(
      (seed) => {
        asked.push(seed);
        return xrays.filter((_, i) => Math.floor(i / 10) % 2 === seed % 2);
      },
      { ...options, seeds: [0, 1], folds: 2 },
    );
    expect(asked).toEqual([0, 1]);
    const of = (seed: number) => predictions.filter((prediction) => prediction.seed === seed);
    expect(new Set([...hashes(of(0)), ...hashes(of(1))]).size).toBe(xrays.length);
  });

  test('heads that take long are learnt in threads, with the same figures in the same order', async () => {
    const heads = { ...options, preset: 'article', augment: 0 } as const;
    const { testFold: really } = await vi.importActual<typeof import('../../lib/transfer/test-fold')>(
      '../../lib/transfer/test-fold',
    );
    // On whatever machine, the first of them takes a second.
    const slowly = () =>
      vi
        .mocked(testFold)
        .mockImplementationOnce(async (...args) => ({ ...(await really(...args)), headSeconds: 1 }));
    started.mockClear();
    slowly();
    const inThreads = await crossValidate(xrays, heads);
    expect(started).toHaveBeenCalledTimes(availableParallelism() > 1 ? 1 : 0);
    slowly();
    started.mockReturnValue({ learn: learnHead, close: async () => undefined });
    expect(await crossValidate(xrays, heads)).toEqual(inThreads);
    started.mockReset();
  });

  test('an interrupt throws its reason', async () => {
    const interrupt = new AbortController();
    const reason = new InputError('stop');
    const work = crossValidate(xrays, {
      ...options,
      signal: interrupt.signal,
      onProgress: ({ stage, done }) => stage === 'folds' && done === 2 && interrupt.abort(reason),
    });
    await expect(work).rejects.toBe(reason);
  });

  test.each<[string, Partial<CrossValidationOptions>, RegExp]>([
    ['one fold', { folds: 1 }, /folds is 1/],
    ['more folds than patients', { folds: 30 }, /folds is 30.*20 patients/],
    ['no seeds', { seeds: [] }, /seeds is empty/],
    ['a seed twice', { seeds: [3, 5, 3] }, /seeds has 3 twice/],
    ['a seed that is none', { seeds: [1.5] }, /seeds is 1\.5/],
    ['too many pictures a class', { perClass: 39 }, /39 pictures a class.*"covid"/],
    ['no pictures a class', { perClass: 0 }, /perClass is 0/],
    ['a misspelt parameter', { epoch: 3 } as never, /epoch.*epochs/],
  ])('refused: %s', async (_, wrong, says) => {
    const work = crossValidate(xrays, { ...options, ...wrong });
    await expect(work).rejects.toThrow(says);
    await expect(work).rejects.toBeInstanceOf(InputError);
  });

  test('refused: other classes in another seed', async () => {
    const draw = (seed: number) =>
      xrays.map((xray) => (seed ? { ...xray, label: xray.label.toUpperCase() } : xray));
    await expect(crossValidate(draw, { ...options, seeds: [0, 1] })).rejects.toThrow(
      'pictures of seed 1 are of COVID, NORMAL, those of seed 0 of covid, normal',
    );
  });
});

describe('compareCrossValidations', () => {
  test('one with itself: no difference; the other way round: the other sign', async () => {
    expect(compareCrossValidations(validation, validation)).toEqual({ value: 0, low: 0, high: 0 });
    const few = await crossValidate(xrays, { ...options, perClass: 3 });
    const gain = compareCrossValidations(validation, few);
    const loss = compareCrossValidations(few, validation);
    expect(gain.value).toBeCloseTo(validation.accuracy.value - few.accuracy.value, 12);
    expect(gain.value).toBeGreaterThan(0.05);
    expect([loss.value, loss.low, loss.high]).toEqual([-gain.value, -gain.high, -gain.low]);
  });

  test('refuses other pictures, folds or seeds', async () => {
    const fewer = await crossValidate(xrays.slice(1), options);
    const otherSeeds = await crossValidate(xrays, { ...options, seeds: [5, 3] });
    for (const other of [fewer, otherSeeds])
      expect(() => compareCrossValidations(validation, other)).toThrow(/different pictures or folds/);
  });
});

describe('learningCurve', () => {
  test('is a cross-validation for each number of pictures, ascending', async () => {
    const points = await learningCurve(xrays, { ...options, perClass: [20, 5] });
    expect(points.map(({ perClass }) => perClass)).toEqual([5, 20]);
    for (const { perClass, accuracy, validation: of } of points) {
      expect(of.runs.every(({ train }) => train === 2 * perClass)).toBe(true);
      expect(accuracy).toEqual(of.accuracy);
      // The same held-out pictures, whatever it was trained on.
      expect(of.predictions.map(({ sha256 }) => sha256)).toEqual(
        validation.predictions.map(({ sha256 }) => sha256),
      );
    }
    expect(await crossValidate(xrays, { ...options, perClass: 5 })).toEqual(points[0]!.validation);
  });

  test('says that there are too few pictures before it trains', async () => {
    const told: string[] = [];
    const work = learningCurve(xrays, {
      ...options,
      perClass: [5, 60],
      onProgress: ({ stage }) => told.push(stage),
    });
    await expect(work).rejects.toThrow(/60 pictures a class/);
    expect(told).toEqual([]);
    await expect(learningCurve(xrays, { ...options, perClass: [] })).rejects.toThrow(/perClass is empty/);
  });
});
