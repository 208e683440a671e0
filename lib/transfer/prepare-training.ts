import { checkWhole, InputError } from '../core/check';
import { checkSplit } from '../dataset/check-split';
import type { Split, Xray } from '../dataset/xray';
import type { FrozenBase } from '../networks/frozen-base';
import { trainingBase } from './backbone-reference';
import { checkLabels } from './check-labels';
import { extractFeatures, type Features } from './features';
import type { LabelledFeatures } from './labelled-features';
import type { HeadTask } from './learn-head';
import type { LendBackbone } from './model';
import { withBackbone } from './open-backbone';
import { variantsOf } from './picture-variants';
import { type TrainingParameters, trainingParameters } from './preset';
import { refitNorm } from './refit-norm';
import type { TransferOptions } from './transfer-options';
import { withValidation } from './with-validation';

/** Of each feature over the training pictures. */
export interface ColumnStatistics {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/** Everything that a head's training needs. */
export interface PreparedTraining {
  /** The split, with a validation part. */
  readonly parts: Split;
  readonly parameters: TrainingParameters;
  readonly backbone: FrozenBase;
  readonly lend: LendBackbone;
  readonly task: HeadTask;
  /** What the features were scaled by; undefined where they are as they came. */
  readonly statistics?: ColumnStatistics;
}

/** Mean and standard deviation of each column over the given rows; 1 where a column does not vary. */
function columnStatistics({ data, dimension }: Features, rows: readonly number[]): ColumnStatistics {
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
function standardize({ data, dimension }: Features, { mean, deviation }: ColumnStatistics): void {
  for (let row = 0; row < data.length; row += dimension)
    for (let d = 0; d < dimension; d++) data[row + d] = (data[row + d]! - mean[d]!) / deviation[d]!;
}

const balancedWeights = (labels: readonly number[], classCount: number): number[] =>
  Array.from({ length: classCount }, (_, c) => {
    const count = labels.filter((label) => label === c).length;
    return count ? labels.length / (classCount * count) : 0;
  });

/** The training parameters among the options. */
function pickParameters(options: TransferOptions): Partial<TrainingParameters> {
  const { backbone, cut, weights, preset, seed, onProgress, signal, ...parameters } = options;
  return parameters;
}

/**
 * Checks the options, computes the features (or finds them in the cache) and scales them.
 * @throws InputError naming the parameter, or the file, that is wrong
 * @throws the signal's reason when interrupted; what was computed is kept
 */
export async function prepareTraining(split: Split, options: TransferOptions): Promise<PreparedTraining> {
  const { preset = 'sound', seed = 42, onProgress, signal } = options;
  checkWhole('seed', seed, 0);
  const parameters = trainingParameters(preset, pickParameters(options));
  checkSplit(split);
  if (!split.train.length) throw new InputError('The training part of the split has no pictures');
  if (split.classes.length < 2)
    throw new InputError(`The split has ${split.classes.length} class; two classes or more are told apart`);
  const parts = withValidation(split, preset);
  const { train, validation, classes } = parts;
  checkLabels([...train, ...validation], classes, 'split.classes has');
  const reference = trainingBase({ ...options, seed }, parameters.preprocessing);
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
  const rowsPerPicture = copies + 1;
  const statistics = parameters.standardize
    ? columnStatistics(
        features,
        train.map((_, i) => i * rowsPerPicture),
      )
    : undefined;
  if (statistics) standardize(features, statistics);
  const labelled = (xrays: readonly Xray[], firstRow: number, rowsEach: number): LabelledFeatures => ({
    data: features.data,
    dimension: features.dimension,
    variants: xrays.map((_, i) => Array.from({ length: rowsEach }, (_, v) => firstRow + i * rowsEach + v)),
    classes: xrays.map(({ label }) => classes.indexOf(label)),
  });
  const trainRows = labelled(train, 0, rowsPerPicture);
  const task: HeadTask = {
    train: trainRows,
    validation: labelled(validation, train.length * rowsPerPicture, 1),
    classCount: classes.length,
    parameters,
    classWeights: parameters.balanceClasses
      ? balancedWeights(trainRows.classes, classes.length)
      : classes.map(() => 1),
    seed: `${seed}/head`,
    start: parameters.hiddenUnits ? 'glorot' : 'zeros',
    onProgress,
    signal,
  };
  return { parts, parameters, backbone, lend, task, statistics };
}
