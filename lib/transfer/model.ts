import { InputError } from '../core/check';
import { hashFile } from '../core/files';
import type { WorkOptions } from '../core/progress';
import { resizePixels } from '../dataset/load-picture';
import type { Pixels } from '../dataset/xray';
import type { Evaluation } from '../evaluation/evaluation';
import type { Backbone } from '../networks/backbone';
import { extractFeatures, type FeatureSettings, forward, type PictureToSee } from './features';
import { headProbabilities } from './head';
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
   * @throws InputError naming a file that cannot be read
   */
  predict(inputs: readonly (string | Pixels)[], options?: WorkOptions): Promise<Prediction[]>;
  /** Probabilities [n][classes] of pictures whose hashes are known; features come from the cache where they can. */
  probabilities(pictures: readonly PictureToSee[], options?: WorkOptions): Promise<number[][]>;
  /**
   * Writes the model folder (see `saveModel`), whole or not at all.
   * @param figures what `evaluate` said of it, kept in the manifest and in run.json
   */
  save(folder: string, figures?: Evaluation): Promise<void>;
  /** The base, loaded; it belongs to the library. */
  open(): Promise<Backbone>;
}

const labelOf = (classes: readonly string[], probabilities: readonly number[]): string =>
  classes[probabilities.indexOf(Math.max(...probabilities))]!;

/** A usable model from its parts and a way to its base. */
export function createModel(parts: TrainedParts, open: () => Promise<Backbone>): TransferModel {
  const settings: FeatureSettings = parts.parameters;
  const rowsToProbabilities = (data: Float32Array, dimension: number) =>
    Array.from({ length: data.length / dimension }, (_, i) =>
      headProbabilities(parts.head, data.subarray(i * dimension, (i + 1) * dimension)),
    );
  const probabilities = async (pictures: readonly PictureToSee[], options?: WorkOptions) => {
    const { data, dimension } = await extractFeatures(pictures, await open(), settings, options);
    return rowsToProbabilities(data, dimension);
  };
  const probabilitiesOfPixels = async (pixels: Pixels) => {
    const backbone = await open();
    const resized = await resizePixels(pixels, backbone.inputSize, settings.resize);
    const row = await forward([resized], backbone, settings);
    return headProbabilities(parts.head, row);
  };
  const predict = async (inputs: readonly (string | Pixels)[], options?: WorkOptions) => {
    const files = inputs.filter((input) => typeof input === 'string');
    const pictures = await Promise.all(
      files.map(async (file) => ({
        file,
        sha256: await hashFile(file).catch(() => {
          throw new InputError(`${file} cannot be read; check that the file exists`);
        }),
        degrees: 0,
      })),
    );
    const ofFiles = await probabilities(pictures, options);
    const predictions: Prediction[] = [];
    let nextFile = 0;
    for (const input of inputs) {
      const isFile = typeof input === 'string';
      const p = isFile ? ofFiles[nextFile++]! : await probabilitiesOfPixels(input);
      predictions.push({
        ...(isFile ? { file: input } : {}),
        label: labelOf(parts.classes, p),
        probabilities: Object.fromEntries(parts.classes.map((name, c) => [name, p[c]!])),
      });
    }
    return predictions;
  };
  const save = async (folder: string, figures?: Evaluation) =>
    saveModel(parts, await open(), folder, figures);
  return { ...parts, open, predict, probabilities, save };
}
