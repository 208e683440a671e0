import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { io, Tensor, Tensor4D } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type TensorFlow, tensorflow } from '../../lib/compute/tensorflow';
import { InputError } from '../../lib/core/check';
import { runInterruptible } from '../../lib/core/interrupt';
import { seededRandom } from '../../lib/core/random';
import { loadDataset } from '../../lib/dataset/load-dataset';
import { loadPicture } from '../../lib/dataset/load-picture';
import { readPixels } from '../../lib/dataset/read-pixels';
import { splitDataset } from '../../lib/dataset/split-dataset';
import type { Split, Xray } from '../../lib/dataset/xray';
import { formatFigure } from '../../lib/evaluation/format-figure';
import { wilson } from '../../lib/evaluation/wilson';
import { loadBackbone } from '../../lib/networks/load-backbone';
import { evaluate, evaluateNotCalled, unseenPictures } from '../../lib/transfer/evaluate';
import { fineTune } from '../../lib/transfer/fine-tune';
import { keptRuns } from '../../lib/transfer/kept-runs';
import { loadModel } from '../../lib/transfer/load-model';
import type { TransferModel } from '../../lib/transfer/model';
import { releaseBackbone } from '../../lib/transfer/open-backbone';
import { asPictures } from '../../lib/transfer/picture-variants';
import { transferLearn } from '../../lib/transfer/transfer-learn';
import type { TransferOptions } from '../../lib/transfer/transfer-options';
import { withValidation } from '../../lib/transfer/with-validation';
import { sampleAudit } from '../audit/sample-audit';
import { writeClassFolders } from './class-folders';
import { tinyCut, tinySize, writeTinyBackbone } from './tiny-backbone';

const root = mkdtempSync(path.join(tmpdir(), 'xray-transfer-'));
const tiny = path.join(root, 'tiny');
let tf: TensorFlow;
let xrays: Xray[];
let split: Split;
let files: string[];
let options: TransferOptions;

