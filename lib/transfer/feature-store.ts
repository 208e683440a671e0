import { asError, InputError } from '../core/check';
import { cacheLimit } from '../core/settings';
import { evict } from './feature-cache';
import { type FeatureDescription, featureFolder, withOrigin } from './feature-folder';
import { openFeatureIndex } from './feature-index';
import { type FeatureRows, placeDescription, writeShard } from './feature-shard';
import { mergeShards } from './merge-shards';

/** The cached features of one description, for a known set of keys. */
export interface FeatureStore {
  /** Whether the row of this key can be read. */
  has(key: string): boolean;
  /**
   * Keeps rows: in memory at first, in a shard once there are enough of them, while the caller goes on.
   * @throws InputError if they cannot be written
   */
  add(rows: FeatureRows): Promise<void>;
  /**
   * Reads rows [keys, dimension] into `target`, in the order of the keys.
   * @returns the keys whose rows could not be read, because a shard is damaged or was removed; they are then unknown
   */
  read(keys: readonly string[], target: Float32Array): Promise<Set<string>>;
  /** Writes what is left, merges small shards and keeps the cache within its limit. */
  close(): Promise<void>;
}

/**
 * Rows are written once there are so many, or they take so many bytes, or the first has waited for so many
 * milliseconds: what a process loses that is killed.
 */
const shardRows = 1024;
const shardBytes = 16e6;
const longestWait = 10_000;
/** What was used so shortly before this work stays too: a use is noted once a minute. Milliseconds. */
const lately = 60_000;
/** Bytes written between two looks at the size of the cache. */
const lookEvery = 256e6;

/**
 * Opens the features of a description.
 * @param given what the features are; see also `inOrigin`
 * @param about listed beside the description: where the weights came from, in words
 * @param keys the keys that will be asked for or added
 * @param onDamage told of each shard that was found damaged; it is set aside under the ending `.damaged`
 * @throws InputError if XRAY_CACHE_LIMIT is out of range
 */
export async function openFeatureStore(
  given: FeatureDescription,
  about: { readonly weightsFrom: string },
  keys: ReadonlySet<string>,
  onDamage: (file: string) => void,
): Promise<FeatureStore> {
  const description = withOrigin(given);
  const folder = featureFolder(description);
  const opened = Date.now();
  const limit = cacheLimit();
  const index = await openFeatureIndex(folder, keys, onDamage);
  let unsaved = new Map<string, Float32Array>();
  let unsavedBytes = 0;
  let waitingSince = 0;
  let saving: FeatureRows = new Map();
  let saved: Promise<void> = Promise.resolve();
  let written = 0;
  let writtenAtLook = 0;

  const look = async () => {
    if (written > writtenAtLook) await evict(limit, opened - lately);
    writtenAtLook = written;
  };
  const save = async (rows: FeatureRows) => {
    try {
      await placeDescription(folder, { ...description, ...about });
      const shard = await writeShard(folder, rows);
      index.learn(shard);
      written += shard.manifest.bytes;
    } catch (error) {
      throw new InputError(
        `Features cannot be kept: ${asError(error).message}. XRAY_CACHE names another folder for them`,
      );
    }
    if (written - writtenAtLook >= lookEvery) await look();
  };
  /** Waits for the shard before this one only: the caller goes on while this one is written. */
  const flush = async () => {
    await saved;
    if (!unsaved.size) return;
    saving = unsaved;
    unsaved = new Map();
    unsavedBytes = 0;
    saved = save(saving).then(() => {
      saving = new Map();
    });
    // A failure is met by whoever waits next; until then it must not count as unhandled.
    saved.catch(() => undefined);
  };
  return {
    has: (key) => unsaved.has(key) || saving.has(key) || index.has(key),
    async add(rows) {
      if (!unsaved.size) waitingSince = performance.now();
      for (const [key, row] of rows) {
        unsaved.set(key, row);
        unsavedBytes += row.byteLength;
      }
      const waited = performance.now() - waitingSince;
      if (unsaved.size >= shardRows || unsavedBytes >= shardBytes || waited >= longestWait) await flush();
    },
    async read(wanted, target) {
      const dimension = target.length / wanted.length;
      const positions = new Map<string, number[]>();
      wanted.forEach((key, i) => {
        const row = unsaved.get(key) ?? saving.get(key);
        if (row) target.set(row, i * dimension);
        else positions.set(key, [...(positions.get(key) ?? []), i]);
      });
      return index.read(new Set(positions.keys()), dimension, (key, values) => {
        for (const i of positions.get(key)!) target.set(values, i * dimension);
      });
    },
    async close() {
      await flush();
      await saved;
      if (written) await mergeShards(folder);
      await look();
    },
  };
}
