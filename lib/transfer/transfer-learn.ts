import { checkWhole, InputError } from '../core/check';
import type { WorkOptions } from '../core/progress';
import { seededRandom } from '../core/random';
import { splitDataset } from '../dataset/split-dataset';
import { isSynthetic, type Split, type Xray } from '../dataset/xray';
import { fitTemperature } from '../evaluation/temperature';
import type { BackboneOptions } from '../networks/backbone-options';
import { isBackboneName } from '../networks/names';
import { located } from './backbone-reference';
import { extractFeatures, type Features } from './features';
import { type Head, headLogits, withStandardization, withTemperature } from './head';
import { createModel, type LendBackbone, type TransferModel } from './model';
import { withBackbone } from './open-backbone';
import { variantsOf } from './picture-variants';
import { type PresetName, type TrainingParameters, trainingParameters } from './preset';
import { refitNorm } from './refit-norm';
import { type HeadTraining, type LabelledFeatures, trainHead } from './train-head';

/** What to train; whatever is left out comes from the preset. */
export interface TransferOptions extends WorkOptions, Partial<TrainingParameters> {
  /** Name in the networks' table, or a folder with a tfjs layers-model (then `cut` is needed). */
  readonly backbone: string;
  /** Layer whose output is the feature map. Default: the table's. */
  readonly cut?: string;
  /** The network's pretraining ("imagenet"; "fractals" of fractal), the default; "random", or a weights file. */
  readonly weights?: string;
  /** Default `sound`. */
  readonly preset?: PresetName;
  /** Seed of the head's weights, the order, the copies and of random weights. Default 42. */
  readonly seed?: number;
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/**
 * The split with a validation part: the one it has; else, with the article's preset, the test part, as it was
 * there; else a fifth of the training part, cut off by the split's own grouping.
 * @throws InputError if there is nothing to validate on
 */
export function withValidation(split: Split, preset: PresetName): Split {
  if (split.validation.length) return split;
  if (preset === 'article') {
    if (split.test.length) return { ...split, validation: split.test };
    throw new InputError(
      'The split has neither a validation nor a test part; the article preset needs one to tell the best epoch',
    );
  }
  const { train, test } = splitDataset(split.train, {
    test: 0.2,
    seed: split.seed,
    grouping: split.grouping,
  });
  return { ...split, train, validation: test };
}

/** Mean and standard deviation of each column over the given rows; 1 where a column does not vary. */
function columnStatistics({ data, dimension }: Features, rows: readonly number[]) {
  const mean = new Float32Array(dimension);
  const deviation = new Float32Array(dimension);
  for (let d = 0; d < dimension; d++) {
    let sum = 0;
    let squares = 0;
    for (const row of rows) {
      const value = data[row * dimension + d]!;
      sum += value;
      squares += value * value;
    }
    mean[d] = sum / rows.length;
    const variance = squares / rows.length - (sum / rows.length) ** 2;
    deviation[d] = variance > 1e-10 ? Math.sqrt(variance) : 1;
  }
  return { mean, deviation };
}

/** Scales features in place: there may be too many to have them twice. */
function standardize({ data, dimension }: Features, mean: Float32Array, deviation: Float32Array): void {
  for (let row = 0; row < data.length; row += dimension)
    for (let d = 0; d < dimension; d++) data[row + d] = (data[row + d]! - mean[d]!) / deviation[d]!;
}

const balancedWeights = (labels: readonly number[], classCount: number): number[] =>
  Array.from({ length: classCount }, (_, c) => {
    const count = labels.filter((label) => label === c).length;
    return count ? labels.length / (classCount * count) : 0;
  });

/** The head's temperature on the validation part; see `fitTemperature`. */
function temperatureOf(head: Head, { data, dimension, variants, classes }: LabelledFeatures): number {
  const logits = variants.map(([row]) =>
    Array.from(headLogits(head, data.subarray(row! * dimension, (row! + 1) * dimension))),
  );
  return fitTemperature(logits, classes);
}

/** The head trained on both parts for so many epochs; undefined if it was interrupted before. */
async function refit(
  { train, validation, parameters, ...training }: HeadTraining,
  epochs: number,
): Promise<Head | undefined> {
  const both: LabelledFeatures = {
    ...train,
    variants: [...train.variants, ...validation.variants],
    classes: [...train.classes, ...validation.classes],
  };
  const { head, history } = await trainHead({
    ...training,
    train: both,
    validation,
    parameters: { ...parameters, epochs, patience: 0 },
    keep: 'last',
  });
  return history.epochs.length === epochs ? head : undefined;
}

/**
 * Deep transfer learning: the base stays frozen, its features are computed once (or found in the cache), and a new
 * head is trained on them.
 * @throws InputError naming the parameter, or the file, that is wrong
 * @throws the signal's reason when interrupted while features are computed; what was computed is kept. Interrupted
 * while the head is trained, it returns the best head so far, marked `interrupted`.
 */
export async function transferLearn(split: Split, options: TransferOptions): Promise<TransferModel> {
  const start = performance.now();
  const { preset = 'sound', seed = 42, onProgress, signal } = options;
  checkWhole('seed', seed, 0);
  const parameters = trainingParameters(preset, pickParameters(options));
  if (!split.train.length) throw new InputError('The training part of the split has no pictures');
  if (split.classes.length < 2)
    throw new InputError(`The split has ${split.classes.length} class; two classes or more are told apart`);
  const { train, validation, test, classes } = withValidation(split, preset);
  const reference: BackboneOptions = {
    name: isBackboneName(options.backbone) ? options.backbone : located(options.backbone),
    cut: options.cut,
    weights: options.weights === undefined ? undefined : located(options.weights),
    seed,
    ...(options.weights === 'random' && parameters.preprocessing === 'scale' && { preprocessing: 'scale' }),
  };
  const norm = parameters.refitNorm
    ? await refitNorm(reference, train, parameters, { onProgress, signal })
    : undefined;
  const lend: LendBackbone = (work) => withBackbone(norm ? { ...reference, norm } : reference, work);

  const copies = parameters.augment === 'each-epoch' ? parameters.epochs : parameters.augment;
  const shown = train.map((xray) => variantsOf(xray, copies, parameters.rotation, seed));
  const unrotated = validation.map((xray) => variantsOf(xray, 0, 0, seed));
  const { backbone, features } = await lend(async (base) => ({
    backbone: base,
    features: await extractFeatures([...shown, ...unrotated].flat(), base, parameters, {
      onProgress,
      signal,
    }),
  }));
  const featureSeconds = secondsSince(start);

  const headStart = performance.now();
  const rowsPerPicture = copies + 1;
  const statistics = parameters.standardize
    ? columnStatistics(
        features,
        train.map((_, i) => i * rowsPerPicture),
      )
    : undefined;
  if (statistics) standardize(features, statistics.mean, statistics.deviation);
  const labelled = (xrays: readonly Xray[], firstRow: number, rowsEach: number): LabelledFeatures => ({
    data: features.data,
    dimension: features.dimension,
    variants: xrays.map((_, i) => Array.from({ length: rowsEach }, (_, v) => firstRow + i * rowsEach + v)),
    classes: xrays.map(({ label }) => classes.indexOf(label)),
  });
  const trainRows = labelled(train, 0, rowsPerPicture);
  const validationRows = labelled(validation, train.length * rowsPerPicture, 1);
  const training = {
    train: trainRows,
    validation: validationRows,
    classCount: classes.length,
    parameters,
    classWeights: parameters.balanceClasses
      ? balancedWeights(trainRows.classes, classes.length)
      : classes.map(() => 1),
    random: seededRandom(`${seed}/head`),
    start: parameters.hiddenUnits ? ('glorot' as const) : ('zeros' as const),
    onProgress,
    signal,
  };
  const { head: chosen, history } = await trainHead(training);
  const cutShort = history.epochs.length < parameters.epochs && (signal?.aborted ?? false);
  const temperature = parameters.calibrate ? temperatureOf(chosen, validationRows) : 1;
  const refitted = parameters.refit && !cutShort ? await refit(training, history.bestEpoch) : chosen;
  const head = refitted ?? chosen;
  const interrupted = cutShort || !refitted;
  const confident = withTemperature(head, temperature);
  const hashes = (xrays: readonly Xray[]) => xrays.map(({ sha256 }) => sha256);
  return createModel(
    {
      classes,
      backbone: {
        name: backbone.name,
        title: backbone.title,
        cut: backbone.cut,
        weights: backbone.weights,
        weightsHash: backbone.weightsHash,
        seed,
        preprocessing: backbone.preprocessing,
        fineTuned: false,
      },
      preset,
      parameters,
      seed,
      history,
      seconds: { features: featureSeconds, head: secondsSince(headStart), total: secondsSince(start) },
      seen: { train: hashes(train), validation: hashes(validation), test: hashes(test) },
      synthetic: isSynthetic(train),
      interrupted,
      head: statistics ? withStandardization(confident, statistics.mean, statistics.deviation) : confident,
    },
    lend,
  );
}

/** The training parameters among the options. */
function pickParameters(options: TransferOptions): Partial<TrainingParameters> {
  const { backbone, cut, weights, preset, seed, onProgress, signal, ...parameters } = options;
  return parameters;
}
