import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { splitDataset } from '../../lib/dataset/split-dataset';
import type { Xray } from '../../lib/dataset/xray';
import { compareCrossValidations } from '../../lib/transfer/compare-cross-validations';
import { compareVariants } from '../../lib/transfer/compare-variants';
import { type CrossValidationOptions, crossValidate } from '../../lib/transfer/cross-validate';
import { findLearningRate } from '../../lib/transfer/find-learning-rate';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { transferLearn } from '../../lib/transfer/transfer-learn';
import { writeClassFolders } from './class-folders';
import { tinyCut, writeTinyBackbone } from './tiny-backbone';

const root = mkdtempSync(path.join(tmpdir(), 'xray-ways-'));
let xrays: Xray[];
let shared: CrossValidationOptions;

beforeAll(async () => {
  vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
  const backbone = await writeTinyBackbone(path.join(root, 'tiny'));
  xrays = await loadDataset(
    await writeClassFolders(path.join(root, 'data'), ['covid', 'normal'], 20, { noise: 130 }),
  );
  shared = { backbone, cut: tinyCut, epochs: 8, learningRate: 0.01, folds: 2, seeds: [2] };
});
afterAll(async () => {
  await releaseBackbone();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe('compareVariants', () => {
  test('is a cross-validation of each, and its difference from the first', async () => {
    const variants = {
      frozen: {},
      'fine-tuned': { fineTune: { epochs: 1, learningRate: 1e-3 } },
      article: { preset: 'article' as const, augment: 0 },
      averaged: { pooling: 'mean' as const },
    };
    const compared = await compareVariants(xrays, shared, variants);
    expect(compared.map(({ name }) => name)).toEqual(Object.keys(variants));
    const [frozen, ...others] = compared;
    expect(frozen!.difference).toBeNull();
    expect(frozen!.validation).toEqual(await crossValidate(xrays, shared));
    for (const { accuracy, difference, validation } of others) {
      expect(accuracy).toEqual(validation.accuracy);
      expect(validation.predictions).not.toEqual(frozen!.validation.predictions);
      expect(difference).toEqual(compareCrossValidations(validation, frozen!.validation));
      expect(difference!.value).toBeCloseTo(accuracy.value - frozen!.accuracy.value, 9);
    }
  });

  test('a way against itself differs by nothing', async () => {
    const [, same] = await compareVariants(xrays, shared, { one: {}, same: {} });
    expect(same!.difference).toEqual({ value: 0, low: 0, high: 0 });
  });

  test('one way alone is nothing to compare', async () => {
    await expect(compareVariants(xrays, shared, { one: {} })).rejects.toThrow(/variants has 1 entries/);
  });
});

describe('findLearningRate', () => {
  test('suggests a rate with which a head learns; a thousandth of it learns next to nothing', async () => {
    const split = splitDataset(xrays, { test: 0.3, seed: 1 });
    const { backbone, cut } = shared;
    const found = await findLearningRate(split, { backbone, cut });
    expect(found).toEqual(await findLearningRate(split, { backbone, cut }));
    const trained = async (learningRate: number) => {
      const { history } = await transferLearn(split, { backbone, cut, epochs: 100, l2: 0, learningRate });
      return history.epochs.at(-1)!.loss;
    };
    const [fit, slow] = [await trained(found.suggestion), await trained(found.suggestion / 1000)];
    expect(slow).toBeGreaterThan(0.6);
    expect(fit).toBeLessThan(slow / 2);
  });

  test('what is refused in training is refused here', async () => {
    const split = splitDataset(xrays, { test: 0.3, seed: 1 });
    const { backbone, cut } = shared;
    await expect(findLearningRate(split, { backbone, cut, dropout: 2 })).rejects.toThrow(/dropout is 2/);
    await expect(findLearningRate(split, { backbone, cut, steps: 3 })).rejects.toThrow(/steps is 3/);
    await expect(findLearningRate({ ...split, train: [] }, { backbone, cut })).rejects.toThrow(
      /training part of the split has no pictures/,
    );
  });
});
