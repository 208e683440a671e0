import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { InputError } from '../../lib/core/check';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { sourceFolds } from '../../lib/dataset/source-folds';
import { splitDataset } from '../../lib/dataset/split-dataset';
import type { Split, Xray } from '../../lib/dataset/xray';
import { evaluatePredictions } from '../../lib/evaluation/evaluate-predictions';
import { chooseThreshold } from '../../lib/evaluation/operating-point';
import { softmax } from '../../lib/evaluation/probabilities';
import { oneVsRest } from '../../lib/evaluation/scored-pictures';
import { fitTemperature } from '../../lib/evaluation/temperature';
import { wilson } from '../../lib/evaluation/wilson';
import { decisionThreshold } from '../../lib/transfer/decision-threshold';
import { evaluate, scorePictures } from '../../lib/transfer/evaluate';
import { leaveSourceOut } from '../../lib/transfer/leave-source-out';
import type { TransferModel } from '../../lib/transfer/model';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { permutationTest } from '../../lib/transfer/permutation-test';
import { transferLearn } from '../../lib/transfer/transfer-learn';
import type { TransferOptions } from '../../lib/transfer/transfer-options';
import { writeClassFolders } from './class-folders';
import { tinyCut, writeTinyBackbone } from './tiny-backbone';

const root = mkdtempSync(path.join(tmpdir(), 'xray-decision-'));
let xrays: Xray[];
let split: Split;
let options: TransferOptions;

