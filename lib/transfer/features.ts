import type { WorkOptions } from '../core/progress';
import { loadPicture } from '../dataset/load-picture';
import { keepRegion, withBorderOf } from '../dataset/region';
import { rotate } from '../dataset/rotate';
import type { Pixels } from '../dataset/xray';
import type { FrozenBase } from '../networks/frozen-base';
import { type FeatureRows, readRows, writeShard } from './feature-cache';
import { describeFeatures, type FeatureSettings, featureRowShape } from './feature-settings';
import { forward } from './forward';
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

/** Pictures a forward pass; more gains nothing on the processors measured (bench/results.md). */
const batchSize = 8;
/** Pictures a shard: what is lost at most when the process is killed. */
const shardSize = 64;

/**
 * Features of pictures, a row each in the order given. What the cache has is read, the rest is computed in batches
 * (the next batch is read and decoded meanwhile) and cached as it comes, so that an interrupted run loses little.
 * @throws InputError naming the file that cannot be read
 */
export async function extractFeatures(
  pictures: readonly PictureToSee[],
  backbone: FrozenBase,
  settings: FeatureSettings,
  { onProgress, signal }: WorkOptions = {},
): Promise<Features> {
  const stage = `features ${backbone.title}`;
  const description = describeFeatures(backbone, settings);
  const wanted = new Map(pictures.map((picture) => [variantKey(picture), picture]));
  const known = await readRows(description, new Set(wanted.keys()), (file) => {
    onProgress?.({ stage, done: 0, note: `${file} is damaged; its pictures are computed again` });
  });
  const missing = [...wanted].filter(([key]) => !known.has(key));
  const shape = featureRowShape(backbone, settings.pooling);
  const dimension = shape[0] * shape[1] * shape[2];

  const read = (file: string) => loadPicture(file, backbone.inputSize, settings.resize);
  const load = async ({ file, degrees, border }: PictureToSee): Promise<Pixels> => {
    const own = await read(file);
    const whole = border ? withBorderOf(own, await read(border.file)) : own;
    const pixels = keepRegion(whole, settings.region ?? 'whole');
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
    data.set(known.get(variantKey(picture))!, i * dimension);
  });
  return { data, dimension, shape, computed: missing.length };
}
