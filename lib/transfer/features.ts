import type { Tensor4D } from '@tensorflow/tfjs';
import { tensorflow } from '../compute/tensorflow';
import type { WorkOptions } from '../core/progress';
import { seededRandom } from '../core/random';
import { loadPicture } from '../dataset/load-picture';
import { rotate } from '../dataset/rotate';
import type { Pixels, Xray } from '../dataset/xray';
import type { Backbone } from '../networks/backbone';
import { preprocess } from '../networks/preprocess';
import { type FeatureDescription, type FeatureRows, readRows, writeShard } from './feature-cache';
import { type PoolingName, pooledShape, poolingFor } from './pooling';
import type { TrainingParameters } from './preset';

/** Float32 features, a row a picture: [rows, dimension], dimension = h · w · c of `shape`. */
export interface Features {
  readonly data: Float32Array;
  readonly dimension: number;
  /** Shape [h, w, c] of a row after pooling. */
  readonly shape: readonly [number, number, number];
  /** How many rows were computed now; the others came from the cache. */
  readonly computed: number;
}

/** How pictures become features. */
export type FeatureSettings = Pick<TrainingParameters, 'preprocessing' | 'resize' | 'pooling'>;

/** A picture, or a copy of it rotated by `degrees`. */
export interface PictureToSee {
  readonly file: string;
  readonly sha256: string;
  /** 0 for the picture itself. */
  readonly degrees: number;
}

/** Pictures a forward pass; more gains nothing on the processors measured (bench/results.md). */
const batchSize = 8;
/** Pictures a shard: what is lost at most when the process is killed. */
const shardSize = 64;

/** The picture itself, then its rotated copies; the angles follow from seed and picture alone. */
export function variantsOf(
  xray: Pick<Xray, 'path' | 'sha256'>,
  copies: number,
  rotation: number,
  seed: number,
): PictureToSee[] {
  const random = seededRandom(`${seed}/rotation/${xray.sha256}`);
  const angles = Array.from({ length: copies }, () => random.between(-rotation, rotation));
  return [0, ...angles].map((degrees) => ({ file: xray.path, sha256: xray.sha256, degrees }));
}

const keyOf = ({ sha256, degrees }: PictureToSee) => (degrees ? `${sha256} rotated ${degrees}` : sha256);

/** Pixels [n, size, size, 3] of 0 … 255 through preprocessing, backbone and pooling: an array of [n, dimension]. */
export async function forward(
  pictures: readonly Pixels[],
  backbone: Backbone,
  settings: Pick<FeatureSettings, 'preprocessing' | 'pooling'>,
): Promise<Float32Array> {
  const tf = await tensorflow();
  const mode = settings.preprocessing === 'own' ? backbone.preprocessing : settings.preprocessing;
  const { window, stride } = poolingFor(settings.pooling, backbone.featureShape);
  const size = backbone.inputSize;
  const bytes = new Float32Array(pictures.length * size * size * 3);
  pictures.forEach(({ data }, i) => {
    bytes.set(data, i * size * size * 3);
  });
  const output = tf.tidy(() => {
    const batch = tf.tensor4d(bytes, [pictures.length, size, size, 3]);
    const map = backbone.model.predict(preprocess(tf, batch, mode)) as Tensor4D;
    return settings.pooling === 'none'
      ? map
      : tf.avgPool(map, window as [number, number], stride as [number, number], 'valid');
  });
  try {
    return (await output.data()) as Float32Array;
  } finally {
    output.dispose();
  }
}

function describe(backbone: Backbone, settings: FeatureSettings): FeatureDescription {
  const preprocessing = settings.preprocessing === 'own' ? backbone.preprocessing : settings.preprocessing;
  return {
    version: 1,
    backbone: backbone.name,
    weights: backbone.weightsHash,
    cut: backbone.cut,
    inputSize: backbone.inputSize,
    preprocessing,
    resize: settings.resize,
    pooling: settings.pooling,
  };
}

/** Shape [h, w, c] of a row of features. */
export const featureRowShape = (backbone: Backbone, pooling: PoolingName): [number, number, number] =>
  pooledShape(poolingFor(pooling, backbone.featureShape), backbone.featureShape);

/**
 * Features of pictures, a row each in the order given. What the cache has is read, the rest is computed in batches
 * (the next batch is read and decoded meanwhile) and cached as it comes, so that an interrupted run loses little.
 * @throws InputError naming the file that cannot be read
 */
export async function extractFeatures(
  pictures: readonly PictureToSee[],
  backbone: Backbone,
  settings: FeatureSettings,
  { onProgress, signal }: WorkOptions = {},
): Promise<Features> {
  const stage = `features ${backbone.title}`;
  const description = describe(backbone, settings);
  const wanted = new Map(pictures.map((picture) => [keyOf(picture), picture]));
  const known = await readRows(description, new Set(wanted.keys()), (file) => {
    onProgress?.({ stage, done: 0, note: `${file} is damaged; its pictures are computed again` });
  });
  const missing = [...wanted].filter(([key]) => !known.has(key));
  const shape = featureRowShape(backbone, settings.pooling);
  const dimension = shape[0] * shape[1] * shape[2];

  const load = async ({ file, degrees }: PictureToSee): Promise<Pixels> => {
    const pixels = await loadPicture(file, backbone.inputSize, settings.resize);
    return degrees ? rotate(pixels, degrees) : pixels;
  };
  const batches = Array.from({ length: Math.ceil(missing.length / batchSize) }, (_, i) =>
    missing.slice(i * batchSize, (i + 1) * batchSize),
  );
  const loadBatch = (i: number) => {
    const loading = Promise.all((batches[i] ?? []).map(([, picture]) => load(picture)));
    // A failure is met where the batch is awaited; until then it must not count as unhandled.
    loading.catch(() => undefined);
    return loading;
  };
  let unsaved: FeatureRows = new Map();
  const save = async () => {
    if (unsaved.size) await writeShard(description, unsaved);
    unsaved = new Map();
  };
  let next = loadBatch(0);
  try {
    for (const [i, batch] of batches.entries()) {
      signal?.throwIfAborted();
      const loaded = await next;
      next = loadBatch(i + 1);
      const rows = await forward(loaded, backbone, settings);
      batch.forEach(([key], j) => {
        const row = rows.slice(j * dimension, (j + 1) * dimension);
        unsaved.set(key, row);
        known.set(key, row);
      });
      if (unsaved.size >= shardSize) await save();
      onProgress?.({ stage, done: Math.min((i + 1) * batchSize, missing.length), total: missing.length });
    }
  } finally {
    await save();
  }
  const data = new Float32Array(pictures.length * dimension);
  pictures.forEach((picture, i) => {
    data.set(known.get(keyOf(picture))!, i * dimension);
  });
  return { data, dimension, shape, computed: missing.length };
}