beforeAll(async () => {
  vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
  const tiny = path.join(root, 'tiny');
  await writeTinyBackbone(tiny);
  xrays = await loadDataset(await writeClassFolders(path.join(root, 'data'), ['covid', 'normal'], 30));
  split = splitDataset(xrays, { validation: 0.3, test: 0.3, seed: 1 });
  options = { backbone: tiny, cut: tinyCut, epochs: 10, learningRate: 0.01 };
});
afterAll(async () => {
  await releaseBackbone();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

describe('scorePictures', () => {
  test('is what evaluate evaluates, patients and all', async () => {
    const model = await transferLearn(split, options);
    const scored = await scorePictures(model, split.test);
    const ordered = [...split.test].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
    expect(scored.patients).toEqual(ordered.map(({ patientId }) => patientId));
    expect(await scorePictures(model, [...split.test].reverse())).toEqual(scored);
    const { truth, probabilities, labels } = scored;
    expect(await evaluate(model, split.test)).toEqual(
      evaluatePredictions(truth, probabilities, labels, scored),
    );
  });
});

describe('temperature', () => {
  test('is fitted on validation pictures alone: on what the head says of them before it', async () => {
    const plain = { ...options, refit: false, calibrate: false };
    const before = await transferLearn(split, plain);
    const scaled = await transferLearn(split, { ...plain, calibrate: true });
    const logits = async (xrays: readonly Xray[]) => {
      const scored = await scorePictures(before, xrays);
      const rows = scored.probabilities.map((row) => row.map(Math.log));
      return { rows, truth: scored.truth.map((label) => scored.labels.indexOf(label)) };
    };
    const { rows, truth } = await logits(split.validation);
    const temperature = fitTemperature(rows, truth);
    expect(Math.abs(Math.log(temperature))).toBeGreaterThan(0.05);
    const after = (await scorePictures(scaled, split.test)).probabilities;
    (await logits(split.test)).rows.forEach((row, i) => {
      softmax(row, temperature).forEach((p, k) => {
        expect(after[i]![k]).toBeCloseTo(p, 4);
      });
    });
  });
});

describe('leaveSourceOut', () => {
  test('says what training on the others and testing on the source by hand says', async () => {
    const sources = ['oslo', 'rome', 'paris'];
    const everywhere = xrays.map((xray) => ({
      ...xray,
      source: sources[Number(xray.patientId.replace(/\D/g, '')) % 3]!,
    }));
    const told: string[] = [];
    const runs = await leaveSourceOut(everywhere, {
      ...options,
      onProgress: ({ stage, done, total }) => told.push(`${stage} ${done}/${total}`),
    });
    expect(runs.map(({ source }) => source)).toEqual(['oslo', 'paris', 'rome']);
    expect(runs.reduce((sum, { evaluation }) => sum + evaluation.count, 0)).toBe(xrays.length);
    expect(told.filter((line) => line.startsWith('sources'))).toEqual([1, 2, 3].map((k) => `sources ${k}/3`));
    expect(told.some((line) => line.startsWith('head'))).toBe(false);
    const paris = everywhere.filter(({ source }) => source === 'paris');
    const others = sourceFolds(everywhere)[1]!.train;
    const model = await transferLearn(
      { ...split, seed: 42, train: others, validation: [], test: paris },
      options,
    );
    expect(runs[1]!.train).toBe(others.length);
    expect(runs[1]!.evaluation).toEqual(await evaluate(model, paris));
  });

  test('refused: pictures of one source', async () => {
    await expect(leaveSourceOut(xrays, options)).rejects.toThrow(/one source/);
  });
});

describe('decisionThreshold', () => {
  let model: TransferModel;
  beforeAll(async () => {
    model = await transferLearn(split, { ...options, refit: false });
  });

  test('is chosen on validation pictures alone, and tried on test pictures', async () => {
    const { validation, test: held } = split;
    const decision = await decisionThreshold(model, {
      validation,
      test: held,
      positive: 'normal',
      rule: { sensitivity: 0.9 },
    });
    const chosenOn = oneVsRest(await scorePictures(model, validation), 'normal');
    const chosen = chooseThreshold(chosenOn.scores, chosenOn.positives, { sensitivity: 0.9 });
    expect(decision).toMatchObject({
      positive: 'normal',
      threshold: chosen.threshold,
      validation: chosen,
    });
    const { scores, positives } = oneVsRest(await scorePictures(model, held), 'normal');
    const found = scores.filter((score, i) => positives[i] && score >= chosen.threshold!).length;
    expect(decision.test.sensitivity).toEqual(wilson(found, positives.filter(Boolean).length));
    const other = await decisionThreshold(model, { validation, test: held.slice(1) });
    expect(other.positive).toBe('covid');
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'training pictures',
      () => decisionThreshold(model, { validation: split.train, test: split.test }),
      /validation has \d+ pictures that the model was trained on.*give pictures that it has not seen/,
    ],
    [
      'test pictures',
      () => decisionThreshold(model, { validation: split.test, test: split.test }),
      /test has \d+ pictures of validation/,
    ],
    [
      'a class',
      () => decisionThreshold(model, { validation: split.validation, test: split.test, positive: 'flu' }),
      /"flu".*covid, normal/,
    ],
    [
      'one class only',
      () => {
        const validation = split.validation.filter(({ label }) => label === 'covid');
        return decisionThreshold(model, { validation, test: split.test });
      },
      /0 negative/,
    ],
  ])('refused: %s', async (_, work, message) => {
    const thrown = await work().catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(InputError);
    expect((thrown as Error).message).toMatch(message);
  });

  test('refused: validation pictures that the head was refitted on', async () => {
    const refitted = await transferLearn(split, options);
    expect(refitted.parameters.refit).toBe(true);
    const work = decisionThreshold(refitted, { validation: split.validation, test: split.test });
    await expect(work).rejects.toThrow(/train with refit: false/);
  });
});

describe('permutationTest', () => {
  const few = { permutations: 19 };

  test('what can be learnt beats permuted labels; what cannot does not', async () => {
    const seen: string[] = [];
    const clear = await permutationTest(split, {
      ...options,
      ...few,
      onProgress: ({ stage }) => seen.push(stage),
    });
    expect(clear.permuted).toHaveLength(19);
    expect(clear.observed).toBeGreaterThan(0.85);
    expect(clear.p).toBe(0.05);
    const mean = clear.permuted.reduce((a, b) => a + b, 0) / 19;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.15);
    expect(seen.filter((stage) => stage === 'permutations')).toHaveLength(19);
    expect(seen).not.toContain('head');

    // Every second picture of either class changes sides: labels that mean nothing.
    const meaningless = (xrays: readonly Xray[]) => {
      const counts: Record<string, number> = {};
      return xrays.map((xray) => {
        counts[xray.label] = (counts[xray.label] ?? 0) + 1;
        const swapped = xray.label === 'covid' ? 'normal' : 'covid';
        return counts[xray.label]! % 2 ? xray : { ...xray, label: swapped };
      });
    };
    const nothing = await permutationTest(
      {
        ...split,
        train: meaningless(split.train),
        validation: meaningless(split.validation),
        test: meaningless(split.test),
      },
      { ...options, ...few },
    );
    expect(nothing.p).toBeGreaterThan(0.05);
  });

  test('follows from the seed; features are computed once', async () => {
    const messages: string[] = [];
    const run = () =>
      permutationTest(split, {
        ...options,
        permutations: 3,
        onProgress: ({ stage }) => messages.push(stage),
      });
    const once = await run();
    messages.length = 0;
    expect(await run()).toEqual(once);
    expect(messages.filter((stage) => stage.startsWith('features'))).toEqual([]);
  });

  test('refused: no test pictures, no permutations; an interrupt stops it', async () => {
    await expect(permutationTest({ ...split, test: [] }, options)).rejects.toThrow(/test part/);
    await expect(permutationTest(split, { ...options, permutations: 0 })).rejects.toThrow(
      /permutations is 0/,
    );
    const interrupt = new AbortController();
    const work = permutationTest(split, {
      ...options,
      permutations: 50,
      signal: interrupt.signal,
      onProgress: ({ stage, done }) =>
        stage === 'permutations' && done === 2 && interrupt.abort(new Error('enough')),
    });
    await expect(work).rejects.toThrow('enough');
  });
});