beforeAll(async () => {
  tf = await tensorflow();
  vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
  await writeTinyBackbone(tiny);
  xrays = await loadDataset(
    await writeClassFolders(path.join(root, 'data'), ['covid', 'normal', 'pneumonia'], 40),
  );
  split = splitDataset(xrays, { validation: 0.2, test: 0.2, seed: 1 });
  files = split.test.map((xray) => xray.path);
  options = { backbone: tiny, cut: tinyCut };
});
afterAll(async () => {
  await releaseBackbone();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const refused = async (work: Promise<unknown>, ...says: (string | RegExp)[]) => {
  const error = await work.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  for (const part of says) expect((error as Error).message).toMatch(part);
};
const probabilitiesOf = async (model: TransferModel, inputs: string[] = files) =>
  (await model.predict(inputs)).map(({ probabilities }) => probabilities);
/** The same without the tensors of the base that is kept in memory. */
async function tensorsLeft(): Promise<number> {
  await releaseBackbone();
  return tf.memory().numTensors;
}

describe('transferLearn', () => {
  test.each(['article', 'sound'] as const)('%s learns a task that can be learnt', async (preset) => {
    const model = await transferLearn(split, { ...options, preset, epochs: 40, learningRate: 0.01 });
    const { accuracy, count, labels } = await evaluate(model, split.test);
    expect(labels).toEqual(['covid', 'normal', 'pneumonia']);
    expect(count).toBe(split.test.length);
    expect(accuracy.value).toBeGreaterThan(0.85);
    expect(model.history.epochs).toHaveLength(40);
    expect(model.classes).toEqual(['covid', 'normal', 'pneumonia']);
    expect(model.synthetic).toBe(false);
    expect(model.interrupted).toBe(false);
  });

  test('labels are the classes with the highest probability, and they sum to 1', async () => {
    const model = await transferLearn(split, { ...options, epochs: 3 });
    const predictions = await model.predict(files);
    expect(predictions.map(({ file }) => file)).toEqual(files);
    for (const { label, probabilities } of predictions) {
      expect(Object.keys(probabilities)).toEqual(model.classes);
      const shares = Object.values(probabilities);
      expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      expect(probabilities[label]).toBe(Math.max(...shares));
    }
  });

  test('pixels are judged as the file is; files and pixels may be mixed', async () => {
    const model = await transferLearn(split, { ...options, epochs: 3 });
    const [first, second] = files as [string, string];
    const mixed = await model.predict([await readPixels(first), second, await readPixels(second), first]);
    const alone = await model.predict([first, second]);
    [0, 1, 1, 0].forEach((i, at) => {
      expect(mixed[at]!.label).toBe(alone[i]!.label);
      for (const [name, p] of Object.entries(alone[i]!.probabilities))
        expect(mixed[at]!.probabilities[name]).toBeCloseTo(p, 5);
    });
    expect(mixed.map(({ file }) => file)).toEqual([undefined, second, undefined, first]);
  });

  test('the same seed gives the same model, another one another', async () => {
    const once = await transferLearn(split, { ...options, preset: 'article', epochs: 3, seed: 5 });
    const again = await transferLearn(split, { ...options, preset: 'article', epochs: 3, seed: 5 });
    const other = await transferLearn(split, { ...options, preset: 'article', epochs: 3, seed: 6 });
    expect(again.history).toEqual(once.history);
    expect(await probabilitiesOf(again)).toEqual(await probabilitiesOf(once));
    expect(await probabilitiesOf(other)).not.toEqual(await probabilitiesOf(once));
  });

  test('fresh rotations every epoch and cached copies reach the same accuracy within their intervals', async () => {
    const halves = splitDataset(xrays, { validation: 0.2, test: 0.4, seed: 2 });
    const accuracyWith = async (augment: number | 'each-epoch') => {
      const model = await transferLearn(halves, {
        ...options,
        preset: 'article',
        augment,
        epochs: 20,
        learningRate: 0.01,
        seed: 3,
      });
      return (await evaluate(model, halves.test)).accuracy;
    };
    const [fresh, cached] = [await accuracyWith('each-epoch'), await accuracyWith(4)];
    expect(fresh.value).toBeGreaterThan(0.7);
    expect(cached.low).toBeLessThanOrEqual(fresh.high);
    expect(fresh.low).toBeLessThanOrEqual(cached.high);
    expect(Math.abs(cached.value - fresh.value)).toBeLessThan(0.13);
  });

  test('tensors do not leak: training, evaluation, prediction, saving', async () => {
    await transferLearn(split, { ...options, epochs: 2 });
    const before = await tensorsLeft();
    const model = await transferLearn(split, { ...options, preset: 'article', epochs: 2, seed: 9 });
    await evaluate(model, split.test);
    await model.predict([files[0]!, await readPixels(files[1]!)]);
    await model.save(path.join(root, 'leak'));
    await (await loadModel(path.join(root, 'leak'))).predict(files.slice(0, 3));
    expect(await tensorsLeft()).toBe(before);
  });

  test('an interrupt while the head is trained returns the best head so far, which works', async () => {
    const interrupt = new AbortController();
    const model = await transferLearn(split, {
      ...options,
      signal: interrupt.signal,
      onProgress: ({ stage, done }) => stage === 'head' && done === 4 && interrupt.abort(),
    });
    expect(model.interrupted).toBe(true);
    expect(model.history.epochs).toHaveLength(4);
    expect(await model.predict(files.slice(0, 2))).toHaveLength(2);
  });

  test('an interrupt while features are computed throws its reason; the rerun computes the rest', async () => {
    vi.stubEnv('XRAY_CACHE', path.join(root, 'interrupted'));
    try {
      const interrupt = new AbortController();
      const reason = new InputError('stop');
      const work = transferLearn(split, {
        ...options,
        epochs: 1,
        signal: interrupt.signal,
        onProgress: ({ stage, done }) =>
          stage.startsWith('features') && done >= 40 && interrupt.abort(reason),
      });
      await expect(work).rejects.toBe(reason);
      let total: number | undefined;
      await transferLearn(split, {
        ...options,
        epochs: 1,
        onProgress: (progress) => {
          if (progress.stage.startsWith('features')) total = progress.total;
        },
      });
      expect(total).toBe(split.train.length + split.validation.length - 40);
    } finally {
      vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
    }
  });

  test('balanced classes, patience and copies reach the training', async () => {
    const uneven: Split = {
      ...split,
      train: split.train.filter(({ label }, i) => label !== 'covid' || i % 5 === 0),
    };
    const model = await transferLearn(uneven, { ...options, balanceClasses: true, patience: 2, augment: 1 });
    expect(model.parameters).toMatchObject({ balanceClasses: true, patience: 2, augment: 1 });
    const { epochs, bestEpoch } = model.history;
    if (epochs.length < 60) expect(epochs.length).toBe(bestEpoch + 2);
  });

  test.each<[string, Partial<TransferOptions>, RegExp]>([
    ['an unknown backbone', { backbone: 'vgg61' }, /vgg61.*vgg16/],
    ['no cut', { cut: undefined }, /cut/],
    ['an unknown cut', { cut: 'block9' }, /block9.*block2_relu/],
    ['an unknown preset', { preset: 'best' as never }, /best.*article, sound/],
    ['epochs', { epochs: 0 }, /epochs is 0/],
    ['batch size', { batchSize: 2.5 }, /batchSize is 2\.5/],
    ['learning rate', { learningRate: Number.NaN }, /learningRate is NaN/],
    ['dropout', { dropout: 1 }, /dropout is 1/],
    ['decay', { decay: -1 }, /decay is -1/],
    ['decay that is no number', { decay: Number.NaN }, /decay is NaN/],
    ['augment', { augment: 'always' as never }, /augment is "always"/],
    ['pooling', { pooling: 'max' as never }, /pooling is "max".*article, grid, mean/],
    ['preprocessing', { preprocessing: 'caffe' as never }, /preprocessing is "caffe".*own, scale/],
    ['resize', { resize: 'nearest' as never }, /resize is "nearest"/],
    ['a switch', { calibrate: 'yes' as never }, /calibrate is "yes"/],
    ['a misspelt parameter', { epoch: 3 } as never, /epoch.*epochs/],
    ['seed', { seed: -1 }, /seed is -1/],
  ])('refused: %s', async (_, wrong, says) => {
    await refused(transferLearn(split, { ...options, ...wrong }), says);
  });

  test('refused: a hand-made split with a patient on two sides, by fine-tuning too; by image it is taken', async () => {
    const [moved] = split.train;
    const leaky: Split = { ...split, test: [...split.test, moved!] };
    const says = new RegExp(`Patient ${moved!.patientId} is on two sides`);
    await refused(transferLearn(leaky, options), says);
    const model = await transferLearn({ ...leaky, grouping: 'image' }, { ...options, epochs: 1 });
    await refused(fineTune(model, leaky), says);
  });

  test('refused: parts without pictures, one class', async () => {
    await refused(transferLearn({ ...split, train: [] }, options), /train/);
    await refused(
      transferLearn({ ...split, validation: [], test: [] }, { ...options, preset: 'article' }),
      /validation|test/,
    );
    const one = splitDataset(xrays.filter(({ label }) => label === 'covid'));
    await refused(transferLearn(one, options), /two classes/);
  });

  test('refused: pictures of a class that the split does not have', async () => {
    const [odd, ...rest] = split.train;
    const strange: Split = { ...split, train: [{ ...odd!, label: 'Covid' }, ...rest] };
    await refused(transferLearn(strange, options), /is "Covid"; split\.classes has covid, normal/);
  });
});

describe('the validation part', () => {
  const bare = () => splitDataset(xrays, { test: 0.25, seed: 3 });
  test("article: the test part, as it was there; the split's own where it has one", () => {
    const { validation, test: held, train } = withValidation(bare(), 'article');
    expect(validation).toEqual(held);
    expect(train).toEqual(bare().train);
    expect(withValidation(split, 'article')).toEqual(split);
  });
  test('sound: cut off the training part, no patient on two sides, the test part untouched', () => {
    const found = withValidation(bare(), 'sound');
    expect(found.test).toEqual(bare().test);
    expect([...found.train, ...found.validation].map(({ sha256 }) => sha256).sort()).toEqual(
      bare()
        .train.map(({ sha256 }) => sha256)
        .sort(),
    );
    const patients = (part: readonly Xray[]) => new Set(part.map(({ patientId }) => patientId));
    const [train, validation, held] = [found.train, found.validation, found.test].map(patients);
    for (const patient of validation!) expect(train!.has(patient) || held!.has(patient)).toBe(false);
    expect(new Set(found.validation.map(({ label }) => label)).size).toBe(3);
    expect(found.classes).toEqual(split.classes);
  });
});

describe('evaluate', () => {
  let model: TransferModel;
  beforeAll(async () => {
    model = await transferLearn(split, { ...options, epochs: 4, learningRate: 0.01 });
  });

  test('counts what predict says', async () => {
    const { confusion, accuracy } = await evaluate(model, split.test);
    const predictions = await model.predict(files);
    const expected = model.classes.map((truth) =>
      model.classes.map(
        (called) =>
          predictions.filter(({ label }, i) => split.test[i]!.label === truth && label === called).length,
      ),
    );
    expect(confusion).toEqual(expected);
    const right = predictions.filter(({ label }, i) => label === split.test[i]!.label).length;
    expect(accuracy).toEqual(wilson(right, files.length));
  });

  test('not called covid: of each class, the model’s or not', async () => {
    const strangers = split.test.map((xray) => ({
      ...xray,
      label: xray.label === 'normal' ? 'other' : xray.label,
    }));
    const predictions = await model.predict(files);
    const calls = await evaluateNotCalled(model, strangers, 'covid');
    expect(calls.map(({ label }) => label)).toEqual(['covid', 'other', 'pneumonia']);
    for (const { label, total, count, share } of calls) {
      const own = predictions.filter((_, i) => strangers[i]!.label === label);
      expect(total).toBe(own.length);
      expect(count).toBe(own.filter((prediction) => prediction.label !== 'covid').length);
      expect(share).toEqual(wilson(count, total));
    }
    await refused(evaluateNotCalled(model, strangers, 'flu'), /flu.*covid, normal, pneumonia/);
  });

  test('refused: no pictures, a class that the model does not know', async () => {
    await refused(evaluate(model, []), /no pictures/);
    await refused(evaluate(model, [{ ...split.test[0]!, label: 'flu' }]), /flu.*covid, normal, pneumonia/);
  });

  test('unseen pictures: neither trained nor validated on', async () => {
    expect(
      unseenPictures(model, xrays)
        .map(({ path: file }) => file)
        .sort(),
    ).toEqual([...files].sort());
    const article = await transferLearn(
      { ...split, validation: [] },
      { ...options, preset: 'article', epochs: 1, augment: 0 },
    );
    // Its validation part is its test part.
    expect(unseenPictures(article, split.test)).toHaveLength(split.test.length);
    expect(unseenPictures(article, split.train)).toHaveLength(0);
  });
});

describe('predict refuses', () => {
  let model: TransferModel;
  beforeAll(async () => {
    model = await transferLearn(split, { ...options, epochs: 1 });
  });
  test.each([
    ['a missing file', () => path.join(root, 'none.png'), /none\.png/],
    ['a folder', () => root, /xray-transfer/],
    [
      'an empty file',
      () => {
        writeFileSync(path.join(root, 'empty.png'), '');
        return path.join(root, 'empty.png');
      },
      /empty\.png/,
    ],
    [
      'text',
      () => {
        writeFileSync(path.join(root, 'text.png'), 'no picture');
        return path.join(root, 'text.png');
      },
      /text\.png/,
    ],
  ])('%s', async (_, file, says) => {
    await refused(model.predict([files[0]!, file()]), says);
  });
  test.each([
    ['too few bytes', { width: tinySize, height: tinySize, data: new Uint8Array(10) }],
    ['too many bytes', { width: tinySize, height: tinySize, data: new Uint8Array(10_000) }],
    ['no width', { width: 0, height: 4, data: new Uint8Array(0) }],
    ['a broken width', { width: 2.5, height: 4, data: new Uint8Array(30) }],
  ])('pixels with %s', async (_, pixels) => {
    await refused(model.predict([pixels]), /width|data|pixels/i);
  });
  test.each([
    ['a file that is in no list', 'picture.png', /give a list, such as \["picture\.png"\]/],
    ['records', [{ path: 'picture.png', width: 8, height: 8 }], /paths: xrays\.map/],
    ['nothing in a list', [undefined], /neither the path of a file nor pixels/],
  ])('%s', async (_, inputs, says) => {
    await refused(model.predict(inputs as never), says);
  });
  test('pixels are judged until the signal says stop', async () => {
    const pixels = { width: 2, height: 2, data: new Uint8Array(12) };
    const reason = new Error('stop');
    await expect(model.predict([pixels], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
  test('nothing asked, nothing said', async () => {
    expect(await model.predict([])).toEqual([]);
  });
});

describe('several backbones', () => {
  test('two models on two bases predict at once as they do one after the other', async () => {
    const other = await writeTinyBackbone(path.join(root, 'second'), 2);
    const one = await transferLearn(split, { ...options, epochs: 1 });
    const two = await transferLearn(split, { ...options, backbone: other, epochs: 1 });
    const pixels = await Promise.all(files.slice(0, 4).map((file) => readPixels(file)));
    const before = await tensorsLeft();
    const apart = [await one.predict(pixels), await two.predict(pixels)];
    await tensorsLeft();
    const together = await Promise.all([
      one.predict(pixels),
      two.predict(pixels),
      one.predict(pixels),
      two.predict(pixels),
    ]);
    expect(together).toEqual([...apart, ...apart]);
    expect(await tensorsLeft()).toBe(before);
  });

  test('the first use by several at once loads the base once', async () => {
    const model = await transferLearn(split, { ...options, epochs: 1 });
    const before = await tensorsLeft();
    await Promise.all(files.slice(0, 4).map((file) => model.predict([file])));
    expect(await tensorsLeft()).toBe(before);
  });
});

describe('a model folder', () => {
  let model: TransferModel;
  const folder = path.join(root, 'model');
  beforeAll(async () => {
    model = await transferLearn(split, { ...options, preset: 'article', epochs: 5 });
    await model.save(folder, await evaluate(model, split.test));
  });
  const json = (name: string, at = folder) => JSON.parse(readFileSync(path.join(at, name), 'utf8'));
  let copies = 0;
  /** A copy of the folder with one thing changed. */
  function changed(change: (at: string) => void): string {
    const at = path.join(root, `changed-${copies++}`);
    cpSync(folder, at, { recursive: true });
    change(at);
    return at;
  }
  // biome-ignore lint/suspicious/noExplicitAny: these are files to be spoilt
  const changeJson = (name: string, change: (value: any) => void) => (at: string) => {
    const value = json(name, at);
    change(value);
    writeFileSync(path.join(at, name), JSON.stringify(value));
  };

  test('has what the design says', async () => {
    const manifest = () => json('manifest.json');
    expect(readdirSync(folder).sort()).toEqual([
      'README.md',
      'manifest.json',
      'model.json',
      'run.json',
      'weights.bin',
    ]);
    const card = readFileSync(path.join(folder, 'README.md'), 'utf8');
    expect(card).toContain(`accuracy ${formatFigure(manifest().evaluation.accuracy)}`);
    expect(card).toContain('None was made.');
    expect(manifest()).toMatchObject({
      classes: ['covid', 'normal', 'pneumonia'],
      backbone: { cut: tinyCut, weightsHash: model.backbone.weightsHash },
      inputSize: tinySize,
      seed: 42,
      parameters: { preprocessing: 'scale' },
      seen: { test: split.test.map(({ sha256 }) => sha256) },
      evaluation: { count: files.length },
    });
    expect(manifest().versions.tfjs).toMatch(/^\d/);
    const run = json('run.json');
    expect(run.history).toEqual(model.history);
    expect(run.evaluation.accuracy).toEqual(manifest().evaluation.accuracy);
    expect(run.parameters).toEqual(manifest().parameters);
  });

  test('keeps what an audit of its pictures said, in the run record and in the card', async () => {
    const at = path.join(root, 'audited');
    await model.save(at, undefined, sampleAudit);
    expect(readFileSync(path.join(at, 'README.md'), 'utf8')).toContain(sampleAudit.expectation);
    const { verdict, tests } = json('run.json', at).audit;
    expect(verdict).toBe('flagged');
    expect(tests[1]).toEqual({
      title: 'Border only',
      measure: 'AUROC',
      figure: sampleAudit.tests[1]!.figure,
      verdict: 'flagged',
      rule: 'flagged if 0.80 or more',
      words: 'Words on Border only.',
    });
    const [kept] = (await keptRuns(root)).filter(({ name }) => name === 'audited');
    expect(kept?.audit?.expectation).toBe(sampleAudit.expectation);
  });

  test('loads, and gives bit-equal probabilities', async () => {
    const loaded = await loadModel(folder);
    expect(await probabilitiesOf(loaded)).toEqual(await probabilitiesOf(model));
    const pixels = await readPixels(files[0]!);
    expect(await loaded.predict([pixels])).toEqual(await model.predict([pixels]));
    expect(loaded.history).toEqual(model.history);
    expect(loaded.seen).toEqual(model.seen);
  });

  test('loads from a folder of another name, and saves again to the same bytes', async () => {
    const loaded = await loadModel(changed(() => {}));
    const again = path.join(root, 'again');
    await loaded.save(again);
    for (const name of ['model.json', 'weights.bin'])
      expect(readFileSync(path.join(again, name)).equals(readFileSync(path.join(folder, name))), name).toBe(
        true,
      );
  });

  test("its model.json is a layers-model: tf.loadLayersModel gives the head's probabilities of features", async () => {
    const head = await tf.loadLayersModel(layersModel(folder));
    const { withBackbone, parameters } = await loadModel(folder);
    for (const file of files.slice(0, 3)) {
      const pixels = await loadPicture(file, tinySize, parameters.resize);
      const output = await withBackbone(async (base) =>
        tf.tidy(() => {
          const input = tf.tensor4d(Float32Array.from(pixels.data), [1, tinySize, tinySize, 3]).div(255);
          const row = tf
            .avgPool(base.infer(input as Tensor4D) as Tensor4D, [4, 4], [4, 4], 'valid')
            .reshape([1, -1]);
          return (head.predict(row) as Tensor).dataSync();
        }),
      );
      const [ours] = await probabilitiesOf(model, [file]);
      Object.values(ours!).forEach((p, c) => {
        expect(output[c]).toBeCloseTo(p, 5);
      });
    }
    head.dispose();
  });

  test.each<[string, (at: string) => void, RegExp[]]>([
    [
      'another format version',
      changeJson('manifest.json', (m) => (m.formatVersion = 2)),
      [/version 2/, /version 1/],
    ],
    ['no format version', changeJson('manifest.json', (m) => delete m.formatVersion), [/version/]],
    [
      'a flipped bit in the weights',
      (at) => {
        const file = path.join(at, 'weights.bin');
        const bytes = readFileSync(file);
        bytes[5]! ^= 1;
        writeFileSync(file, bytes);
      },
      [/weights\.bin/, /other bytes/],
    ],
    ['cut weights', (at) => truncateSync(path.join(at, 'weights.bin'), 40), [/weights\.bin/, /40 bytes/]],
    [
      'more weights',
      (at) => truncateSync(path.join(at, 'weights.bin'), 5_000_000),
      [/weights\.bin/, /5000000/],
    ],
    ['no weights', (at) => rmSync(path.join(at, 'weights.bin')), [/weights\.bin is missing/]],
    ['a changed model.json', changeJson('model.json', (m) => (m.extra = 1)), [/model\.json/, /manifest/]],
    ['no model.json', (at) => rmSync(path.join(at, 'model.json')), [/model\.json is missing/]],
    ['no manifest', (at) => rmSync(path.join(at, 'manifest.json')), [/manifest\.json/, /model folder/]],
    ['a cut manifest', (at) => truncateSync(path.join(at, 'manifest.json'), 100), [/manifest\.json/]],
    ['an empty manifest', (at) => truncateSync(path.join(at, 'manifest.json'), 0), [/manifest\.json/]],
    ['one class too few', changeJson('manifest.json', (m) => m.classes.pop()), [/3 classes/, /2/]],
    ['a class too many', changeJson('manifest.json', (m) => m.classes.push('x')), [/3 classes/, /4/]],
    ['a class twice', changeJson('manifest.json', (m) => (m.classes[1] = m.classes[0])), [/classes/]],
    ['wrong parameters', changeJson('manifest.json', (m) => (m.parameters.pooling = 'max')), [/pooling/]],
    ['no run record', (at) => rmSync(path.join(at, 'run.json')), [/run\.json/]],
  ])('refused: %s', async (_, change, says) => {
    await refused(loadModel(changed(change)), ...says);
  });

  test('refused: a folder that is not there, a file', async () => {
    await refused(loadModel(path.join(root, 'nothing')), /nothing/);
    await refused(loadModel(path.join(folder, 'weights.bin')), /weights\.bin/);
  });

  test('a base whose weights have changed since is refused when it is needed', async () => {
    const base = await writeTinyBackbone(path.join(root, 'changing'), 5);
    const trained = await transferLearn(split, { ...options, backbone: base, epochs: 1 });
    await trained.save(path.join(root, 'on changing'));
    await releaseBackbone();
    await writeTinyBackbone(base, 6);
    const loaded = await loadModel(path.join(root, 'on changing'));
    await refused(loaded.predict(files.slice(0, 1)), /weights/i);
  });

  test('saving replaces a former model, and nothing else', async () => {
    const target = path.join(root, 'precious');
    mkdirSync(target);
    writeFileSync(path.join(target, 'thesis.txt'), 'years of work');
    await refused(model.save(target), /precious/, /thesis\.txt/);
    expect(readFileSync(path.join(target, 'thesis.txt'), 'utf8')).toBe('years of work');
    await refused(model.save(path.join(target, 'thesis.txt')), /thesis\.txt/);
    const empty = path.join(root, 'empty folder');
    mkdirSync(empty);
    await model.save(empty);
    await model.save(empty);
    expect(readdirSync(empty)).toHaveLength(5);
    writeFileSync(path.join(empty, 'README.md'), '# Notes of my own');
    await refused(model.save(empty), /README\.md/);
    await model.save(path.join(root, 'a', 'b', 'c'));
    expect(existsSync(path.join(root, 'a', 'b', 'c', 'manifest.json'))).toBe(true);
    expect(readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

/** A layers-model on disk as tf.loadLayersModel takes it on any back end. */
function layersModel(folder: string): io.IOHandler {
  const { modelTopology, weightsManifest } = JSON.parse(
    readFileSync(path.join(folder, 'model.json'), 'utf8'),
  );
  const bytes = readFileSync(path.join(folder, 'weights.bin'));
  return {
    load: async () => ({
      modelTopology,
      weightSpecs: weightsManifest[0].weights,
      weightData: new Uint8Array(bytes).buffer,
    }),
  };
}

describe('fine-tuning', () => {
  let frozen: TransferModel;
  let tuned: TransferModel;
  const folder = path.join(root, 'tuned');
  beforeAll(async () => {
    frozen = await transferLearn(split, { ...options, preset: 'article', augment: 0, epochs: 4 });
    tuned = await fineTune(frozen, split, { epochs: 3, learningRate: 1e-3 });
    await tuned.save(folder);
  });

  test('lowers the validation loss, and changes the last block alone', async () => {
    const best = tuned.history.epochs[tuned.history.bestEpoch - 1]!;
    expect(best.valLoss).toBeLessThan(frozen.history.epochs[frozen.history.bestEpoch - 1]!.valLoss);
    expect(tuned.backbone.fineTuned).toBe(true);
    const weightsOf = (model: TransferModel) =>
      model.withBackbone(async ({ options: reference }) => {
        const { model: base } = await loadBackbone(reference);
        const weights = base.layers.flatMap((layer) =>
          layer
            .getWeights()
            .map((weight, i) => [`${layer.name} ${i}`, Array.from(weight.dataSync())] as const),
        );
        base.dispose();
        return new Map(weights);
      });
    const before = await weightsOf(frozen);
    const after = await weightsOf(tuned);
    expect([...after.keys()]).toEqual([...before.keys()]);
    const differ = [...before.keys()].filter((name) => String(before.get(name)) !== String(after.get(name)));
    // Batch norm's statistics (2 and 3) stay.
    expect(differ.sort()).toEqual([
      'block2_bn 0',
      'block2_bn 1',
      'block2_conv 0',
      'block2_conv 1',
      'block2_shortcut 0',
      'block2_shortcut 1',
    ]);
  });

  test('its first validation is that of the model it starts from', async () => {
    const still = await fineTune(frozen, split, { epochs: 1, learningRate: 1e-12 });
    const { valLoss } = frozen.history.epochs[frozen.history.bestEpoch - 1]!;
    expect(still.history.epochs[0]!.valLoss).toBeCloseTo(valLoss, 4);
    const [a, b] = [await probabilitiesOf(frozen), await probabilitiesOf(still)];
    a.forEach((row, i) => {
      for (const [name, p] of Object.entries(row)) expect(b[i]![name]).toBeCloseTo(p, 4);
    });
  });

  test('of the sound preset it starts from the head that has not seen the validation part, saved or not', async () => {
    const sound = { ...options, epochs: 20, learningRate: 1e-3 };
    // A third of the labels mean nothing: whoever has seen them knows more than there is to learn.
    const relabel = (xrays: readonly Xray[]) =>
      xrays.map((xray) => {
        const drawn = Number.parseInt(xray.sha256.slice(0, 8), 16);
        return drawn % 3 ? xray : { ...xray, label: split.classes[Math.floor(drawn / 16) % 3]! };
      });
    const noisy: Split = {
      ...split,
      train: relabel(split.train),
      validation: relabel(split.validation),
    };
    const refitted = await transferLearn(noisy, sound);
    const unseen = await transferLearn(noisy, { ...sound, refit: false });
    const lossOf = async (model: TransferModel) => {
      const rows = await model.probabilities(asPictures(noisy.validation));
      const truths = noisy.validation.map(({ label }) => model.classes.indexOf(label));
      return rows.reduce((sum, row, i) => sum - Math.log(row[truths[i]!]!), 0) / rows.length;
    };
    const [seenLoss, expected] = [await lossOf(refitted), await lossOf(unseen)];
    expect(seenLoss).toBeLessThan(expected - 0.01);
    await refitted.save(path.join(root, 'refitted'));
    for (const start of [refitted, await loadModel(path.join(root, 'refitted'))]) {
      const still = await fineTune(start, noisy, { epochs: 1, learningRate: 1e-12 });
      expect(still.history.epochs[0]!.valLoss).toBeCloseTo(expected, 4);
      expect(await lossOf(still)).toBeCloseTo(expected, 3);
      expect(still.parameters.refit).toBe(false);
    }
  });

  test('its title, not the folder of its weights, is what progress says; saved and loaded too', async () => {
    const stages = new Set<string>();
    const onProgress = ({ stage }: { stage: string }) => stages.add(stage);
    vi.stubEnv('XRAY_CACHE', path.join(root, 'titles'));
    await tuned.predict(files.slice(0, 1), { onProgress });
    vi.stubEnv('XRAY_CACHE', path.join(root, 'titles again'));
    await (await loadModel(folder)).predict(files.slice(0, 1), { onProgress });
    vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
    expect([...stages]).toEqual(['features tiny, fine-tuned']);
  });

  test('saved as the whole network: loads, with the same probabilities', async () => {
    const loaded = await loadModel(folder);
    expect(loaded.backbone.fineTuned).toBe(true);
    expect(await probabilitiesOf(loaded)).toEqual(await probabilitiesOf(tuned));
    await loaded.save(path.join(root, 'tuned again'));
    expect(
      readFileSync(path.join(root, 'tuned again', 'weights.bin')).equals(
        readFileSync(path.join(folder, 'weights.bin')),
      ),
    ).toBe(true);
  });

  test('tf.loadLayersModel takes pictures to the same probabilities', async () => {
    const network = await tf.loadLayersModel(layersModel(folder));
    for (const file of files.slice(0, 4)) {
      const pixels = await loadPicture(file, tinySize, tuned.parameters.resize);
      const output = tf.tidy(() => {
        const input = tf.tensor4d(Float32Array.from(pixels.data), [1, tinySize, tinySize, 3]).div(255);
        return (network.predict(input) as Tensor).dataSync();
      });
      const [ours] = await probabilitiesOf(tuned, [file]);
      Object.values(ours!).forEach((p, c) => {
        expect(output[c]).toBeCloseTo(p, 5);
      });
    }
    network.dispose();
  });

  test('tensors do not leak, interrupted or not', async () => {
    const before = await tensorsLeft();
    await fineTune(frozen, split, { epochs: 1 });
    expect(await tensorsLeft()).toBe(before);
    const interrupt = new AbortController();
    const stopped = await fineTune(frozen, split, {
      epochs: 5,
      signal: interrupt.signal,
      onProgress: ({ stage, done }) => stage.startsWith('fine-tuning') && done === 1 && interrupt.abort(),
    });
    expect(stopped.interrupted).toBe(true);
    expect(stopped.history.epochs).toHaveLength(1);
    expect(await tensorsLeft()).toBe(before);
    vi.stubEnv('XRAY_CACHE', path.join(root, 'bare'));
    await expect(
      fineTune(frozen, split, { signal: AbortSignal.abort(new InputError('stop')) }),
    ).rejects.toThrow('stop');
    vi.stubEnv('XRAY_CACHE', path.join(root, 'cache'));
    expect(await tensorsLeft()).toBe(before);
  });

  test('the interrupt of the cell that asks ends it, with nothing left behind, also without a progress bar', async () => {
    const before = await tensorsLeft();
    const cell = new AbortController();
    const reason = new Error('stopped by hand');
    const onProgress: TransferOptions['onProgress'] = ({ stage }) =>
      stage.startsWith('fine-tuning') && cell.abort(reason);
    const work = runInterruptible(cell.signal, () => fineTune(frozen, split, { epochs: 1000, onProgress }));
    await expect(work).rejects.toBe(reason);
    expect(await tensorsLeft()).toBe(before);
    const head = runInterruptible(AbortSignal.abort(reason), () =>
      transferLearn(split, { ...options, preset: 'sound', epochs: 10_000 }),
    );
    await expect(head).rejects.toBe(reason);
  });

  test('refused: twice, wrong numbers', async () => {
    await refused(fineTune(tuned, split), /fine-tuned before/);
    await refused(fineTune(frozen, split, { epochs: 0 }), /epochs is 0/);
    await refused(fineTune(frozen, split, { learningRate: 0 }), /learningRate is 0/);
  });
});

test('no network at all: 32×32 pixels learn, are saved and loaded, and cannot be fine-tuned', async () => {
  const model = await transferLearn(split, { backbone: 'pixels', epochs: 30, learningRate: 0.01 });
  expect(model.backbone).toMatchObject({ title: '32×32 pixels', weights: 'none' });
  // Stripes at any phase have one mean everywhere: only their brightness tells.
  expect((await evaluate(model, split.test)).accuracy.value).toBeGreaterThan(0.4);
  const folder = path.join(root, 'pixels');
  await model.save(folder);
  expect(await probabilitiesOf(await loadModel(folder))).toEqual(await probabilitiesOf(model));
  await refused(fineTune(model, split), /32×32 pixels has no weights that could be fine-tuned/);
});

test('random pictures are judged without a crash', async () => {
  const model = await transferLearn(split, { ...options, epochs: 1 });
  const random = seededRandom(4);
  for (const [width, height] of [
    [1, 1],
    [1, 50],
    [50, 1],
    [24, 24],
    [48, 48],
    [300, 7],
  ] as const) {
    const data = Uint8Array.from({ length: width * height * 3 }, () => random.integer(256));
    const [prediction] = await model.predict([{ width, height, data }]);
    expect(Object.values(prediction!.probabilities).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  }
});
