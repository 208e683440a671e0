import { checkChoice, checkNumber, checkWhole, InputError } from '../core/check';
import { resizeMethods } from '../dataset/load-picture';
import { nearest } from '../networks/nearest';
import { type PoolingName, poolingNames } from './pooling';

export const presetNames = ['article', 'sound'] as const;
export type PresetName = (typeof presetNames)[number];

/** Everything that training depends on, besides the data, the backbone and the seed. */
export interface TrainingParameters {
  /** `own`: the network's own preprocessing; `scale`: pixels / 255, the article's. Default by preset. */
  readonly preprocessing: 'own' | 'scale';
  /** `cv2`: bilinear without antialiasing, as in the article; `antialiased`. Default by preset. */
  readonly resize: 'cv2' | 'antialiased';
  /** How the feature map becomes a row. Default by preset. */
  readonly pooling: PoolingName;
  /** Whether features are scaled to mean 0 and standard deviation 1 on the training part. */
  readonly standardize: boolean;
  /** Units of the hidden relu layer; 0 for none (a linear probe). */
  readonly hiddenUnits: number;
  /** Share of hidden units dropped in training, [0, 1). */
  readonly dropout: number;
  /** L2 penalty on the kernels, as keras.regularizers.l2. */
  readonly l2: number;
  /** Epochs at most, 1 to 10,000. */
  readonly epochs: number;
  /** Pictures a step, 1 to 4,096. */
  readonly batchSize: number;
  /** Adam's learning rate, (0, 1]. */
  readonly learningRate: number;
  /** Keras' time decay: the rate of step t is learningRate / (1 + decay · t). */
  readonly decay: number;
  /**
   * Rotated copies of each training picture, drawn at random in ±`rotation`; each epoch takes one of them, or the
   * picture itself. `each-epoch`: new rotations every epoch, as in the article. 0 for none.
   */
  readonly augment: number | 'each-epoch';
  /** Largest angle of a rotated copy, degrees. */
  readonly rotation: number;
  /** Whether classes weigh by the inverse of their frequency. */
  readonly balanceClasses: boolean;
  /** Stop after so many epochs without a better validation loss; 0 for never. The best epoch is kept anyway. */
  readonly patience: number;
  /** Whether probabilities are calibrated on the validation part by temperature scaling (Guo et al. 2017). */
  readonly calibrate: boolean;
  /**
   * Whether, once the validation part has told epoch and temperature, the head is trained anew for as many epochs on
   * training and validation part together, so that no picture is wasted where there are few.
   */
  readonly refit: boolean;
  /**
   * Whether the statistics of the base's batch normalisation are first fitted to the training pictures (see
   * `refitNorm`). Not for VGG, which has none.
   */
  readonly refitNorm: boolean;
}

/** The two presets of the project; what they differ in is one of its findings. */
export const presets: Readonly<Record<PresetName, TrainingParameters>> = {
  article: {
    preprocessing: 'scale',
    resize: 'cv2',
    pooling: 'article',
    standardize: false,
    hiddenUnits: 64,
    dropout: 0.5,
    l2: 0,
    epochs: 25,
    batchSize: 8,
    learningRate: 1e-3,
    decay: 1e-3 / 25,
    augment: 4,
    rotation: 15,
    balanceClasses: false,
    patience: 0,
    calibrate: false,
    refit: false,
    refitNorm: false,
  },
  sound: {
    preprocessing: 'own',
    resize: 'antialiased',
    pooling: 'grid',
    standardize: true,
    hiddenUnits: 0,
    dropout: 0,
    // Chosen by cross-validation and held-out pictures of the Kaggle train folder; its test folder had no say.
    l2: 1,
    epochs: 60,
    batchSize: 32,
    learningRate: 3e-5,
    decay: 0,
    augment: 0,
    rotation: 15,
    balanceClasses: false,
    patience: 0,
    calibrate: true,
    refit: true,
    refitNorm: false,
  },
};

/**
 * The preset's parameters with the caller's own in their place, checked. The article's decay follows its epochs.
 * @throws InputError naming the parameter, its value and its range
 */
export function trainingParameters(
  preset: PresetName,
  own: Partial<TrainingParameters> = {},
): TrainingParameters {
  const base = presets[checkChoice('preset', preset, presetNames)];
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const names = Object.keys(base);
  for (const name of Object.keys(given))
    if (!names.includes(name))
      throw new InputError(`${name} is no parameter; did you mean ${nearest(name, names, 1)}?`);
  const merged: TrainingParameters = { ...base, ...given };
  const parameters =
    preset === 'article' && own.decay === undefined
      ? { ...merged, decay: merged.learningRate / merged.epochs }
      : merged;
  checkChoice('preprocessing', parameters.preprocessing, ['own', 'scale']);
  checkChoice('resize', parameters.resize, resizeMethods);
  checkChoice('pooling', parameters.pooling, poolingNames);
  for (const [name, value] of Object.entries(parameters))
    if (typeof base[name as keyof TrainingParameters] === 'boolean' && typeof value !== 'boolean')
      throw new InputError(`${name} is "${String(value)}"; choose true or false`);
  checkNumber('decay', parameters.decay, 0, 1000);
  checkWhole('epochs', parameters.epochs, 1, 10_000);
  checkWhole('batchSize', parameters.batchSize, 1, 4096);
  checkWhole('hiddenUnits', parameters.hiddenUnits, 0, 4096);
  checkWhole('patience', parameters.patience, 0, 10_000);
  checkNumber('learningRate', parameters.learningRate, Number.MIN_VALUE, 1);
  checkNumber('dropout', parameters.dropout, 0, 0.99);
  checkNumber('l2', parameters.l2, 0, 1000);
  checkNumber('rotation', parameters.rotation, 0, 180);
  if (parameters.augment !== 'each-epoch') checkWhole('augment', parameters.augment, 0, 1000);
  return parameters;
}
