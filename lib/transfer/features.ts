import { InputError } from '../core/check';
import type { WorkOptions } from '../core/progress';
import type { ReadingOptions } from '../dataset/reading-options';
import type { FrozenBase } from '../networks/frozen-base';
import { computeFeatures } from './compute-features';
import { describeFeatures, type FeatureSettings, featureRowShape } from './feature-settings';
import { openFeatureStore } from './feature-store';
import { type PictureToSee, variantKey } from './picture-variants';

/** Float32 features, a row a picture: [rows, dimension], dimension = h · w · c of `shape`. */
export interface Features {
  readonly data: Float32Array;
  readonly dimension: number;
  /** Shape [h, w, c] of a row after pooling. */
  readonly shape: readonly [number, number, number];
  /** How many rows were computed now; the others came from the cache. */
  readonly computed: number;
}

/** The features of some pictures that follow each other. */
export interface FeatureBlock {
  /** Those that its rows are of: all that were asked for, without files that were refused. */
  readonly pictures: readonly PictureToSee[];
  /** [pictures, dimension]. */
  readonly data: Float32Array;
  /** How many were computed while the block was made; those of a later one among them. */
  readonly computed: number;
}

/** A block has so many pictures at most, and takes so many bytes. */
const blockPictures = 1024;
const blockBytes = 16e6;

/**
 * Features of pictures, in the order given, a block at a time: memory does not grow with their number. What the cache
 * has is read, the rest is computed and cached as it comes, so that an interrupted run loses little.
 * @throws InputError naming the first file that cannot be read, unless `onRefused` is told of them
 * @throws the signal's reason when interrupted; what was computed is kept
 */
export async function* featureBlocks(
  pictures: readonly PictureToSee[],
  backbone: FrozenBase,
  settings: FeatureSettings,
  { onProgress, signal, onRefused }: ReadingOptions = {},
): AsyncGenerator<FeatureBlock> {
  const stage = `features ${backbone.title}`;
  const dimension = featureRowShape(backbone, settings.pooling).reduce((a, b) => a * b);
  const wanted = new Map(pictures.map((picture) => [variantKey(picture), picture]));
  const store = await openFeatureStore(
    describeFeatures(backbone, settings),
    { weightsFrom: backbone.weights },
    new Set(wanted.keys()),
    (file) => onProgress?.({ stage, done: 0, note: `${file} is damaged; its pictures are computed again` }),
  );
  let computed = 0;
  let total = 0;
  const refused = new Map<string, { readonly file: string; readonly error: InputError }>();
  const refuse = (picture: PictureToSee, error: InputError) =>
    refused.set(variantKey(picture), { file: picture.file, error });
  const tellRefused = (picture: PictureToSee) => {
    const found = refused.get(variantKey(picture));
    if (!found) return;
    const { file } = picture;
    const { message } = found.error;
    onRefused?.(
      file,
      // Identical files are read once.
      file === found.file ? found.error : new InputError(`${file} is the same picture: ${message}`),
    );
  };
  const compute = async function* (missing: readonly PictureToSee[]) {
    total += missing.length;
    for await (const rows of computeFeatures(missing, backbone, settings, signal, onRefused && refuse)) {
      await store.add(rows);
      computed += rows.size;
      onProgress?.({ stage, done: computed, total });
      yield;
    }
  };
  const missing = [...wanted].filter(([key]) => !store.has(key)).map(([, picture]) => picture);
  const computing = compute(missing);
  const blockSize = Math.max(1, Math.min(blockPictures, Math.floor(blockBytes / (4 * dimension))));
  try {
    for (let first = 0; first < pictures.length; first += blockSize) {
      const before = computed;
      const block = pictures.slice(first, first + blockSize);
      for (const key of block.map(variantKey))
        while (!store.has(key) && !refused.has(key)) {
          const { done } = await computing.next();
          if (done) break;
        }
      for (;;) {
        const rows = block.filter((picture) => !refused.has(variantKey(picture)));
        const data = new Float32Array(rows.length * dimension);
        const lost = await store.read(rows.map(variantKey), data);
        if (!lost.size) {
          block.forEach(tellRefused);
          yield { pictures: rows, data, computed: computed - before };
          break;
        }
        for await (const _ of compute([...lost].map((key) => wanted.get(key)!)));
      }
    }
  } finally {
    await computing.return();
    await store.close();
  }
}

/**
 * Features of pictures, a row each in the order given; see `featureBlocks`.
 * @throws InputError naming the file that cannot be read
 */
export async function extractFeatures(
  pictures: readonly PictureToSee[],
  backbone: FrozenBase,
  settings: FeatureSettings,
  { onProgress, signal }: WorkOptions = {},
): Promise<Features> {
  const shape = featureRowShape(backbone, settings.pooling);
  const dimension = shape.reduce((a, b) => a * b);
  const data = new Float32Array(pictures.length * dimension);
  let computed = 0;
  let filled = 0;
  for await (const block of featureBlocks(pictures, backbone, settings, { onProgress, signal })) {
    data.set(block.data, filled);
    filled += block.data.length;
    computed += block.computed;
  }
  return { data, dimension, shape, computed };
}
