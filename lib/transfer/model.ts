import { checkList, checkWhole, InputError } from '../core/check';
import type { WorkOptions } from '../core/progress';
import { resizePixels } from '../dataset/load-picture';
import type { ReadingOptions } from '../dataset/reading-options';
import type { Pixels } from '../dataset/xray';
import type { AuditFound } from '../evaluation/audit-summary';
import type { Evaluation } from '../evaluation/evaluation';
import { argmax } from '../evaluation/probabilities';
import type { FrozenBase } from '../networks/frozen-base';
import type { FeatureSettings } from './feature-settings';
import { featureBlocks } from './features';
import { forward } from './forward';
import { headProbabilities } from './head';
import type { PictureToSee } from './picture-variants';
import { picturesOfFiles } from './pictures-of-files';
import { saveModel } from './save-model';
import type { TrainedParts } from './trained-parts';

/** What a model says of one picture. */
export interface Prediction {
  /** The file, where a file was given. */
  readonly file?: string;
  /** The class with the highest probability. */
  readonly label: string;
  /** Probability by class; they sum to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** A backbone with a trained head. For education only, never for diagnosis. */
export interface TransferModel extends TrainedParts {
  /**
   * Class probabilities for picture files or pixels (any size; they are resized as in training).
   * @returns in the order given; without the files that `onRefused` was told of
   * @throws InputError naming a file that cannot be read, or pixels whose sizes do not fit
   */
  predict(inputs: readonly (string | Pixels)[], options?: ReadingOptions): Promise<Prediction[]>;
  /** Probabilities [n][classes] of pictures whose hashes are known; features come from the cache where they can. */
  probabilities(pictures: readonly PictureToSee[], options?: WorkOptions): Promise<number[][]>;
  /**
   * Writes the model folder (see `saveModel`), whole or not at all.
   * @throws InputError if the folder holds anything but a model
   * @param figures what `evaluate` said of it, kept in the manifest and in run.json
   * @param audit what `auditDataset` said of its pictures, kept in run.json and in the model card; "of other pictures"
   * where there is one, but not of these
   */
  save(folder: string, figures?: Evaluation, audit?: AuditFound): Promise<void>;
  /** Lends the base, loaded, to `work`; it belongs to the library. */
  withBackbone<T>(work: (backbone: FrozenBase) => Promise<T>): Promise<T>;
}

/** Lends a model's base to some work. */
export type LendBackbone = TransferModel['withBackbone'];

function checkPixels({ width, height, data }: Pixels): void {
  checkWhole('width', width, 1, 16_384);
  checkWhole('height', height, 1, 16_384);
  if (!(data instanceof Uint8Array) || data.length !== width * height * 3)
    throw new InputError(
      `data of pixels has ${data?.length} values; ${width} x ${height} in RGB are ${width * height * 3} of 8 bits`,
    );
}

function checkInputs(inputs: readonly (string | Pixels)[]): void {
  checkList('inputs', inputs, '["picture.png"]');
  for (const input of inputs) {
    if (typeof input === 'string') continue;
    if (typeof input !== 'object' || input === null || !('data' in input))
      throw new InputError(
        'inputs has something that is neither the path of a file nor pixels; of records give the paths: xrays.map(({ path }) => path)',
      );
    checkPixels(input);
  }
}

/** A usable model from its parts and a way to its base. */
export function createModel(parts: TrainedParts, withBackbone: LendBackbone): TransferModel {
  const settings: FeatureSettings = parts.parameters;
  const judge = async (pictures: readonly PictureToSee[], options?: ReadingOptions) => {
    const judged = new Map<PictureToSee, number[]>();
    if (!pictures.length) return judged;
    const dimension = parts.head.layers[0]!.inputs;
    return withBackbone(async (backbone) => {
      for await (const block of featureBlocks(pictures, backbone, settings, options))
        block.pictures.forEach((picture, i) => {
          const row = block.data.subarray(i * dimension, (i + 1) * dimension);
          judged.set(picture, headProbabilities(parts.head, row));
        });
      return judged;
    });
  };
  const probabilities = async (
    pictures: readonly PictureToSee[],
    { onProgress, signal }: WorkOptions = {},
  ) => {
    const judged = await judge(pictures, { onProgress, signal });
    return pictures.map((picture) => judged.get(picture)!);
  };
  const probabilitiesOfPixels = (pixels: Pixels, signal?: AbortSignal) =>
    withBackbone(async (backbone) => {
      const resized = await resizePixels(pixels, backbone.inputSize, settings.resize);
      return headProbabilities(parts.head, await forward([resized], backbone, settings, signal));
    });
  const predict = async (inputs: readonly (string | Pixels)[], options?: ReadingOptions) => {
    checkInputs(inputs);
    const files = inputs.filter((input) => typeof input === 'string');
    const pictures = await picturesOfFiles(files, options);
    const judged = await judge(
      pictures.filter((picture) => picture !== undefined),
      options,
    );
    const predictions: Prediction[] = [];
    let nextFile = 0;
    for (const input of inputs) {
      const isFile = typeof input === 'string';
      const p = isFile
        ? judged.get(pictures[nextFile++]!)
        : await probabilitiesOfPixels(input, options?.signal);
      if (!p) continue;
      predictions.push({
        ...(isFile ? { file: input } : {}),
        label: parts.classes[argmax(p)]!,
        probabilities: Object.fromEntries(parts.classes.map((name, c) => [name, p[c]!])),
      });
    }
    return predictions;
  };
  const save = (folder: string, figures?: Evaluation, audit?: AuditFound) =>
    withBackbone((backbone) => saveModel(parts, backbone, folder, figures, audit));
  return { ...parts, withBackbone, predict, probabilities, save };
}
